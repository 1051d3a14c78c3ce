"""The unit of work: what one use case writes, kept as a whole or not at all."""

from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct

from application.caller import Caller
from application.ports.addresses import AddressRepository
from application.ports.authors import AuthorRepository
from application.ports.books import BookRepository
from application.ports.categories import CategoryRepository
from application.ports.consents import ConsentRepository
from application.ports.consumers import ConsumerRepository
from application.ports.customers import CustomerRepository
from application.ports.deliveries import DeliveryRepository
from application.ports.groups import GroupRepository
from application.ports.jobs import JobRepository
from application.ports.merges import MergeRepository
from application.ports.orders import OrderRepository, ReturnRepository
from application.ports.people import PersonRepository
from application.ports.reviews import ReviewRepository
from application.ports.schedules import ScheduleRepository
from application.ports.segments import SegmentRepository
from application.ports.webhooks import WebhookRepository
from domain.shared.events import Event


class UnitOfWork(Protocol):
    """Reads through the repositories are at once; what is added and saved waits for `commit`.

    Nothing is visible to others before `commit` returns, and nothing ever is when the block is left without it or with
    an error. A unit of work is entered once and used by one task.
    """

    @property
    def customers(self) -> CustomerRepository: ...
    @property
    def authors(self) -> AuthorRepository: ...
    @property
    def books(self) -> BookRepository: ...
    @property
    def categories(self) -> CategoryRepository: ...
    @property
    def orders(self) -> OrderRepository: ...
    @property
    def returns(self) -> ReturnRepository: ...
    @property
    def reviews(self) -> ReviewRepository: ...
    @property
    def groups(self) -> GroupRepository: ...
    @property
    def segments(self) -> SegmentRepository: ...
    @property
    def addresses(self) -> AddressRepository: ...
    @property
    def consents(self) -> ConsentRepository: ...
    @property
    def people(self) -> PersonRepository: ...
    @property
    def merges(self) -> MergeRepository: ...
    @property
    def jobs(self) -> JobRepository: ...
    @property
    def schedules(self) -> ScheduleRepository: ...
    @property
    def consumers(self) -> ConsumerRepository: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
    @property
    def deliveries(self) -> DeliveryRepository: ...

    def record(self, *events: Event) -> None:
        """Appends events at commit, in the order given, with the request id of the caller."""
        ...

    async def commit(self, answer: Struct | None = None) -> None:
        """Keeps everything, or nothing and raises.

        `answer` is what the caller will be told: with a claim of the caller it is kept in the same transaction.
        Raises the errors that the repositories name, Conflict, Unavailable (nothing was kept) or OutcomeUnknown (the
        connection died after the change was sent). Without anything to keep it does nothing.
        """
        ...

    async def look_over(self) -> None:
        """Has the store see what it holds, once much was written: questions that come at once are then answered as fast
        as those that come later. Raises Unavailable.
        """
        ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class UnitsOfWork(Protocol):
    """Where units of work come from."""

    def __call__(self, caller: Caller) -> UnitOfWork:
        """A new one, for what this caller asked. Raises ReadOnlyStore where the store takes no changes."""
        ...
