"""The tables, for every SQL engine: one module a concept, all of them here."""

from adapters.sql.tables.books import books
from adapters.sql.tables.columns import AMOUNT, DOCUMENT, MOMENT, TEXTS, metadata
from adapters.sql.tables.customers import customers
from adapters.sql.tables.events import events
from adapters.sql.tables.idempotency import idempotency_keys
from adapters.sql.tables.orders import order_lines, orders, return_lines, returns
from adapters.sql.tables.reviews import reviews

__all__ = [
    "AMOUNT",
    "DOCUMENT",
    "MOMENT",
    "TEXTS",
    "books",
    "customers",
    "events",
    "idempotency_keys",
    "metadata",
    "order_lines",
    "orders",
    "return_lines",
    "returns",
    "reviews",
]
