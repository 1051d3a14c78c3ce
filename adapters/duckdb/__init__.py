"""The embedded warehouse: facts as Parquet files in a folder, counted by DuckDB in each process."""
