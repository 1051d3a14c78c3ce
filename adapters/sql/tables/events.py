"""Events: what happened, in the order in which it was written."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Uuid, text

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
    # 0 until the event is committed and somebody reads (adapters/postgres/events.py).
    Column("sequence", BigInteger(), server_default=text("0"), nullable=False, info={LATER: True}),
)
# An event that waits stands in none of the indexes of those that are numbered, so that writing one costs little.
_NUMBERED = text("sequence > 0")
Index("ix_events_aggregate_id_position", events.c.aggregate_id, events.c.position).ddl_if(dialect="postgresql")
Index("ix_events_waiting", events.c.position, postgresql_where=text("sequence = 0")).ddl_if(dialect="postgresql")
Index("uq_events_sequence", events.c.sequence, unique=True, postgresql_where=_NUMBERED).ddl_if(dialect="postgresql")
for _name in ("aggregate", "aggregate_id", "type", "at"):
    Index(f"ix_events_{_name}_sequence", events.c[_name], events.c.sequence, postgresql_where=_NUMBERED).ddl_if(
        dialect="postgresql"
    )
