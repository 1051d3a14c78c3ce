"""Consumers of the events in PostgreSQL.

A move is a step of its own in the transaction of what its consumer did. The row is locked until that is committed, so
a second process that wants the same move waits, and then finds the position that it left from gone.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Text, bindparam, insert, select, true, update

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.events import LAST_NUMBERED
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import MOMENT, event_consumers
from application.ports.consumers import ConsumerMoved, ConsumerPosition

_CONSUMER = event_consumers.c
_NAME = bindparam("name", type_=Text)
_AFTER = bindparam("after", type_=BigInteger)
_AT = bindparam("at", type_=MOMENT)
_BEGIN = Statement(
    insert(event_consumers).values(name=_NAME, sequence=_AFTER, updated_at=_AT), name="event_consumers.begin"
)
_ADVANCE = Statement(
    update(event_consumers)
    .values(sequence=_AFTER, updated_at=_AT)
    .where(_CONSUMER.name == _NAME, _CONSUMER.sequence == bindparam("before", type_=BigInteger)),
    name="event_consumers.advance",
)
_POSITION = Statement(select(_CONSUMER.sequence).where(_CONSUMER.name == _NAME), name="event_consumers.position")
_POSITIONS = Statement(
    select(_CONSUMER.name, _CONSUMER.sequence, LAST_NUMBERED.c.sequence - _CONSUMER.sequence, _CONSUMER.updated_at)
    .select_from(event_consumers.join(LAST_NUMBERED, true()))
    .order_by(_CONSUMER.name),
    name="event_consumers.positions",
)


class PostgresConsumerRepository:
    """Positions for writing."""

    def __init__(self, pending: Pending) -> None:
        self._pending = pending

    def advance(self, name: str, *, before: int | None, after: int, at: datetime) -> None:
        """Moves a consumer on at commit."""

        async def move(connection: Connection) -> None:
            if before is None:
                await _BEGIN.execute(connection, name=name, after=after, at=at)
            elif not await _ADVANCE.affected(connection, name=name, before=before, after=after, at=at):
                raise ConsumerMoved

        self._pending.step(move)


class PostgresConsumerReader:
    """Positions for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def position(self, name: str) -> int | None:
        """The last event that this consumer has dealt with."""
        found: int | None = await read(self._pool, lambda connection: _POSITION.fetchval(connection, name=name))
        return found

    async def positions(self) -> Sequence[ConsumerPosition]:
        """Where each consumer is."""
        rows = await read(self._pool, _POSITIONS.fetch)
        return [ConsumerPosition(name=row[0], sequence=row[1], behind=row[2], updated_at=row[3]) for row in rows]
