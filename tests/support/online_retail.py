"""Online Retail of December 2010 (UCI; Chen, Sain, Guo 2012, doi:10.1057/dbm.2012.17), read into aggregates.

A small reader of its own, beside the importer, so that what the analytics are held to does not hang on the importer.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from domain.analytics.history import PurchaseHistory
from domain.customers.customer import Customer, CustomerDetails
from domain.orders.order import Order, OrderLine
from domain.orders.returns import Return, ReturnLine
from domain.shared.ids import CustomerId, OrderId, ReturnId
from tests.support.builders import new_id
from tests.support.data import data_file

ROWS = 42_481
AT = datetime(2011, 1, 1, tzinfo=UTC)
Row = dict[str, str]


def expected() -> dict[str, Any]:
    """The published figures, computed with pandas by others (DEFINITIONS.md beside them)."""
    path = data_file("expected/share_online_retail_2010-12.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


@cache
def online_retail() -> PurchaseHistory:
    """Invoices as orders, C invoices as returns that stand alone; other rows below one piece are no sales."""
    invoices: dict[str, list[Row]] = {}
    with gzip.open(data_file("purchases/online_retail_2010-12.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == ROWS
    for row in rows:
        if row["InvoiceNo"].startswith("C") or int(row["Quantity"]) > 0:
            invoices.setdefault(row["InvoiceNo"], []).append(row)
    customers = {number: _customer(number) for number in sorted({row["CustomerID"] for row in rows} - {""})}
    return PurchaseHistory(
        customers=list(customers.values()),
        orders=[_order(number, of, customers) for number, of in invoices.items() if not number.startswith("C")],
        returns=[_return(number, of, customers) for number, of in invoices.items() if number.startswith("C")],
    )


def _customer(number: str) -> Customer:
    return Customer.register(CustomerId(new_id()), CustomerDetails(reference=number), at=AT, by="reader")[0]


def _head(number: str, rows: list[Row], customers: dict[str, Customer]) -> dict[str, Any]:
    customer = customers.get(rows[0]["CustomerID"])
    return {
        "customer_id": None if customer is None else customer.id,
        "channel": "online-retail",
        "reference": number,
        "currency": "GBP",
        "at": AT,
        "by": "reader",
    }


def _moment(row: Row) -> datetime:
    return datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC)


def _order(number: str, rows: list[Row], customers: dict[str, Customer]) -> Order:
    lines = [
        OrderLine(
            number=place,
            sku=row["StockCode"],
            description=row["Description"].strip() or None,
            quantity=int(row["Quantity"]),
            unit_price=Decimal(row["UnitPrice"]),
        )
        for place, row in enumerate(rows, 1)
    ]
    order_id = OrderId(new_id())
    nothing = Decimal(0)
    head = _head(number, rows, customers)
    order, _ = Order.place(order_id, **head, placed_at=_moment(rows[0]), lines=lines, tax=nothing, shipping=nothing)
    return order


def _return(number: str, rows: list[Row], customers: dict[str, Customer]) -> Return:
    lines = list(_return_lines(rows))
    return Return.of_lines(
        ReturnId(new_id()), order_id=None, returned_at=_moment(rows[0]), lines=lines, **_head(number, rows, customers)
    )


def _return_lines(rows: list[Row]) -> Iterator[ReturnLine]:
    for place, row in enumerate(rows, 1):
        yield ReturnLine.standing_alone(
            place,
            sku=row["StockCode"],
            book_id=None,
            description=row["Description"].strip() or None,
            quantity=-int(row["Quantity"]),
            unit_price=Decimal(row["UnitPrice"]),
        )
