"""Customers."""

from sqlalchemy import Column, Index, Table

from adapters.sql.tables.columns import (
    DOCUMENT,
    MOMENT,
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
    Column("erased_at", MOMENT),
    check("name_reference_or_email", "erased_at IS NOT NULL OR coalesce(name, reference, email) IS NOT NULL"),
    check(
        "erased_is_nobody",
        "erased_at IS NULL OR (deleted_at IS NOT NULL AND coalesce(name, reference, email, phone) IS NULL "
        "AND tags = '{}' AND metadata = '{}' AND search_tokens = '')",
    ),
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
# Those that wait for the day on which they are erased.
Index(
    "ix_customers_deleted_at",
    customers.c.deleted_at,
    customers.c.id,
    postgresql_where=customers.c.deleted_at.is_not(None) & customers.c.erased_at.is_(None),
).ddl_if(dialect="postgresql")
