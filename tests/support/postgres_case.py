"""PostgreSQL, under contract: a real server, and an emptied database for each test."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from adapters.postgres.addresses import PostgresAddressReader, PostgresAddressRepository
from adapters.postgres.authors import PostgresAuthorReader, PostgresAuthorRepository
from adapters.postgres.books import PostgresBookReader, PostgresBookRepository
from adapters.postgres.categories import PostgresCategoryReader, PostgresCategoryRepository
from adapters.postgres.consents import PostgresConsentReader, PostgresConsentRepository
from adapters.postgres.consumers import PostgresConsumerReader, PostgresConsumerRepository
from adapters.postgres.customers import PostgresCustomerReader, PostgresCustomerRepository
from adapters.postgres.deliveries import PostgresDeliveryReader, PostgresDeliveryRepository
from adapters.postgres.duplicates import PostgresDuplicateReader
from adapters.postgres.event_signal import PostgresEventSignal
from adapters.postgres.events import PostgresEventReader
from adapters.postgres.groups import PostgresGroupReader, PostgresGroupRepository
from adapters.postgres.history import PostgresHistorySink, PostgresHistorySource
from adapters.postgres.idempotency import PostgresIdempotencyKeys
from adapters.postgres.job_queue import PostgresJobQueue
from adapters.postgres.jobs import PostgresJobReader, PostgresJobRepository
from adapters.postgres.merges import PostgresMergeReader, PostgresMergeRepository
from adapters.postgres.orders import (
    PostgresOrderReader,
    PostgresOrderRepository,
    PostgresReturnReader,
    PostgresReturnRepository,
)
from adapters.postgres.people import PostgresPersonReader, PostgresPersonRepository
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from adapters.postgres.reviews import PostgresReviewReader, PostgresReviewRepository
from adapters.postgres.schedules import PostgresScheduleReader, PostgresScheduleRepository
from adapters.postgres.segments import PostgresSegmentReader, PostgresSegmentRepository
from adapters.postgres.stores import PostgresHealth
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitsOfWork
from adapters.postgres.warehouse import PostgresFactSource
from adapters.postgres.webhooks import PostgresWebhookReader, PostgresWebhookRepository
from adapters.sql.purchases import SqlPurchaseView
from adapters.system.system import SystemClock
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
from application.ports.history import HistorySink, HistorySource
from application.ports.idempotency import IdempotencyKeys
from application.ports.jobs import JobQueue, JobReader, JobRepository
from application.ports.merges import MergeReader, MergeRepository
from application.ports.orders import OrderReader, OrderRepository, ReturnReader, ReturnRepository
from application.ports.people import PersonReader, PersonRepository
from application.ports.purchases import PurchaseFacts, PurchaseView
from application.ports.reviews import ReviewReader, ReviewRepository
from application.ports.schedules import ScheduleReader, ScheduleRepository
from application.ports.segments import SegmentReader, SegmentRepository
from application.ports.stores import Store
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.warehouse import FactSource, FactStore, FactWriter
from application.ports.webhooks import WebhookReader, WebhookRepository
from domain.shared.events import Event
from entrypoints.bootstrap import migrate
from tests.support.postgres import TemplateDatabase, template_database
from tests.support.store_case import KEEPS_NO_FACTS, KeptEvent, StoreCase, StorePorts

# Short, so that tests see what becomes of a job whose worker is gone.
_HEARTBEAT = timedelta(seconds=2)
_POLL = timedelta(seconds=0.1)
_TABLES = """
    webhooks jobs schedules pgqueuer.pgqueuer groups segments categories
    customers authors books reviews orders order_lines returns return_lines
    events event_consumers idempotency_keys
""".split()
# Numbers given to what was never kept are used all the same.
_NUMBERS = {"events": "events_position_seq", "pgqueuer.pgqueuer": "pgqueuer.pgqueuer_id_seq"}
# To empty all of them, with all their indexes, takes longer than most tests.
_USED = " UNION ".join(
    [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in _TABLES]
    + [f"SELECT '{table}' FROM {numbers} WHERE is_called" for table, numbers in _NUMBERS.items()]
)


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[TemplateDatabase]:
    """A database with the newest schema and nothing in it, to be copied."""
    with template_database(postgres_url, migrate.upgrade) as template:
        yield template


@pytest.fixture
def database_url(migrated_template: TemplateDatabase) -> Iterator[str]:
    """A clean, migrated database of one test."""
    with migrated_template.copy() as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A pool on a clean, migrated database of one test."""
    opened = Pool(database_url)
    await opened.open()
    yield opened
    await opened.close(2)


@pytest.fixture
def other_database_url(migrated_template: TemplateDatabase) -> Iterator[str]:
    """A second database of one test."""
    with migrated_template.copy() as url:
        yield url


@pytest.fixture
async def other_pool(other_database_url: str) -> AsyncIterator[Pool]:
    """A pool on the second database of one test."""
    opened = Pool(other_database_url)
    await opened.open()
    yield opened
    await opened.close(2)


@pytest.fixture(scope="module")
def module_database_url(migrated_template: TemplateDatabase) -> Iterator[str]:
    """A clean, migrated database for the tests of one module."""
    with migrated_template.copy() as url:
        yield url


@pytest.fixture(scope="module")
async def module_pool(module_database_url: str) -> AsyncIterator[Pool]:
    """A pool on that database."""
    opened = Pool(module_database_url)
    await opened.open()
    yield opened
    await opened.close(2)


@pytest.fixture(scope="session")
def contract_database_url(migrated_template: TemplateDatabase) -> Iterator[str]:
    """One database for all contract tests, which empty it before they begin."""
    with migrated_template.copy() as url:
        yield url


@pytest.fixture(scope="session")
async def postgres_contract_pool(contract_database_url: str) -> AsyncIterator[Pool]:
    """A pool on that database.

    What is counted here was imported a moment ago, before PostgreSQL has looked at it: a plan without statistics may
    take a slow machine longer than a shop would wait.
    """
    opened = Pool(contract_database_url, statement_timeout_ms=120_000)
    await opened.open()
    yield opened
    await opened.close(2)


def postgres_ports(pool: Pool) -> StorePorts:
    """The ports on a database."""

    async def watermark() -> int:
        async with pool.acquire() as connection:
            found: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM events")
            return found

    async def events() -> Sequence[KeptEvent]:
        async with pool.acquire() as connection:
            rows = await connection.fetch("SELECT * FROM events ORDER BY position")
        return [KeptEvent(_event(row), row["request_id"]) for row in rows]

    signal = PostgresEventSignal(pool)
    return StorePorts(
        units=PostgresUnitsOfWork(pool, tell=signal.tell),
        customers=PostgresCustomerReader(pool),
        authors=PostgresAuthorReader(pool),
        books=PostgresBookReader(pool),
        orders=PostgresOrderReader(pool),
        returns=PostgresReturnReader(pool),
        reviews=PostgresReviewReader(pool),
        categories=PostgresCategoryReader(pool),
        groups=PostgresGroupReader(pool),
        segments=PostgresSegmentReader(pool),
        addresses=PostgresAddressReader(pool),
        consents=PostgresConsentReader(pool),
        people=PostgresPersonReader(pool),
        merges=PostgresMergeReader(pool),
        duplicates=PostgresDuplicateReader(pool),
        webhooks=PostgresWebhookReader(pool),
        deliveries=PostgresDeliveryReader(pool),
        health=PostgresHealth(pool, head=migrate.head()),
        keys=PostgresIdempotencyKeys(pool),
        event_reader=PostgresEventReader(pool),
        jobs=PostgresJobReader(pool),
        job_queue=PostgresJobQueue(pool, SystemClock(), heartbeat=_HEARTBEAT, poll=_POLL),
        schedules=PostgresScheduleReader(pool),
        consumers=PostgresConsumerReader(pool),
        signal=signal,
        source=PostgresHistorySource(pool),
        sink=PostgresHistorySink(pool),
        facts=PostgresFactSource(pool),
        purchases=PostgresPurchaseFacts(pool),
        watermark=watermark,
        events=events,
    )


def _event(row: asyncpg.Record) -> Event:
    event = Event(
        type=row["type"],
        aggregate_id=row["aggregate_id"],
        version=row["version"],
        at=row["at"],
        by=row["by"],
        changed=tuple(row["changed"]),
        data=row["data"],
    )
    assert event.aggregate == row["aggregate"]
    return event


@asynccontextmanager
async def _open(server: Pool) -> AsyncIterator[StorePorts]:
    async with server.acquire() as connection:
        used = [row[0] for row in await connection.fetch(_USED)]
        if used:
            await connection.execute(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE")
    yield postgres_ports(server)


@asynccontextmanager
async def _unreachable() -> AsyncIterator[Store]:
    """The health of a database that no connection was ever made to."""
    yield PostgresHealth(Pool("postgresql://nobody@127.0.0.1:1/none"), head=migrate.head())


def postgres_case() -> StoreCase:
    """All of it, on a server."""
    return StoreCase(
        name="postgres",
        adapters=frozenset({"postgres", "sql"}),
        reads_records=True,
        writes=True,
        transactions=True,
        enforces_unique=True,
        enforces_references=True,
        reads_orders=True,
        tells_history=True,
        takes_history=True,
        tells_facts=True,
        keeps_facts=False,
        remote=True,
        open=_open,
        server="postgres_contract_pool",
        unreachable=_unreachable,
        implements={
            UnitsOfWork: PostgresUnitsOfWork,
            UnitOfWork: PostgresUnitOfWork,
            CustomerRepository: PostgresCustomerRepository,
            CustomerReader: PostgresCustomerReader,
            AuthorRepository: PostgresAuthorRepository,
            AuthorReader: PostgresAuthorReader,
            BookRepository: PostgresBookRepository,
            BookReader: PostgresBookReader,
            OrderRepository: PostgresOrderRepository,
            OrderReader: PostgresOrderReader,
            ReturnRepository: PostgresReturnRepository,
            ReturnReader: PostgresReturnReader,
            ReviewRepository: PostgresReviewRepository,
            ReviewReader: PostgresReviewReader,
            CategoryRepository: PostgresCategoryRepository,
            CategoryReader: PostgresCategoryReader,
            GroupRepository: PostgresGroupRepository,
            GroupReader: PostgresGroupReader,
            SegmentRepository: PostgresSegmentRepository,
            SegmentReader: PostgresSegmentReader,
            IdempotencyKeys: PostgresIdempotencyKeys,
            EventReader: PostgresEventReader,
            EventSignal: PostgresEventSignal,
            ConsumerRepository: PostgresConsumerRepository,
            ConsumerReader: PostgresConsumerReader,
            AddressRepository: PostgresAddressRepository,
            AddressReader: PostgresAddressReader,
            ConsentRepository: PostgresConsentRepository,
            ConsentReader: PostgresConsentReader,
            PersonRepository: PostgresPersonRepository,
            PersonReader: PostgresPersonReader,
            MergeRepository: PostgresMergeRepository,
            MergeReader: PostgresMergeReader,
            DuplicateReader: PostgresDuplicateReader,
            JobRepository: PostgresJobRepository,
            JobReader: PostgresJobReader,
            JobQueue: PostgresJobQueue,
            ScheduleRepository: PostgresScheduleRepository,
            ScheduleReader: PostgresScheduleReader,
            WebhookRepository: PostgresWebhookRepository,
            WebhookReader: PostgresWebhookReader,
            DeliveryRepository: PostgresDeliveryRepository,
            DeliveryReader: PostgresDeliveryReader,
            HistorySource: PostgresHistorySource,
            HistorySink: PostgresHistorySink,
            PurchaseFacts: PostgresPurchaseFacts,
            PurchaseView: SqlPurchaseView,
            Store: PostgresHealth,
            FactSource: PostgresFactSource,
        },
        lacks={FactStore: KEEPS_NO_FACTS, FactWriter: KEEPS_NO_FACTS},
    )
