"""The facts of the store in memory, told to a warehouse."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import TypeVar
from uuid import UUID

from adapters.memory.store import MemoryStore, RecordedEvent
from application.ports.warehouse import (
    CHANGE_FACTS,
    CHANGES_NOTHING,
    MOST_CHANGES,
    OF_ANOTHER_LOG,
    TELL_OF_SALES,
    Changed,
    FactPart,
    Facts,
    FactTable,
    Place,
    WarehouseUnreadable,
)
from domain.books.book import Book
from domain.customers.customer import Customer
from domain.orders.order import Order, OrderLine, OrderStatus
from domain.orders.returns import Return, ReturnLine

T = TypeVar("T")
_Value = UUID | str | int | Decimal | datetime | None


class MemoryFactSource:
    """Tells the facts as of the moment in which it is asked."""

    def __init__(self, store: MemoryStore, *, most_changes: int = MOST_CHANGES) -> None:
        self._store = store
        self._most_changes = most_changes

    @asynccontextmanager
    async def read(self, after: Place | None) -> AsyncIterator[Facts]:
        """What may have changed, or all there is."""
        store = self._store
        events = store.events
        place = Place(sequence=len(events), watermark=store.watermark, event=_name(events[-1]) if events else "")
        changed = None if after is None or not self._follows(after) else self._changed(after)
        yield Facts(place=place, changed=changed, parts=_parts(_rows(store, changed)))

    async def new_facts(self, after: Place) -> bool:
        """Whether there are events of orders or returns."""
        return any(one.event.aggregate in TELL_OF_SALES for one in self._store.events[after.sequence :])

    async def behind(self, after: Place) -> datetime | None:
        """When the next event happened."""
        if not self._is_ours(after):
            raise WarehouseUnreadable(OF_ANOTHER_LOG)
        later = self._store.events[after.sequence :]
        return later[0].event.at if later else None

    def _follows(self, after: Place) -> bool:
        return len(self._store.events) - after.sequence <= self._most_changes and self._is_ours(after)

    def _is_ours(self, after: Place) -> bool:
        events = self._store.events
        if len(events) < after.sequence:
            return False
        # A history that was taken over moves the watermark and has no events.
        taken_over = self._store.watermark > (events[-1].position if events else 0)
        if taken_over and self._store.watermark != after.watermark:
            return False
        return after.event == (_name(events[after.sequence - 1]) if after.sequence else "")

    def _changed(self, after: Place) -> Changed:
        ids: dict[str, set[UUID]] = {name: set() for name in CHANGE_FACTS}
        for one in self._store.events[after.sequence :]:
            if one.event.aggregate in ids and one.event.type != CHANGES_NOTHING:
                ids[one.event.aggregate].add(one.event.aggregate_id)
        return Changed(
            orders=frozenset(ids["order"]),
            returns=frozenset(ids["return"]),
            books=frozenset(ids["book"]),
            customers=frozenset(ids["customer"]),
        )


def _name(recorded: RecordedEvent) -> str:
    return f"{recorded.event.aggregate_id}:{recorded.event.version}"


def _rows(store: MemoryStore, changed: Changed | None) -> dict[FactTable, Iterable[Iterable[_Value]]]:
    orders = _among(store.orders, None if changed is None else changed.orders)
    sold = [one for one in orders if one.status is not OrderStatus.CANCELLED]
    back = _among(store.returns, None if changed is None else changed.returns)
    books = _among(store.books, None if changed is None else changed.books)
    customers = _among(store.customers, None if changed is None else changed.customers)
    return {
        FactTable.ORDERS: map(_order, sold),
        FactTable.SALES: chain.from_iterable(map(_sales, sold)),
        FactTable.RETURNS: chain.from_iterable(map(_came_back, back)),
        FactTable.BOOKS: map(_book, books),
        FactTable.CUSTOMERS: map(_customer, customers),
    }


async def _parts(tables: dict[FactTable, Iterable[Iterable[_Value]]]) -> AsyncIterator[FactPart]:
    for table, rows in tables.items():
        if text := "".join(f"{','.join(map(_field, row))}\n" for row in rows):
            yield FactPart(table=table, rows=text.encode())


def _among(rows: dict[UUID, T], ids: frozenset[UUID] | None) -> list[T]:
    return list(rows.values()) if ids is None else [rows[one] for one in ids if one in rows]


def _order(order: Order) -> Iterable[_Value]:
    return (order.id, order.customer_id, order.placed_at, order.currency, order.subtotal)


def _sales(order: Order) -> Iterator[Iterable[_Value]]:
    for line in order.lines:
        yield (order.id, order.customer_id, order.placed_at, order.currency, *_line(line))


def _came_back(one: Return) -> Iterator[Iterable[_Value]]:
    for line in one.lines:
        yield (one.id, one.customer_id, one.returned_at, one.currency, *_line(line))


def _line(line: OrderLine | ReturnLine) -> tuple[_Value, ...]:
    return (line.sku, line.book_id, line.description, line.quantity, line.unit_price, line.amount)


def _book(book: Book) -> Iterable[_Value]:
    details = book.details
    return (book.id, details.title, details.author, json.dumps(details.categories, ensure_ascii=False))


def _customer(customer: Customer) -> Iterable[_Value]:
    return (customer.id, customer.details.reference, customer.lifecycle.deleted_at)


def _field(value: _Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return '"' + value.replace('"', '""') + '"'
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
        case Decimal():
            return format(value, "f")
    return str(value)
