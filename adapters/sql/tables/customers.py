"""Customers."""

from sqlalchemy import Column, Table

from adapters.sql.tables.columns import (
    DOCUMENT,
    TEXTS,
    WORDS,
    check,
    index,
    index_latest,
    index_members,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

customers = Table(
    "customers",
    metadata,
    key(),
    Column("name", line(255)),
    Column("reference", line(64)),
    Column("email", line(254)),
    Column("phone", line(16)),
    Column("status", line(16), nullable=False),
    Column("tags", TEXTS, nullable=False),
    Column("metadata", DOCUMENT, nullable=False),
    Column("search_tokens", WORDS, nullable=False),
    *lifecycle(deletable=True),
    check("name_reference_or_email", "coalesce(name, reference, email) IS NOT NULL"),
    check("status", "status IN ('active', 'inactive')"),
    check("phone", r"phone ~ '^\+[1-9][0-9]{6,14}$'"),
)
unique_among_living(customers, "email")
unique_among_living(customers, "reference")
index_latest(customers, "created_at")
index_latest(customers, "updated_at")
index_latest(customers, "created_at", "status")
index_text(customers, "name")
index_text(customers, "reference")
index(customers, "phone", customers.c.phone)
index_members(customers, "tags")
index_members(customers, "search_tokens")
