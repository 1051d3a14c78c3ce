"""Units of work on PostgreSQL."""

from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Self

from msgspec import Struct

from adapters.postgres.addresses import PostgresAddressRepository
from adapters.postgres.authors import PostgresAuthorRepository
from adapters.postgres.books import PostgresBookRepository
from adapters.postgres.categories import PostgresCategoryRepository
from adapters.postgres.consents import PostgresConsentRepository
from adapters.postgres.consumers import PostgresConsumerRepository
from adapters.postgres.customers import PostgresCustomerRepository
from adapters.postgres.deliveries import PostgresDeliveryRepository
from adapters.postgres.events import EVENTS, Recorded
from adapters.postgres.gathering import Gathering
from adapters.postgres.groups import PostgresGroupRepository
from adapters.postgres.idempotency import Claimed
from adapters.postgres.job_rows import JOBS
from adapters.postgres.job_signal import JobSignal
from adapters.postgres.jobs import PostgresJobRepository
from adapters.postgres.merges import PostgresMergeRepository
from adapters.postgres.orders import PostgresOrderRepository, PostgresReturnRepository
from adapters.postgres.people import PostgresPersonRepository
from adapters.postgres.pool import Pool
from adapters.postgres.reviews import PostgresReviewRepository
from adapters.postgres.schedules import PostgresScheduleRepository
from adapters.postgres.segments import PostgresSegmentRepository
from adapters.postgres.statistics import look_over
from adapters.postgres.webhooks import PostgresWebhookRepository
from adapters.postgres.writes import Pending, Write, keep_claimed
from application.caller import Caller
from application.ports.idempotency import people
from domain.shared.events import Event


class PostgresUnitOfWork:
    """Reads go to the pool at once and hold no connection; a commit is one statement in the usual case."""

    def __init__(
        self,
        pool: Pool,
        caller: Caller,
        gathering: Gathering,
        jobs_asked: Callable[[], None],
        tell: Callable[[], None] | None = None,
    ) -> None:
        self._pool = pool
        self._caller = caller
        self._gathering = gathering
        self._jobs_asked = jobs_asked
        self._tell = tell
        self._pending = Pending()
        self._events: list[Recorded] = []
        self._open = False

    # A unit of work uses one or two of its repositories, and is made with every change.

    @cached_property
    def customers(self) -> PostgresCustomerRepository:
        return PostgresCustomerRepository(self._pool, self._pending)

    @cached_property
    def authors(self) -> PostgresAuthorRepository:
        return PostgresAuthorRepository(self._pool, self._pending)

    @cached_property
    def books(self) -> PostgresBookRepository:
        return PostgresBookRepository(self._pool, self._pending)

    @cached_property
    def categories(self) -> PostgresCategoryRepository:
        return PostgresCategoryRepository(self._pool, self._pending, self._caller.request_id)

    @cached_property
    def orders(self) -> PostgresOrderRepository:
        return PostgresOrderRepository(self._pool, self._pending)

    @cached_property
    def returns(self) -> PostgresReturnRepository:
        return PostgresReturnRepository(self._pool, self._pending)

    @cached_property
    def reviews(self) -> PostgresReviewRepository:
        return PostgresReviewRepository(self._pool, self._pending)

    @cached_property
    def groups(self) -> PostgresGroupRepository:
        return PostgresGroupRepository(self._pool, self._pending)

    @cached_property
    def segments(self) -> PostgresSegmentRepository:
        return PostgresSegmentRepository(self._pool, self._pending)

    @cached_property
    def addresses(self) -> PostgresAddressRepository:
        return PostgresAddressRepository(self._pool, self._pending)

    @cached_property
    def consents(self) -> PostgresConsentRepository:
        return PostgresConsentRepository(self._pool, self._pending)

    @cached_property
    def people(self) -> PostgresPersonRepository:
        return PostgresPersonRepository(self._pool, self._pending, self._caller.request_id)

    @cached_property
    def merges(self) -> PostgresMergeRepository:
        return PostgresMergeRepository(self._pool, self._pending)

    @cached_property
    def jobs(self) -> PostgresJobRepository:
        return PostgresJobRepository(self._pool, self._pending, self._caller)

    @cached_property
    def schedules(self) -> PostgresScheduleRepository:
        return PostgresScheduleRepository(self._pool, self._pending)

    @cached_property
    def consumers(self) -> PostgresConsumerRepository:
        return PostgresConsumerRepository(self._pending)

    @cached_property
    def webhooks(self) -> PostgresWebhookRepository:
        return PostgresWebhookRepository(self._pool, self._pending)

    @cached_property
    def deliveries(self) -> PostgresDeliveryRepository:
        return PostgresDeliveryRepository(self._pool, self._pending)

    def record(self, *events: Event) -> None:
        """Appends events at commit."""
        request_id = self._caller.request_id
        self._events += [Recorded(event, request_id) for event in events]

    async def commit(self, answer: Struct | None = None) -> None:
        """Keeps everything, or nothing and raises."""
        if not self._open:
            raise RuntimeError("a unit of work is committed inside its `async with` block")
        tell = self._tell if self._events else None
        self._pending.add_many(EVENTS, self._events)
        self._events = []
        writes = self._pending.take()
        claim = self._caller.claim
        if not writes:
            return
        if claim is None:
            await self._gathering.keep(writes)
        else:
            claimed = Claimed(claim, self._caller.actor, claim.reply(answer), people(answer))
            await keep_claimed(self._pool, writes, claimed)
        if any(isinstance(one, Write) and one.kind is JOBS for one in writes):
            self._jobs_asked()
        if tell is not None:
            tell()

    async def look_over(self) -> None:
        """Takes the statistics that plans are made by."""
        await look_over(self._pool)

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False


class PostgresUnitsOfWork:
    """Where units of work on one database come from; `tell` is called after each commit with events."""

    def __init__(self, pool: Pool, *, tell: Callable[[], None] | None = None) -> None:
        self._pool = pool
        self._gathering = Gathering(pool)
        self._jobs_asked = JobSignal(pool)
        self._tell = tell

    def __call__(self, caller: Caller) -> PostgresUnitOfWork:
        """A new one."""
        return PostgresUnitOfWork(self._pool, caller, self._gathering, self._jobs_asked, self._tell)
