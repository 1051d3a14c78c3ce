"""Groceries, a month of baskets of a grocery outlet (Hahsler, Hornik, Reutterer 2006; the R package arules, GPL-3).

Its licence keeps it out of this repository and of the usual data files. To have it beside them, in R:
`library(arules); data(Groceries); write(Groceries, "purchases/groceries.csv", format = "basket", sep = ",")`.
"""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest

from domain.analytics.history import PurchaseHistory
from domain.orders.order import Order, OrderLine
from domain.shared.ids import OrderId
from tests.support.builders import new_id
from tests.support.data import data_file

AT = datetime(2006, 1, 1, 12, tzinfo=UTC)


@cache
def groceries() -> PurchaseHistory:
    """A row of the file is an order, and each item of it a line. The test is skipped when the file is not there."""
    path = data_file("purchases/groceries.csv")
    if not path.is_file():
        pytest.skip(f"needs Groceries, which is under the GPL and no part of the data files: {path} (how: {__name__})")
    with path.open(encoding="utf-8", newline="") as file:
        return PurchaseHistory(orders=[_order(row) for row in csv.reader(file)])


def _order(row: list[str]) -> Order:
    price, nothing = Decimal(1), Decimal(0)
    lines = [OrderLine(number=place, sku=item, quantity=1, unit_price=price) for place, item in enumerate(row, 1)]
    return Order.place(
        OrderId(new_id()),
        customer_id=None,
        channel="groceries",
        reference=None,
        currency="EUR",
        placed_at=AT,
        lines=lines,
        tax=nothing,
        shipping=nothing,
        at=AT,
        by="reader",
    )[0]
