"""Consents of customers: the entries of each one's history, which one DELETE by `customer_id` takes away."""

from sqlalchemy import Column, ForeignKey, Table, Uuid

from adapters.sql.tables.columns import MOMENT, check, index, key, lifecycle, line, metadata

consents = Table(
    "consents",
    metadata,
    key(),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), nullable=False),
    Column("purpose", line(64), nullable=False),
    Column("state", line(16), nullable=False),
    Column("source", line(255), nullable=False),
    Column("at", MOMENT, nullable=False),
    *lifecycle(deletable=False),
    check("state", "state IN ('given', 'withdrawn')"),
)
index(consents, "customer_id", consents.c.customer_id)
