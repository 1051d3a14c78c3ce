"""A shop's past, and the part of it that a question is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from domain.analytics.scope import Customers, Lines, Returns, Scope
from domain.books.book import Book
from domain.customers.customer import Customer
from domain.orders.order import Order, OrderLine, OrderStatus
from domain.orders.returns import Return, ReturnLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order that counts: the local day it was placed on, and the lines of it that count (at least one)."""

    order: Order
    day: date
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """A return that counts: the local day of it, and the lines of it that count (at least one)."""

    customer_id: UUID | None
    day: date
    lines: tuple[ReturnLine, ...]


@dataclass(frozen=True, kw_only=True)
class PurchaseHistory:
    """Everything that was ever sold and came back, cancelled orders and deleted customers and books included."""

    customers: Sequence[Customer] = ()
    books: Sequence[Book] = ()
    orders: Sequence[Order] = ()
    returns: Sequence[Return] = ()

    @cached_property
    def books_by_id(self) -> dict[UUID, Book]:
        """The catalogue by id."""
        return {book.id: book for book in self.books}

    @cached_property
    def customer_keys(self) -> dict[UUID, str]:
        """What each customer is called in answers: its reference or, without one, its id."""
        return {customer.id: customer.details.reference or str(customer.id) for customer in self.customers}

    def currencies(self) -> list[str]:
        """The currencies of orders that are not cancelled and of returns, sorted."""
        sold = {order.currency for order in self.orders if order.status is not OrderStatus.CANCELLED}
        return sorted(sold | {one.currency for one in self.returns})

    def purchases_ever(self, scope: Scope) -> Iterator[Purchase]:
        """The purchases before `as_of`, whatever `from_` says."""
        for order in self.orders:
            if order.status is OrderStatus.CANCELLED or order.currency != scope.currency:
                continue
            if order.customer_id is None and scope.customers is Customers.KNOWN:
                continue
            lines = tuple(line for line in order.lines if scope.lines is Lines.ALL or line.unit_price > 0)
            day = scope.day(order.placed_at)
            if lines and day < scope.as_of:
                yield Purchase(order=order, day=day, lines=lines)

    def purchases(self, scope: Scope) -> Iterator[Purchase]:
        """The purchases that count."""
        return (one for one in self.purchases_ever(scope) if scope.holds(one.day))

    def came_back(self, scope: Scope) -> Iterator[CameBack]:
        """The returns that count: none where they are ignored."""
        if scope.returns is Returns.IGNORE:
            return
        for one in self.returns:
            if one.currency != scope.currency or (one.customer_id is None and scope.customers is Customers.KNOWN):
                continue
            lines = tuple(line for line in one.lines if scope.lines is Lines.ALL or line.unit_price > 0)
            day = scope.day(one.returned_at)
            if lines and scope.holds(day):
                yield CameBack(customer_id=one.customer_id, day=day, lines=lines)
