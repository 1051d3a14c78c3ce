"""People in PostgreSQL: what is held of one beside the lists, and the erasing of all of it.

An erasure locks the rows of its customers before anything else, against those too that are about to name them, and
then runs one statement for each entry of the list in adapters/sql/personal.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    null,
    select,
    text,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.connection import Connection
from adapters.postgres.customers import CUSTOMER_OUTPUT, CUSTOMERS, customer_of
from adapters.postgres.errors import read
from adapters.postgres.events import EVENT_OUTPUT, EVENTS, IS_TOLD, Recorded, event_read_of
from adapters.postgres.kinds import Params
from adapters.postgres.merge_rows import MERGE_OUTPUT, merge_of
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.writes import ADD_MANY, Pending, statement_for
from adapters.sql.personal import BESIDE_CUSTOMERS, SAMPLED, Emptied, Removed
from adapters.sql.tables import MOMENT, customers, events, group_members, groups, merges, snapshot_members, snapshots
from application.customers.export_models import MembershipRead, MergedRead, SnapshotMembershipRead
from application.events.models import EventRead
from domain.customers.customer import Customer
from domain.shared.events import Event
from domain.shared.lifecycle import Lifecycle

_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_IS_DUE = (
    customers.c.deleted_at.is_not(None)
    & customers.c.erased_at.is_(None)
    & (customers.c.deleted_at < bindparam("before", type_=MOMENT))
)
_DUE = Statement(
    select(*CUSTOMER_OUTPUT)
    .where(_IS_DUE)
    .order_by(customers.c.deleted_at, customers.c.id)
    .limit(bindparam("many", type_=BigInteger)),
    name="people.due",
)
_COUNT_DUE = Statement(select(func.count()).select_from(customers).where(_IS_DUE), name="people.count_due")
# Stronger than a save needs: who is about to name a customer holds a lock that only this one waits for.
_LOCK = Statement(
    select(customers.c.id).where(customers.c.id == any_(_IDS)).order_by(customers.c.id).with_for_update(),
    name="people.lock",
)
# Whom they were merged with before are the same people.
_ALIASES = Statement(select(merges.c.from_id).where(merges.c.customer_id == any_(_IDS)), name="people.aliases")
_MERGED = Statement(
    select(*MERGE_OUTPUT)
    .where(merges.c.customer_id == bindparam("customer_id"))
    .order_by(merges.c.created_at, merges.c.id),
    name="people.merged",
)
_MEMBERSHIPS = Statement(
    select(groups.c.id, groups.c.name, group_members.c.added_at, group_members.c.added_by)
    .join(group_members, group_members.c.group_id == groups.c.id)
    .where(group_members.c.customer_id == bindparam("customer_id"))
    .order_by(group_members.c.added_at, groups.c.id),
    name="people.memberships",
)
_SNAPSHOTS = Statement(
    select(snapshots.c.id, snapshots.c.segment_id, snapshots.c.rule, snapshots.c.created_at)
    .distinct()
    .join(snapshot_members, snapshot_members.c.snapshot_id == snapshots.c.id)
    .where(snapshot_members.c.customer_id == bindparam("customer_id"))
    .order_by(snapshots.c.created_at, snapshots.c.id),
    name="people.snapshots",
)
_EVENTS = select(*EVENT_OUTPUT).where(IS_TOLD).order_by(events.c.position)
_EVENTS_OF = Statement(_EVENTS.where(events.c.aggregate_id == any_(_IDS)), name="people.events_of")
# No index serves this: it is asked once an export.
_EVENTS_NAMING = Statement(
    _EVENTS.where(
        events.c.data.op("->>")(literal_column("'customer_id'")) == any_(bindparam("names", type_=ARRAY(Text())))
    ),
    name="people.events_naming",
)


def _erasing(one: Removed | Emptied) -> Statement:
    """The statement that makes one table forget. It tells which rows stay, under which version."""
    several = isinstance(one.person.type, ARRAY)
    is_theirs: ColumnElement[bool] = one.person.op("&&")(_IDS) if several else one.person == any_(_IDS)
    if isinstance(one, Removed):
        return Statement(delete(one.table).where(is_theirs), name=f"{one.table.name}.erase")
    table = one.table
    emptied = update(table).where(is_theirs).values({table.c[name]: null() for name in one.columns})
    changed = emptied.values(
        version=table.c.version + literal_column("1"),
        updated_at=bindparam("at", type_=MOMENT),
        updated_by=bindparam("by", type_=Text()),
    )
    return Statement(changed.returning(*one.of), name=f"{table.name}.erase")


_ERASE = [(one, _erasing(one)) for one in BESIDE_CUSTOMERS]
# In the transaction, which is seen with its own changes: until then the samples are of the values before.
_SAMPLE = Statement(text(f"ANALYZE {customers.name} ({', '.join(one.name for one in SAMPLED)})"), name="people.sample")
_RECORD = statement_for(((EVENTS, ADD_MANY),))


class PostgresPersonRepository:
    """People for erasing."""

    def __init__(self, pool: Pool, pending: Pending, request_id: str | None) -> None:
        self._pool = pool
        self._pending = pending
        self._request_id = request_id

    async def due(self, before: datetime, limit: int) -> Sequence[Customer]:
        """Those deleted before that moment and not erased yet."""
        rows = await read(self._pool, lambda connection: _DUE.fetch(connection, before=before, many=limit))
        return [customer_of(row) for row in rows]

    def erase(self, customers: Sequence[Customer]) -> None:
        """Keeps erased customers at commit, and forgets with them what is held of them."""
        if not customers:
            return
        ids, lifecycle = [one.id for one in customers], customers[0].lifecycle

        async def lock(connection: Connection) -> None:
            await _LOCK.fetch(connection, ids=ids)

        async def forget(connection: Connection) -> None:
            await _forget(connection, ids, lifecycle, self._request_id)

        self._pending.step(lock)
        for one in customers:
            self._pending.save(CUSTOMERS, replace(one, lifecycle=one.lifecycle.next_version()))
        self._pending.step(forget)


async def _forget(connection: Connection, ids: Sequence[UUID], lifecycle: Lifecycle, request_id: str | None) -> None:
    at, by = lifecycle.updated_at, lifecycle.updated_by
    aliases = [row[0] for row in await _ALIASES.fetch(connection, ids=ids)]
    given: Params = {"ids": [*ids, *aliases], "at": at, "by": by}
    for one, statement in _ERASE:
        rows = await statement.fetch(connection, **{name: given[name] for name in statement.required})
        if isinstance(one, Emptied) and rows:
            told = [
                Event(type=one.event, aggregate_id=key, version=version, at=at, by=by, changed=one.changed)
                for key, version in sorted((row[0], row[1]) for row in rows)
            ]
            recorded = [Recorded(event, request_id) for event in told]
            await _RECORD.fetchval(connection, **EVENTS.adding_many(recorded))
    await _SAMPLE.execute(connection)


class PostgresPersonReader:
    """What is held of a person."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def count_due(self, before: datetime) -> int:
        """How many are due."""
        many: int = await read(self._pool, lambda connection: _COUNT_DUE.fetchval(connection, before=before))
        return many

    async def merged(self, customer_id: UUID) -> Sequence[MergedRead]:
        """The customers that were merged into it."""
        rows = await read(self._pool, lambda connection: _MERGED.fetch(connection, customer_id=customer_id))
        return [MergedRead.of(merge_of(row)) for row in rows]

    async def memberships(self, customer_id: UUID) -> Sequence[MembershipRead]:
        """The groups that it is in."""
        rows = await read(self._pool, lambda connection: _MEMBERSHIPS.fetch(connection, customer_id=customer_id))
        return [MembershipRead(group_id=row[0], name=row[1], added_at=row[2], added_by=row[3]) for row in rows]

    async def snapshots(self, customer_id: UUID) -> Sequence[SnapshotMembershipRead]:
        """The snapshots that it is in."""
        rows = await read(self._pool, lambda connection: _SNAPSHOTS.fetch(connection, customer_id=customer_id))
        return [
            SnapshotMembershipRead(snapshot_id=row[0], segment_id=row[1], rule=row[2], created_at=row[3])
            for row in rows
        ]

    async def events_of(self, aggregate_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to these things."""
        ids = list(aggregate_ids)
        rows = await read(self._pool, lambda connection: _EVENTS_OF.fetch(connection, ids=ids))
        return [event_read_of(row) for row in rows]

    async def events_naming(self, customer_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to anything whose event names one of these customers."""
        names = [str(one) for one in customer_ids]
        rows = await read(self._pool, lambda connection: _EVENTS_NAMING.fetch(connection, names=names))
        return [event_read_of(row) for row in rows]
