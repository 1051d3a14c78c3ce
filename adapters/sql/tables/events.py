"""Events: what happened, in the order in which it was written."""

from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Uuid

from adapters.sql.tables.columns import ANY_LINE, DOCUMENT, MOMENT, TEXTS, metadata

events = Table(
    "events",
    metadata,
    Column("position", BigInteger(), Identity(), primary_key=True),
    Column("type", ANY_LINE, nullable=False),
    Column("aggregate", ANY_LINE, nullable=False),
    Column("aggregate_id", Uuid(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("by", ANY_LINE, nullable=False),
    Column("request_id", ANY_LINE),
    Column("changed", TEXTS, nullable=False),
    Column("data", DOCUMENT, nullable=False),
)
