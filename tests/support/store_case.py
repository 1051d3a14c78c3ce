"""What a store tells the contract suites about itself, and what it hands them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from application.ports.addresses import AddressReader
from application.ports.authors import AuthorReader
from application.ports.books import BookReader
from application.ports.categories import CategoryReader
from application.ports.consents import ConsentReader
from application.ports.consumers import ConsumerReader
from application.ports.customers import CustomerReader
from application.ports.deliveries import DeliveryReader
from application.ports.duplicates import DuplicateReader
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from application.ports.groups import GroupReader
from application.ports.history import History, HistoryBatch, HistorySink, HistorySource
from application.ports.idempotency import IdempotencyKeys
from application.ports.jobs import JobQueue, JobReader
from application.ports.merges import MergeReader
from application.ports.orders import OrderReader, ReturnReader
from application.ports.people import PersonReader
from application.ports.purchases import PurchaseFacts
from application.ports.reviews import ReviewReader
from application.ports.schedules import ScheduleReader
from application.ports.segments import SegmentReader
from application.ports.stores import Store
from application.ports.unit_of_work import UnitsOfWork
from application.ports.warehouse import FactSource, FactStore
from application.ports.webhooks import WebhookReader
from domain.shared.events import Event

CAPABILITIES = {
    "reads_records": "there are readers of customers and of the catalogue; without it `units` is nobody's business",
    "writes": "units of work keep what they commit; without it every one is refused with ReadOnlyStore",
    "transactions": "a unit of work that fails leaves nothing, and of two that race for one row one loses",
    "enforces_unique": "the store itself refuses a second e-mail address, reference or ISBN",
    "enforces_references": "the store itself refuses an order of a customer, and a line of a book, that it has not",
    "reads_orders": "there are readers of orders and of returns",
    "tells_history": "there is a HistorySource",
    "takes_history": "there is a HistorySink",
    "tells_facts": "there is a FactSource",
    "keeps_facts": "there is a FactStore",
    "remote": "the store is behind a connection that may be down; the case has `unreachable`",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """What a store does not do: `word` is notimpl (it could), notyet (it will) or never (it cannot), and why."""

    word: str
    reason: str

    def __post_init__(self) -> None:
        if self.word not in ("notimpl", "notyet", "never") or not self.reason:
            raise ValueError("a gap is notimpl, notyet or never, with a reason")

    def __str__(self) -> str:
        return f"{self.word}: {self.reason}"


KEEPS_NO_FACTS = Gap("never", "it counts its own records")


class KeptEvent(NamedTuple):
    """An event as the store has it, read past the ports, since none of them tells events yet."""

    event: Event
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePorts:
    """The ports of one clean store, and two looks past them: `watermark` and, where there are writes, `events`.

    A port that the capabilities of the case exclude is None, `units` excepted: a store without `writes` has units that
    refuse.
    """

    units: UnitsOfWork
    customers: CustomerReader
    books: BookReader
    health: Store
    authors: AuthorReader | None = None
    orders: OrderReader | None = None
    returns: ReturnReader | None = None
    reviews: ReviewReader | None = None
    categories: CategoryReader | None = None
    groups: GroupReader | None = None
    segments: SegmentReader | None = None
    keys: IdempotencyKeys | None = None
    event_reader: EventReader | None = None
    consumers: ConsumerReader | None = None
    signal: EventSignal | None = None
    addresses: AddressReader | None = None
    consents: ConsentReader | None = None
    people: PersonReader | None = None
    merges: MergeReader | None = None
    duplicates: DuplicateReader | None = None
    jobs: JobReader | None = None
    job_queue: JobQueue | None = None
    schedules: ScheduleReader | None = None
    webhooks: WebhookReader | None = None
    deliveries: DeliveryReader | None = None
    source: HistorySource | None = None
    sink: HistorySink | None = None
    facts: FactSource | None = None
    warehouse: FactStore | None = None
    purchases: PurchaseFacts
    watermark: Callable[[], Awaitable[int]]
    events: Callable[[], Awaitable[Sequence[KeptEvent]]] | None = None


def told(*batches: HistoryBatch, watermark: int) -> History:
    """A history of these batches."""
    return History(watermark=watermark, batches=_each(batches))


async def _each(batches: Iterable[HistoryBatch]) -> AsyncIterator[HistoryBatch]:
    for batch in batches:
        yield batch


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCase:
    """One store under contract. Tests ask for capabilities, never for the name.

    `open(server)` gives the ports of a clean store; `server` is what the session fixture named `server` yields (a pool,
    an engine: what is dear to make), or None. `unreachable()` gives the health of a store of this kind where nobody
    answers. `implements` names the class behind each port, `lacks` says of each port without a class why there is none,
    `gaps` says of each test, by its function's name, why it must fail here: a strict xfail, so that a gap that closes
    has to be struck out. `adapters` are the folders of adapters/ that it is made of,
    `histories` is how many purchase histories an ordinary run draws for it.
    """

    name: str
    adapters: frozenset[str]
    reads_records: bool
    writes: bool
    transactions: bool
    enforces_unique: bool
    enforces_references: bool
    reads_orders: bool
    tells_history: bool
    takes_history: bool
    tells_facts: bool
    keeps_facts: bool
    remote: bool
    open: Callable[[Any], AbstractAsyncContextManager[StorePorts]]
    implements: Mapping[type, type]
    lacks: Mapping[type, Gap] = field(default_factory=dict)
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    histories: int = 100
    server: str | None = None
    unreachable: Callable[[], AbstractAsyncContextManager[Store]] | None = None
