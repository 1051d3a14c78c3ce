"""Events: what happened, in the order in which it was written."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Uuid

from adapters.sql.tables.columns import ANY_LINE, DOCUMENT, LATER, MOMENT, TEXTS, metadata

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
    Column("sequence", BigInteger(), info={LATER: True}),
)
_NUMBERED = events.c.sequence.is_not(None)
Index("ix_events_aggregate_id_position", events.c.aggregate_id, events.c.position).ddl_if(dialect="postgresql")
Index("ix_events_waiting", events.c.position, postgresql_where=events.c.sequence.is_(None)).ddl_if(dialect="postgresql")
Index("uq_events_sequence", events.c.sequence, unique=True, postgresql_where=_NUMBERED).ddl_if(dialect="postgresql")
for _name in ("aggregate", "aggregate_id", "type", "at"):
    Index(f"ix_events_{_name}_sequence", events.c[_name], events.c.sequence, postgresql_where=_NUMBERED).ddl_if(
        dialect="postgresql"
    )
