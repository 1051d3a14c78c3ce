"""The warehouse: the facts of purchases, taken from the store of record and kept where they are counted fast."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

from application.errors import Conflict, Unavailable

MOST_CHANGES: Final = 100_000
"""More events than this are not followed one by one: all facts are told sooner."""
CHANGE_FACTS: Final = ("order", "return", "book", "customer")
"""The aggregates whose events change facts."""
TELL_OF_SALES: Final = ("order", "return")
"""Those among them that tell of what was bought or came back; the others are named by these facts."""
CHANGES_NOTHING: Final = "order.returned"
"""An event of an order that changes no fact of it: the return itself has its own."""


class WarehouseBusy(Conflict):
    """Another process writes to the warehouse."""

    code = "warehouse-busy"


class WarehouseUnreadable(Unavailable):
    """What is there is damaged or of another version: only all of it, told anew, can take its place."""

    code = "warehouse-unreadable"


OF_ANOTHER_LOG = "the warehouse holds what another database told: `daybook warehouse sync` writes it anew from this one"


class FactTable(StrEnum):
    """What facts there are: purchases, the lines sold in them, the lines that came back, and whom and what they name.

    A row of each holds, in this order:

    - orders: order_id, customer_id, placed_at, currency, amount (of all lines); of cancelled ones there is no fact
    - sales: order_id, customer_id, placed_at, currency, sku, book_id, description, quantity, unit_price, amount
    - returns: return_id, customer_id, returned_at, currency, sku, book_id, description, quantity, unit_price, amount
    - books: id, title, author, categories (a JSON list)
    - customers: id, reference, deleted_at
    """

    ORDERS = "orders"
    SALES = "sales"
    RETURNS = "returns"
    BOOKS = "books"
    CUSTOMERS = "customers"


class Place(Struct, frozen=True, kw_only=True):
    """How far in the log of events: the last event by `sequence`, the greatest position seen (the watermark of
    answers), and the id and version of that last event, by which another log is told from this one.
    """

    sequence: int
    watermark: int
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPart:
    """Some rows of one table, whole lines of CSV.

    Without a header, ended by newlines; a value that is missing is nothing at all, empty text is `""`. Moments are in
    UTC and without a zone, amounts are decimals, ids have hyphens, true and false are t and f.
    """

    table: FactTable
    rows: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The ids of what may have changed. Whatever of these is not told anew is gone."""

    orders: frozenset[UUID] = frozenset()
    returns: frozenset[UUID] = frozenset()
    books: frozenset[UUID] = frozenset()
    customers: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.orders or self.returns or self.books or self.customers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts as of one moment. With `changed` they are those of these ids alone; None means that they are all there are.

    `parts` come in any order and must be read before the facts are closed.
    """

    place: Place
    changed: Changed | None
    parts: AsyncIterator[FactPart]


class FactSource(Protocol):
    """A store of record that can tell its facts."""

    def read(self, after: Place | None) -> AbstractAsyncContextManager[Facts]:
        """What may have changed since `after`, as it is now, as of one moment.

        All there is when `after` is None or of another log, or when so much has changed that all is told sooner.
        Raises Unavailable.
        """
        ...

    async def new_facts(self, after: Place) -> bool:
        """Whether something was bought, cancelled or came back since. Raises Unavailable."""
        ...

    async def behind(self, after: Place) -> datetime | None:
        """When the first event after `after` happened; None when there is none.

        Raises WarehouseUnreadable when `after` is of another log, and Unavailable.
        """
        ...


class WarehouseStatus(Struct, frozen=True, kw_only=True):
    """What a warehouse holds, up to which place of the log.

    `withdrawn` is how many facts were taken back and still lie there. `segments` and `bytes` are None of a warehouse
    that keeps no segments of its own.
    """

    place: Place
    synced_at: datetime
    generation: int
    orders: int
    sales: int
    returns: int
    withdrawn: int
    segments: int | None = None
    bytes: int | None = None


class FactWriter(Protocol):
    """The one who writes to a warehouse."""

    async def take(self, facts: Facts, *, at: datetime) -> WarehouseStatus:
        """Keeps the facts and their place, at once: whoever reads sees all of it or nothing.

        The same facts again change nothing but the place. When it is broken off, by a kill too, all is as before.
        """
        ...

    async def compact(self, *, whole: bool, at: datetime) -> bool:
        """Joins small segments, with `whole` all of them; what was taken back is left out then. Whether it did.

        No answer changes by it, nor that of a question which was begun before.
        """
        ...

    async def tidy(self, *, at: datetime) -> None:
        """Deletes what nothing refers to any more, and nobody who reads still needs."""
        ...


class FactStore(Protocol):
    """A warehouse."""

    async def status(self) -> WarehouseStatus | None:
        """What it holds; None when it was never written. Raises Unavailable when it cannot be read."""
        ...

    def writing(self) -> AbstractAsyncContextManager[FactWriter]:
        """The one writer. Raises WarehouseBusy when there is another one, in whatever process, and ReadOnlyStore when
        the warehouse is somebody else's.
        """
        ...
