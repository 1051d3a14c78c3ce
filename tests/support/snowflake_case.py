"""Snowflake, under contract: an account where the environment names one, else fakesnow in this process.

With SNOWFLAKE_ACCOUNT and SNOWFLAKE_USER set (and SNOWFLAKE_PASSWORD, or SNOWFLAKE_PRIVATE_KEY_FILE), and with
SNOWFLAKE_WAREHOUSE, SNOWFLAKE_ROLE, SNOWFLAKE_DATABASE (default DAYBOOK) where they are needed, everything runs in a
schema of that database which is made for the session and dropped after it. The head of pytest's report says which it
was. docs/how-to/snowflake.md tells what the two differ in.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from unittest.mock import patch
from uuid import uuid4

import pytest
from snowflake.connector import connect as connect_for_real
from sqlalchemy import Connection, text

from adapters.memory.history import MemoryHistorySink
from adapters.memory.store import MemoryStore
from adapters.memory.warehouse import MemoryFactSource
from adapters.snowflake.authors import SnowflakeAuthorReader
from adapters.snowflake.books import SnowflakeBookReader
from adapters.snowflake.categories import SnowflakeCategoryReader
from adapters.snowflake.customers import SnowflakeCustomerReader
from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.names import FactNames
from adapters.snowflake.purchases import SnowflakePurchaseFacts
from adapters.snowflake.reviews import SnowflakeReviewReader
from adapters.snowflake.stores import SnowflakeHealth
from adapters.snowflake.unit_of_work import SnowflakeUnitsOfWork
from adapters.snowflake.warehouse import SnowflakeFactStore, SnowflakeFactWriter
from adapters.sql.purchases import SqlPurchaseView
from application.ports.addresses import AddressReader, AddressRepository
from application.ports.authors import AuthorReader, AuthorRepository
from application.ports.books import BookReader, BookRepository
from application.ports.categories import CategoryReader, CategoryRepository
from application.ports.consents import ConsentReader, ConsentRepository
from application.ports.consumers import ConsumerReader, ConsumerRepository
from application.ports.customers import CustomerReader, CustomerRepository
from application.ports.deliveries import DeliveryReader, DeliveryRepository
from application.ports.duplicates import DuplicateReader
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from application.ports.groups import GroupReader, GroupRepository
from application.ports.history import History, HistorySink, HistorySource
from application.ports.idempotency import IdempotencyKeys
from application.ports.jobs import JobQueue, JobReader, JobRepository
from application.ports.merges import MergeReader, MergeRepository
from application.ports.orders import OrderReader, OrderRepository, ReturnReader, ReturnRepository
from application.ports.people import PersonReader, PersonRepository
from application.ports.purchases import PurchaseFacts, PurchaseView, Told
from application.ports.reviews import ReviewReader, ReviewRepository
from application.ports.schedules import ScheduleReader, ScheduleRepository
from application.ports.segments import SegmentReader, SegmentRepository
from application.ports.stores import Store
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.warehouse import FactSource, FactStore, FactWriter
from application.ports.webhooks import WebhookReader, WebhookRepository
from tests.support.duckdb_case import rebuild
from tests.support.fakesnow_account import account
from tests.support.store_case import Gap, StoreCase, StorePorts, told

TABLES = ("customers", "authors", "categories", "books", "reviews")
FACT_TABLES = ("order_facts", "sale_facts", "return_facts", "book_facts", "customer_facts", "fact_places")
_EMPTY = (
    *(f"DELETE FROM {table}" for table in (*TABLES, *FACT_TABLES)),
    "UPDATE watermark SET position = 0, loads = 0",
    "UPDATE fact_writers SET holder = NULL",
)
_READ_ONLY = Gap("never", "a warehouse is written by loads alone")
_NO_LISTS_OF_ORDERS = Gap("notimpl", "orders are there to be counted; lists of them are asked of the store of record")
_NO_PEOPLE = Gap("never", "addresses, consents and merges are personal, and stay with the store of record")
_NO_DUPLICATES = Gap("notimpl", "duplicates are looked for where they are merged, in the store of record")
_NO_EVENTS = Gap("notimpl", "a load takes what events have led to, and leaves the events where they were recorded")
_NO_GROUPS = Gap("never", "groups, segments and snapshots name people, and stay with the store of record")
_NO_JOBS = Gap("never", "what is to be done, and when, stays with the store of record, where it is asked for")
_NO_SOURCE = Gap("notimpl", "a warehouse is the end of a history's way, and can be loaded again from its beginning")


def _account() -> SnowflakeConnection | None:
    """The account that the environment names."""
    given = {
        name: value
        for name in ("account", "user", "password", "private_key_file", "database", "warehouse", "role")
        if (value := os.environ.get(f"SNOWFLAKE_{name.upper()}"))
    }
    if "account" not in given or "user" not in given:
        return None
    return SnowflakeConnection(**given, schema=f"DAYBOOK_TEST_{uuid4().hex[:12].upper()}")  # type: ignore[arg-type]  # all are text


ACCOUNT = _account()


def pytest_report_header() -> str:
    return "snowflake: fakesnow, in this process" if ACCOUNT is None else f"snowflake: account {ACCOUNT.account}"


def pytest_configure(config: pytest.Config) -> None:
    # fakesnow's own affair, once a statement.
    config.addinivalue_line("filterwarnings", "ignore:Arrow output on a DB-API result:UserWarning")


@pytest.fixture(scope="session")
def snowflake_connection() -> Iterator[SnowflakeConnection]:
    """Where a warehouse without tables is. fakesnow takes the place of the driver for the whole process."""
    if ACCOUNT is None:
        made = account()
        with patch("snowflake.connector.connect", made.connect):
            yield SnowflakeConnection(account="fakesnow", user="tester", password="none")
        made.duck_conn.close()
        return
    asyncio.run(_execute(replace(ACCOUNT, schema="PUBLIC"), f"CREATE SCHEMA {ACCOUNT.schema}"))
    yield ACCOUNT
    asyncio.run(_execute(replace(ACCOUNT, schema="PUBLIC"), f"DROP SCHEMA {ACCOUNT.schema} CASCADE"))


async def _execute(connection: SnowflakeConnection, statement: str) -> None:
    warehouse = Warehouse(connection, sessions=1)
    await warehouse.run(lambda session: session.exec_driver_sql(statement))
    await warehouse.close()


@pytest.fixture
def empty_snowflake(snowflake_connection: SnowflakeConnection) -> SnowflakeConnection:
    """Where a warehouse with nothing in it is, for a program that makes its own sessions."""

    async def empty() -> None:
        warehouse = Warehouse(snowflake_connection, sessions=1)
        await prepared(warehouse, names_on(snowflake_connection))
        await warehouse.run(_empty)
        await warehouse.close()

    asyncio.run(empty())
    return snowflake_connection


@pytest.fixture(scope="session")
async def migrated_snowflake(
    snowflake_connection: SnowflakeConnection, fact_names: FactNames
) -> AsyncIterator[Warehouse]:
    """A warehouse with all its tables, and whatever the last test left in them."""
    warehouse = Warehouse(snowflake_connection)
    await prepared(warehouse, fact_names)
    yield warehouse
    await warehouse.close()


@pytest.fixture(scope="session")
def fact_names(snowflake_connection: SnowflakeConnection) -> FactNames:
    """The usual names of facts there."""
    return names_on(snowflake_connection)


def names_on(connection: SnowflakeConnection) -> FactNames:
    return FactNames.of(connection.database, connection.schema)


async def prepared(warehouse: Warehouse, names: FactNames) -> None:
    """All tables, of records and of facts."""
    async with SnowflakeFactStore(warehouse, names).writing():
        pass


@pytest.fixture
async def warehouse(migrated_snowflake: Warehouse) -> Warehouse:
    """A warehouse with nothing in it."""
    await migrated_snowflake.run(_empty)
    return migrated_snowflake


def _empty(connection: Connection) -> None:
    for statement in _EMPTY:
        connection.exec_driver_sql(statement)


class Loads:
    """Loads what readers show, and brings the facts forward when they are asked for: most tests ask for one of both."""

    def __init__(self, warehouse: Warehouse, names: FactNames) -> None:
        self._sink = SnowflakeHistorySink(warehouse)
        self._facts = SnowflakePurchaseFacts(warehouse, names)
        self.store = SnowflakeFactStore(warehouse, names)
        self._rows = MemoryStore()
        self._late: list[History] | None = None

    async def write(self, history: History) -> int:
        batches = [one async for one in history.batches]
        self._late = [*(self._late or ()), told(*batches, watermark=history.watermark)]
        return await self._sink.write(told(*batches, watermark=history.watermark))

    async def bring(self) -> SnowflakePurchaseFacts:
        """The facts of all that was loaded."""
        late = self._late
        if late is None:
            # Nothing was loaded; a test may have written facts itself.
            late = [] if await self.store.status() is not None else [told(watermark=0)]
        self._late = []
        for one in late:
            await MemoryHistorySink(self._rows).write(one)
        if late:
            await rebuild(MemoryFactSource(self._rows), self.store)
        return self._facts


class FactsOfLoads:
    """What is counted after loads."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads

    @property
    def store(self) -> str:
        return "snowflake"

    async def revision(self) -> str:
        return await (await self._loads.bring()).revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        return await (await self._loads.bring()).read(question)


def snowflake_ports(warehouse: Warehouse, names: FactNames) -> StorePorts:
    """The ports on a warehouse."""

    async def watermark() -> int:
        (row,) = await warehouse.ask("test.watermark", text("SELECT position FROM watermark"))
        return int(row["position"])

    loads = Loads(warehouse, names)

    return StorePorts(
        units=SnowflakeUnitsOfWork(),
        customers=SnowflakeCustomerReader(warehouse),
        authors=SnowflakeAuthorReader(warehouse),
        books=SnowflakeBookReader(warehouse),
        reviews=SnowflakeReviewReader(warehouse),
        categories=SnowflakeCategoryReader(warehouse),
        health=SnowflakeHealth(warehouse, names),
        sink=loads,
        warehouse=loads.store,
        purchases=FactsOfLoads(loads),
        watermark=watermark,
    )


@asynccontextmanager
async def _open(server: Warehouse) -> AsyncIterator[StorePorts]:
    await server.run(_empty)
    connection = SnowflakeConnection(account="", user="") if ACCOUNT is None else ACCOUNT
    yield snowflake_ports(server, names_on(connection))


@asynccontextmanager
async def _unreachable() -> AsyncIterator[Store]:
    """The health of an account behind a port where nobody listens, by the driver itself and not by fakesnow."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    nobody = SnowflakeConnection(account="nobody", user="nobody", password="none", host="127.0.0.1", port=port)
    warehouse = Warehouse(nobody, login_seconds=2)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("snowflake.connector.connect", connect_for_real)
        yield SnowflakeHealth(warehouse, names_on(nobody))
    await warehouse.close()


def snowflake_case() -> StoreCase:
    """Answers and loads."""
    return StoreCase(
        name="snowflake",
        adapters=frozenset({"snowflake", "sql"}),
        reads_records=True,
        writes=False,
        transactions=False,
        enforces_unique=False,
        enforces_references=False,
        reads_orders=False,
        tells_history=False,
        takes_history=True,
        tells_facts=False,
        keeps_facts=True,
        remote=True,
        open=_open,
        server="migrated_snowflake",
        # One costs three seconds on fakesnow, which translates each statement in Python.
        histories=5,
        unreachable=_unreachable,
        implements={
            UnitsOfWork: SnowflakeUnitsOfWork,
            CustomerReader: SnowflakeCustomerReader,
            AuthorReader: SnowflakeAuthorReader,
            BookReader: SnowflakeBookReader,
            ReviewReader: SnowflakeReviewReader,
            CategoryReader: SnowflakeCategoryReader,
            HistorySink: SnowflakeHistorySink,
            PurchaseFacts: SnowflakePurchaseFacts,
            PurchaseView: SqlPurchaseView,
            Store: SnowflakeHealth,
            FactStore: SnowflakeFactStore,
            FactWriter: SnowflakeFactWriter,
        },
        lacks={
            UnitOfWork: _READ_ONLY,
            CustomerRepository: _READ_ONLY,
            AuthorRepository: _READ_ONLY,
            BookRepository: _READ_ONLY,
            OrderRepository: _READ_ONLY,
            ReturnRepository: _READ_ONLY,
            ReviewRepository: _READ_ONLY,
            CategoryRepository: _READ_ONLY,
            GroupRepository: _READ_ONLY,
            GroupReader: _NO_GROUPS,
            SegmentRepository: _READ_ONLY,
            SegmentReader: _NO_GROUPS,
            AddressRepository: _READ_ONLY,
            AddressReader: _NO_PEOPLE,
            ConsentRepository: _READ_ONLY,
            ConsentReader: _NO_PEOPLE,
            PersonRepository: _READ_ONLY,
            PersonReader: _NO_PEOPLE,
            MergeRepository: _READ_ONLY,
            MergeReader: _NO_PEOPLE,
            DuplicateReader: _NO_DUPLICATES,
            WebhookRepository: _READ_ONLY,
            WebhookReader: _NO_EVENTS,
            DeliveryRepository: _READ_ONLY,
            DeliveryReader: _NO_EVENTS,
            JobRepository: _READ_ONLY,
            JobReader: _NO_JOBS,
            JobQueue: _NO_JOBS,
            ScheduleRepository: _READ_ONLY,
            ScheduleReader: _NO_JOBS,
            OrderReader: _NO_LISTS_OF_ORDERS,
            ReturnReader: _NO_LISTS_OF_ORDERS,
            HistorySource: _NO_SOURCE,
            IdempotencyKeys: _READ_ONLY,
            EventReader: _NO_EVENTS,
            EventSignal: _NO_EVENTS,
            ConsumerRepository: _READ_ONLY,
            ConsumerReader: _NO_EVENTS,
            FactSource: _NO_SOURCE,
        },
    )
