"""Orders and returns, as kept and as read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.errors import AlreadyExists
from application.listing import Listing, Page
from application.orders.models import OrderRead, ReturnRead
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.ids import OrderId


class OrderReferenceExists(AlreadyExists):
    """Another order of this channel has this reference."""

    code = "order-reference-exists"
    field: ClassVar[str] = "/reference"
    message: ClassVar[str] = "reference exists in this channel"


class ReturnReferenceExists(AlreadyExists):
    """Another return of this channel has this reference."""

    code = "return-reference-exists"
    field: ClassVar[str] = "/reference"
    message: ClassVar[str] = "reference exists in this channel"


class OrderRepository(Protocol):
    """Orders for writing, inside a unit of work."""

    async def get(self, order_id: OrderId) -> Order:
        """With its lines. Raises NotFound."""
        ...

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Order]:
        """The orders of a channel that have these references, with their lines, by reference."""
        ...

    def add(self, order: Order) -> None:
        """Keeps a new order and its lines at commit, which raises OrderReferenceExists.

        Commit raises Conflict when the customer or a book that it names is not there, nor added in the same unit.
        """
        ...

    def add_many(self, orders: Iterable[Order]) -> None:
        """As `add` for each, in one go."""
        ...

    def save(self, order: Order) -> Order:
        """Keeps a changed order (status and what came back of its lines) at commit, under the next version.

        Returns it with that version. Commit raises Conflict when the stored version is no longer the one loaded.
        """
        ...


class ReturnRepository(Protocol):
    """Returns for writing, inside a unit of work. A return never changes."""

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Return]:
        """The returns of a channel that have these references, with their lines, by reference."""
        ...

    def add(self, recorded: Return) -> None:
        """Keeps a new return and its lines at commit, which raises ReturnReferenceExists.

        Commit raises Conflict when the order, the customer or a book that it names is not there, nor added in the same
        unit.
        """
        ...

    def add_many(self, returns: Iterable[Return]) -> None:
        """As `add` for each, in one go."""
        ...


class OrderReader(Protocol):
    """Orders for reading, straight to read models."""

    async def get(self, order_id: UUID) -> OrderRead:
        """With its lines in the order of their numbers. Raises NotFound."""
        ...

    async def list(self, listing: Listing) -> Page[OrderRead]:
        """One page in the order asked for; with lines when `lines` is in `listing.expand`, never with customers."""
        ...


class ReturnReader(Protocol):
    """Returns for reading, straight to read models."""

    async def get(self, return_id: UUID) -> ReturnRead:
        """With its lines in the order of their numbers. Raises NotFound."""
        ...

    async def list(self, listing: Listing) -> Page[ReturnRead]:
        """One page in the order asked for; with lines when `lines` is in `listing.expand`, never with customers."""
        ...
