"""Addresses of customers: one DELETE by `customer_id` takes them all away."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Uuid

from adapters.sql.tables.columns import TEXTS, check, index_latest, key, lifecycle, line, metadata

addresses = Table(
    "addresses",
    metadata,
    key(),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), nullable=False),
    Column("type", line(16), nullable=False),
    Column("is_default", Boolean(), nullable=False),
    Column("recipient", line(255)),
    Column("lines", TEXTS, nullable=False),
    Column("city", line(128)),
    Column("region", line(128)),
    Column("postal_code", line(16)),
    Column("country", line(2), nullable=False),
    Column("match_key", TEXTS, nullable=False),
    *lifecycle(deletable=False),
    check("type", "type IN ('billing', 'shipping', 'other')"),
    check("country", "country ~ '^[A-Z]{2}$'"),
)
Index(
    "uq_addresses_default_customer_id_type",
    addresses.c.customer_id,
    addresses.c.type,
    unique=True,
    postgresql_where=addresses.c.is_default,
).ddl_if(dialect="postgresql")
index_latest(addresses, "created_at", "customer_id")
