"""The whole history of a shop, carried from one store to another: to the warehouse, or to a second opinion."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.books.author import Author
from domain.books.book import Book
from domain.books.category import Category
from domain.books.review import Review
from domain.customers.customer import Customer
from domain.orders.order import Order
from domain.orders.returns import Return


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryBatch:
    """Some of it.

    Batches come customers first, then authors, categories (each behind the one above it), books, reviews, orders
    and returns, so that references point backwards.
    A book brings its rating and the names of its authors along, as the store that tells the history has them.
    """

    customers: Sequence[Customer] = ()
    authors: Sequence[Author] = ()
    categories: Sequence[Category] = ()
    books: Sequence[Book] = ()
    reviews: Sequence[Review] = ()
    orders: Sequence[Order] = ()
    returns: Sequence[Return] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One consistent view: the position of the last event in it, and its batches, deleted things included."""

    watermark: int
    batches: AsyncIterator[HistoryBatch]


class HistorySource(Protocol):
    """A store that can tell its whole history."""

    async def read(self, *, purchases: bool = True) -> History:
        """All of it as of one moment, in batches of bounded size; orders and returns only with `purchases`.

        The batches must be read to the end or closed.
        """
        ...


class HistorySink(Protocol):
    """A store that can take a history over."""

    async def write(self, history: History) -> int:
        """Takes every batch, new rows and changed ones, and then the watermark; returns how many rows it took.

        A row is taken when it is new or of a later version than here. What a row shows of others, without a version of
        its own, is taken at the same version where it differs and the history is no older than what is here.
        A store without readers of orders and returns takes none of them. Idempotent: the same history again changes
        nothing. Readers never see a later watermark than the rows have.
        """
        ...
