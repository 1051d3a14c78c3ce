"""Units of work in memory."""

from types import TracebackType
from typing import Self

from msgspec import Struct

from adapters.memory.addresses import MemoryAddressRepository
from adapters.memory.authors import MemoryAuthorRepository
from adapters.memory.books import MemoryBookRepository
from adapters.memory.categories import MemoryCategoryRepository
from adapters.memory.consents import MemoryConsentRepository
from adapters.memory.consumers import MemoryConsumerRepository
from adapters.memory.customers import MemoryCustomerRepository
from adapters.memory.deliveries import MemoryDeliveryRepository
from adapters.memory.groups import MemoryGroupRepository
from adapters.memory.jobs import MemoryJobRepository
from adapters.memory.merges import MemoryMergeRepository
from adapters.memory.orders import MemoryOrderRepository, MemoryReturnRepository
from adapters.memory.pending import Pending
from adapters.memory.people import MemoryPersonRepository
from adapters.memory.reviews import MemoryReviewRepository
from adapters.memory.schedules import MemoryScheduleRepository
from adapters.memory.segments import MemorySegmentRepository
from adapters.memory.store import Answered, MemoryStore
from adapters.memory.webhooks import MemoryWebhookRepository
from application.caller import Caller
from application.ports.idempotency import KEPT_FOR, KeyInUse, people
from domain.shared.events import Event


class MemoryUnitOfWork:
    """Writes that are checked and kept together.

    A commit is one step without an await, so that of two tasks that change the same thing the second meets what the
    first has kept.
    """

    def __init__(self, store: MemoryStore, caller: Caller) -> None:
        self._store = store
        self._caller = caller
        self._pending = Pending()
        self._open = False
        self.customers = MemoryCustomerRepository(store, self._pending)
        self.authors = MemoryAuthorRepository(store, self._pending)
        self.books = MemoryBookRepository(store, self._pending)
        self.categories = MemoryCategoryRepository(store, self._pending)
        self.orders = MemoryOrderRepository(store, self._pending)
        self.returns = MemoryReturnRepository(store, self._pending)
        self.reviews = MemoryReviewRepository(store, self._pending)
        self.groups = MemoryGroupRepository(store, self._pending)
        self.segments = MemorySegmentRepository(store, self._pending)
        self.addresses = MemoryAddressRepository(store, self._pending)
        self.consents = MemoryConsentRepository(store, self._pending)
        self.people = MemoryPersonRepository(store, self._pending)
        self.merges = MemoryMergeRepository(store, self._pending)
        self.jobs = MemoryJobRepository(store, self._pending, caller)
        self.schedules = MemoryScheduleRepository(store, self._pending)
        self.consumers = MemoryConsumerRepository(self._pending)
        self.webhooks = MemoryWebhookRepository(store, self._pending)
        self.deliveries = MemoryDeliveryRepository(store, self._pending)

    def record(self, *events: Event) -> None:
        """Appends events at commit."""
        self._pending.events.extend(events)

    async def commit(self, answer: Struct | None = None) -> None:
        """Keeps everything, or nothing and raises."""
        if not self._open:
            raise RuntimeError("a unit of work is committed inside its `async with` block")
        if not self._pending:
            return
        answered = self._answered(answer)
        changes = self._store.begin()
        events = self._pending.take(changes)
        changes.apply((event, self._caller.request_id) for event in events)
        self._store.answered |= answered

    def _answered(self, answer: Struct | None) -> dict[tuple[str, str], Answered]:
        claim = self._caller.claim
        if claim is None:
            return {}
        name = (self._caller.actor, claim.key)
        before = self._store.answered.get(name)
        if before is not None and before.claim.at + KEPT_FOR > claim.at:
            raise KeyInUse
        return {name: Answered(claim, claim.reply(answer), people(answer))}

    async def look_over(self) -> None:
        """Nothing: how a question is answered does not depend on what there is."""

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False


class MemoryUnitsOfWork:
    """Where units of work on one store come from."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __call__(self, caller: Caller) -> MemoryUnitOfWork:
        """A new one."""
        return MemoryUnitOfWork(self._store, caller)
