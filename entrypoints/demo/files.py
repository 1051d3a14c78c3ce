"""The shop as files of Daybook's own CSV, to be imported in this order."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrypoints.demo.shop import CameBack, Shop, SoldOrder


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One CSV file; `rows` does not count its header."""

    name: str
    rows: int
    text: str


def demo_files(shop: Shop) -> Sequence[DemoFile]:
    """Customers, books, orders, returns."""
    return [_customers(shop), _books(shop), _orders(shop), _returns(shop)]


def _customers(shop: Shop) -> DemoFile:
    rows = (
        (one.reference, one.name, one.email, ";".join(one.tags), '{"country":"CH"}' if one.swiss else None)
        for one in shop.readers
    )
    return _file("customers.csv", ("reference", "name", "email", "tags", "metadata"), rows)


def _books(shop: Shop) -> DemoFile:
    rows = (
        (
            *(one.isbn, one.title, one.author, f"{one.year:04}", one.language, one.price, "EUR"),
            ";".join(one.categories),
        )
        for one in shop.books
    )
    header = ("isbn", "title", "author", "published_date", "language", "price", "currency", "categories")
    return _file("books.csv", header, rows)


def _orders(shop: Shop) -> DemoFile:
    header = (
        *("channel", "reference", "placed_at", "customer", "currency", "status", "tax", "shipping"),
        *("sku", "description", "quantity", "unit_price", "discount"),
    )
    return _file("orders.csv", header, (row for order in shop.orders for row in _order_rows(order)))


def _order_rows(order: SoldOrder) -> Iterator[Sequence[object]]:
    head = (
        *(order.channel, order.reference, _utc(order.placed_at), order.reader and order.reader.reference),
        *(order.currency, "cancelled" if order.cancelled else "placed", order.tax, order.shipping),
    )
    for one in order.lines:
        yield (*head, one.sku, one.description, one.quantity, one.unit_price, one.discount)


def _returns(shop: Shop) -> DemoFile:
    header = (
        *("channel", "reference", "returned_at", "order", "line", "currency"),
        *("sku", "description", "quantity", "unit_price"),
    )
    return _file("returns.csv", header, (row for one in shop.returns for row in _return_rows(one)))


def _return_rows(came_back: CameBack) -> Iterator[Sequence[object]]:
    head = (came_back.channel, came_back.reference, _utc(came_back.returned_at))
    if came_back.order is not None:
        for number, quantity in came_back.quantities.items():
            yield (*head, came_back.order.reference, number, None, None, None, quantity, None)
    elif came_back.line is not None:
        line = came_back.line
        yield (*head, None, None, "EUR", line.sku, line.description, line.quantity, line.unit_price)


def _utc(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"


def _file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> DemoFile:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return DemoFile(name, count, text.getvalue())
