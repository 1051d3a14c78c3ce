"""DuckDB on the folder of the warehouse, in a module of its own since it is an optional extra."""

from datetime import timedelta
from pathlib import Path

from adapters.duckdb.engine import Engine, Limits
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.postgres.connection import QueryObserver
from entrypoints.bootstrap.settings import WarehouseConfig


class OnFolder:
    """What counts the facts of the folder and what keeps them; nothing is opened before the first statement."""

    def __init__(self, config: WarehouseConfig, folder: Path, observer: QueryObserver | None) -> None:
        limits = Limits(memory_mb=config.memory_mb, threads=config.threads, at_once=config.questions)
        self._engine = Engine(limits, spill=folder)
        self.facts = DuckDbPurchaseFacts(folder, self._engine, observer=observer)
        self.fact_store = DuckDbFactStore(folder, self._engine, keep=timedelta(seconds=config.keep_seconds))

    async def close(self) -> None:
        """Waits for what is running."""
        await self._engine.close()
