"""Apache Arrow: Parquet files and IPC streams, by pyarrow (extra `exports`)."""
