"""The embedded warehouse, under contract: a folder that is written from a store in memory."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.duckdb.engine import Engine, Limits
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.stores import DuckDbHealth
from adapters.duckdb.warehouse import DuckDbFactStore, DuckDbFactWriter
from adapters.memory.store import MemoryStore
from adapters.memory.warehouse import MemoryFactSource
from adapters.sql.purchases import SqlPurchaseView
from application.ports.history import History
from application.ports.purchases import PurchaseFacts, PurchaseView
from application.ports.stores import Store
from application.ports.warehouse import FactSource, FactStore, FactWriter
from tests.support.memory_case import memory_case, memory_ports
from tests.support.store_case import Gap, StoreCase, StorePorts

LIMITS = Limits(memory_mb=256, threads=1, at_once=2)
_COUNTS_ALONE = Gap("never", "a warehouse of facts answers analytics; records stay with the store of record")
_TAKES_FACTS = Gap("never", "it is written by whoever tells facts")


class Written:
    """Puts a history into the store in memory, and its facts into the warehouse."""

    def __init__(self, records: StorePorts, source: FactSource, facts: FactStore) -> None:
        self._records = records
        self._source = source
        self._facts = facts

    async def write(self, history: History) -> int:
        assert self._records.sink is not None
        taken = await self._records.sink.write(history)
        await rebuild(self._source, self._facts)
        return taken


async def rebuild(source: FactSource, facts: FactStore) -> None:
    """All facts of the source, in place of those that are there."""
    async with facts.writing() as writer, source.read(None) as told:
        await writer.take(told, at=datetime.now(UTC))


@asynccontextmanager
async def _open(server: None) -> AsyncIterator[StorePorts]:
    with tempfile.TemporaryDirectory(prefix="daybook-warehouse-") as folder:
        rows = MemoryStore()
        records = memory_ports(rows)
        engine = Engine(LIMITS, spill=Path(folder))
        source, facts = MemoryFactSource(rows), DuckDbFactStore(Path(folder), engine)
        await rebuild(source, facts)
        purchases = DuckDbPurchaseFacts(Path(folder), engine)

        async def watermark() -> int:
            status = await facts.status()
            assert status is not None
            return status.place.watermark

        yield StorePorts(
            units=records.units,
            customers=records.customers,
            books=records.books,
            health=DuckDbHealth(Path(folder)),
            sink=Written(records, source, facts),
            warehouse=facts,
            purchases=purchases,
            watermark=watermark,
        )
        await engine.close()


def duckdb_case() -> StoreCase:
    """Answers analytics, and nothing else."""
    implements: dict[type, type] = {
        PurchaseFacts: DuckDbPurchaseFacts,
        PurchaseView: SqlPurchaseView,
        Store: DuckDbHealth,
        FactStore: DuckDbFactStore,
        FactWriter: DuckDbFactWriter,
    }
    others = {*memory_case().implements, FactSource} - implements.keys()
    return StoreCase(
        name="duckdb",
        adapters=frozenset({"duckdb", "sql"}),
        reads_records=False,
        writes=False,
        transactions=False,
        enforces_unique=False,
        enforces_references=False,
        reads_orders=False,
        tells_history=False,
        takes_history=False,
        tells_facts=False,
        keeps_facts=True,
        remote=False,
        open=_open,
        implements=implements,
        lacks={port: _TAKES_FACTS if port is FactSource else _COUNTS_ALONE for port in others},
    )
