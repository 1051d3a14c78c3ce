"""An account that fakesnow plays, over an engine that answers rightly."""

from fakesnow.instance import FakeSnow


def account(folder: str | None = None) -> FakeSnow:
    """One whose tables are kept in a folder, or in memory."""
    made = FakeSnow(db_path=folder)
    # As adapters/duckdb/engine.py does, for the same wrong answers of DuckDB 2.0.0.
    made.duck_conn.execute("SET GLOBAL disabled_optimizers = 'projection_pullup'")
    return made
