"""The tables, for every SQL engine: one module a concept, all of them here."""

from adapters.sql.tables.addresses import addresses
from adapters.sql.tables.authors import authors, book_authors
from adapters.sql.tables.books import books
from adapters.sql.tables.categories import categories
from adapters.sql.tables.columns import AMOUNT, DOCUMENT, MOMENT, TEXTS, WORDS, metadata
from adapters.sql.tables.consents import consents
from adapters.sql.tables.consumers import event_consumers
from adapters.sql.tables.customers import customers
from adapters.sql.tables.events import events
from adapters.sql.tables.groups import group_members, groups
from adapters.sql.tables.idempotency import idempotency_keys
from adapters.sql.tables.jobs import jobs, schedules
from adapters.sql.tables.merges import merges
from adapters.sql.tables.orders import order_lines, orders, return_lines, returns
from adapters.sql.tables.reviews import reviews
from adapters.sql.tables.segments import segments, snapshot_members, snapshots
from adapters.sql.tables.webhooks import deliveries, webhooks

__all__ = [
    "AMOUNT",
    "DOCUMENT",
    "MOMENT",
    "TEXTS",
    "WORDS",
    "addresses",
    "authors",
    "book_authors",
    "books",
    "categories",
    "consents",
    "customers",
    "deliveries",
    "event_consumers",
    "events",
    "group_members",
    "groups",
    "idempotency_keys",
    "jobs",
    "merges",
    "metadata",
    "order_lines",
    "orders",
    "return_lines",
    "returns",
    "reviews",
    "schedules",
    "segments",
    "snapshot_members",
    "snapshots",
    "webhooks",
]
