"""Consumers of the events: the last one that each has dealt with."""

from sqlalchemy import BigInteger, Column, Table

from adapters.sql.tables.columns import MOMENT, check, line, metadata

event_consumers = Table(
    "event_consumers",
    metadata,
    Column("name", line(64), primary_key=True),
    Column("sequence", BigInteger(), nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    check("sequence_from_0", "sequence >= 0"),
)
