"""Purchases as a warehouse keeps them: one row a fact, with all that a question asks of it, so that nothing is joined.

Cancelled orders are no facts. A customer and a book are named by their ids alone; what they are called stands in tables
that are as small as the shop's files, `books` and `customers`, of which a warehouse keeps these columns alone. Moments
are in UTC.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, DateTime, Integer, MetaData, Numeric, String, Table, Uuid

from application.ports.warehouse import FactTable

_FACTS = MetaData()
_AMOUNT = Numeric(18, 4)


def _lines() -> list[Column[Any]]:
    return [
        Column("currency", String(), nullable=False),
        Column("sku", String(), nullable=False),
        Column("book_id", Uuid()),
        Column("description", String()),
        Column("quantity", Integer(), nullable=False),
        Column("unit_price", _AMOUNT, nullable=False),
        Column("amount", _AMOUNT, nullable=False),
    ]


order_facts = Table(
    "order_facts",
    _FACTS,
    Column("order_id", Uuid(), nullable=False),
    Column("customer_id", Uuid()),
    Column("placed_at", DateTime(), nullable=False),
    Column("currency", String(), nullable=False),
    Column("amount", _AMOUNT, nullable=False),
)
"""Purchases, with the amount of all their lines."""

sale_facts = Table(
    "sale_facts",
    _FACTS,
    Column("order_id", Uuid(), nullable=False),
    Column("customer_id", Uuid()),
    Column("placed_at", DateTime(), nullable=False),
    *_lines(),
)
"""The lines sold in them."""

return_facts = Table(
    "return_facts",
    _FACTS,
    Column("return_id", Uuid(), nullable=False),
    Column("customer_id", Uuid()),
    Column("returned_at", DateTime(), nullable=False),
    *_lines(),
)
"""The lines that came back."""

FACT_COLUMNS: Final[Mapping[FactTable, tuple[str, ...]]] = {
    FactTable.ORDERS: tuple(order_facts.c.keys()),
    FactTable.SALES: tuple(sale_facts.c.keys()),
    FactTable.RETURNS: tuple(return_facts.c.keys()),
    FactTable.BOOKS: ("id", "title", "author", "categories"),
    FactTable.CUSTOMERS: ("id", "reference", "deleted_at"),
}
"""The fields of a row of each table, in the order in which they are told."""

FACT_IDS: Final[Mapping[FactTable, str]] = {
    FactTable.ORDERS: "order_id",
    FactTable.SALES: "order_id",
    FactTable.RETURNS: "return_id",
    FactTable.BOOKS: "id",
    FactTable.CUSTOMERS: "id",
}
"""What a row of each table is taken back by."""

AS_RECORDS: Final[Mapping[str, str]] = {
    "orders": (
        "order_id AS id, customer_id, placed_at, currency, 'placed' AS status, amount AS subtotal, 1 AS line_count "
        "FROM order_facts"
    ),
    "order_lines": "order_id, sku, book_id, description, quantity, unit_price, amount FROM sale_facts",
    "returns": "DISTINCT return_id AS id, customer_id, returned_at, currency FROM return_facts",
    "return_lines": "return_id, sku, book_id, description, quantity, unit_price, amount FROM return_facts",
}
"""What single orders and returns are, after SELECT, for statements that know no facts."""
