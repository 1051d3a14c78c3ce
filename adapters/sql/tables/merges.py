"""Merges of customers.

`customer_id` is the person that a merge belongs to now. `kept` holds what undoing it takes and is personal: clearing
it, by one UPDATE by `customer_id`, forgets the customer that went, while its id still leads to the one that stayed.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

from adapters.sql.tables.columns import DOCUMENT, check, index_latest, key, lifecycle, metadata

merges = Table(
    "merges",
    metadata,
    key(),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), nullable=False),
    Column("into_id", Uuid(), nullable=False),
    Column("from_id", Uuid(), nullable=False),
    Column("from_version", Integer(), nullable=False),
    Column("moved", DOCUMENT, nullable=False),
    Column("kept", DOCUMENT),
    *lifecycle(deletable=False),
    check("from_version", "from_version >= 1"),
)
Index("uq_merges_from_id", merges.c.from_id, unique=True).ddl_if(dialect="postgresql")
index_latest(merges, "created_at", "customer_id")
