"""Idempotency keys: what was answered under each, for a day."""

from sqlalchemy import ARRAY, Column, LargeBinary, Table, Uuid

from adapters.sql.tables.columns import ANY_LINE, MOMENT, index, index_members, line, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", ANY_LINE, primary_key=True),
    Column("key", line(255), primary_key=True),
    Column("fingerprint", LargeBinary(), nullable=False),
    Column("reply", LargeBinary(), nullable=False),
    Column("customer_ids", ARRAY(Uuid()), nullable=False),
    Column("expires_at", MOMENT, nullable=False),
)
index(idempotency_keys, "expires_at", idempotency_keys.c.expires_at)
index_members(idempotency_keys, "customer_ids")
