"""Events, written with the change that they tell of, and numbered once that is committed.

Positions are given before a commit, so a consumer that remembers the highest one it has seen misses what commits later.
Sequences are given afterwards, by who reads: under a lock that lasts as long as its transaction, those that have none
and are visible get the next ones, the earliest position first. No id of a transaction is kept, so that nothing goes
wrong when a dump is restored into another cluster, and no transaction that stays open holds up the others.

Who numbers tells it on CHANNEL, in the same transaction. The transactions that write events do not: a NOTIFY has its
commit wait for every other one that notifies, and those that number follow one another anyway.
"""

from collections.abc import Sequence
from typing import NamedTuple

from asyncpg import Record
from sqlalchemy import BigInteger, Text, bindparam, cast, exists, func, literal_column, select, update

from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.transactions import transaction
from adapters.sql.tables import events
from application.events.models import EventRead
from application.listing import Filter, Listing, Page, SortKey
from domain.shared.events import Event

HISTORY_TAKEN = "history.taken"
"""The type of the row that keeps the position of a history that was taken over; it tells of no change."""
CHANNEL = "daybook_events"
"""Where the highest sequence is told whenever events have got theirs."""
_MOST_AT_ONCE = 10_000
_IN_ORDER = (SortKey("sequence"),)
_EVENT = events.c
_WAITS = (_EVENT.sequence == literal_column("0")) & (_EVENT.type != literal_column(f"'{HISTORY_TAKEN}'"))
_NUMBERED = _EVENT.sequence > literal_column("0")
IS_TOLD = _EVENT.type != literal_column(f"'{HISTORY_TAKEN}'")
EVENT_OUTPUT = [
    _EVENT[name]
    for name in (
        "sequence",
        "position",
        "type",
        "aggregate",
        "aggregate_id",
        "version",
        "at",
        "by",
        "request_id",
        "changed",
        "data",
    )
]
EVENT_STATEMENTS = ListStatements(events, EVENT_OUTPUT, only=_NUMBERED)
HISTORY_STATEMENTS = ListStatements(events, EVENT_OUTPUT, only=IS_TOLD)
_ANY_WAITING = Statement(select(exists().where(_WAITS)), name="events.any_waiting")
_ALONE = Statement(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(literal_column("'daybook.events.sequence'"), literal_column("0"))
        )
    ),
    name="events.lock",
)
_waiting = (
    select(_EVENT.position)
    .where(_WAITS)
    .order_by(_EVENT.position)
    .limit(bindparam("many", type_=BigInteger))
    .subquery("waiting")
)
LAST_NUMBERED = (
    select(func.coalesce(func.max(_EVENT.sequence), literal_column("0")).label("sequence"))
    .where(_NUMBERED)
    .subquery("last")
)
"""One row: the highest sequence, 0 without any."""
_placed = (
    select(
        _waiting.c.position,
        (LAST_NUMBERED.c.sequence + func.row_number().over(order_by=_waiting.c.position)).label("sequence"),
    )
    .select_from(_waiting.join(LAST_NUMBERED, literal_column("true")))
    .subquery("placed")
)
_NUMBER = Statement(
    update(events).values(sequence=_placed.c.sequence).where(_EVENT.position == _placed.c.position),
    name="events.number",
)
_TELL = Statement(
    select(
        LAST_NUMBERED.c.sequence, func.pg_notify(literal_column(f"'{CHANNEL}'"), cast(LAST_NUMBERED.c.sequence, Text))
    ),
    name="events.tell",
)
LAST = Statement(select(LAST_NUMBERED.c.sequence), name="events.last")
_newest = (
    select(_EVENT.position, _EVENT.aggregate_id, _EVENT.at)
    .order_by(_EVENT.position.desc())
    .limit(literal_column("1"))
    .subquery("newest")
)
REVISION = Statement(
    select(
        (
            LAST_NUMBERED.c.sequence
            + select(func.count()).select_from(events).where(_EVENT.sequence == literal_column("0")).scalar_subquery()
        ).label("committed"),
        _newest.c.position,
        _newest.c.aggregate_id,
        _newest.c.at,
    ).select_from(LAST_NUMBERED.outerjoin(_newest, literal_column("true"))),
    name="events.revision",
)
"""One row: how many events are committed, and the one of the highest position.

Events are added and never taken away, so of two snapshots the later one sees all that the earlier one sees: if it sees
as many, it sees the same. Numbering an event takes it from one summand to the other. When an older copy is put in the
place of a database and goes on, as many events are others, and so is the last: no two databases have one event of the
same position, thing and moment, unless they were one database when it was committed.
"""


class Recorded(NamedTuple):
    """An event, and the request that it came with."""

    event: Event
    request_id: str | None


def _values(recorded: Recorded) -> tuple[object, ...]:
    event = recorded.event
    return (
        event.type,
        event.aggregate,
        event.aggregate_id,
        event.version,
        event.at,
        event.by,
        recorded.request_id,
        event.changed,
        dict(event.data),
    )


EVENTS: Kind[Recorded] = Kind(events, _values)


class PostgresEventReader:
    """Events for reading."""

    def __init__(self, pool: Pool, *, most_at_once: int = _MOST_AT_ONCE) -> None:
        self._pool = pool
        self._most_at_once = most_at_once

    async def list(self, listing: Listing) -> Page[EventRead]:
        """One page in the order of `sequence`."""
        await number_waiting(self._pool, most_at_once=self._most_at_once)
        return _page(await EVENT_STATEMENTS.ask(self._pool, listing))

    async def history(self, listing: Listing) -> Page[EventRead]:
        """One page in the order of `position`."""
        return _page(await HISTORY_STATEMENTS.ask(self._pool, listing))

    async def after(self, sequence: int, *, limit: int) -> Sequence[EventRead]:
        """The next ones that have a sequence."""
        asked = Listing(filters=(Filter("sequence", "gt", sequence),), sort=_IN_ORDER, limit=limit)
        return _page(await EVENT_STATEMENTS.ask(self._pool, asked)).items

    async def last(self) -> int:
        """The highest sequence."""
        await number_waiting(self._pool, most_at_once=self._most_at_once)
        found: int = await read(self._pool, LAST.fetchval)
        return found


async def number_waiting(pool: Pool, *, most_at_once: int = _MOST_AT_ONCE) -> int | None:
    """Gives every event that is committed its sequence; some thousands a transaction, so that none is long.

    Returns the highest sequence, or None where none waited. Raises Unavailable.
    """
    if not await read(pool, _ANY_WAITING.fetchval):
        return None
    last, numbered = None, most_at_once
    while numbered == most_at_once:
        async with transaction(pool) as connection:
            # A statement of its own: what it waited for must be visible to the next one.
            await _ALONE.fetchval(connection)
            numbered = await _NUMBER.affected(connection, many=most_at_once)
            if numbered:
                last = await _TELL.fetchval(connection)
    return last


def _page(page: Page[Record]) -> Page[EventRead]:
    return Page(items=[event_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)


def event_read_of(row: Record) -> EventRead:
    """The read model of a row of EVENT_OUTPUT."""
    return EventRead(
        sequence=row[0] or None,
        position=row[1],
        type=row[2],
        aggregate=row[3],
        aggregate_id=row[4],
        version=row[5],
        at=row[6],
        by=row[7],
        request_id=row[8],
        changed=row[9],
        data=row[10],
    )
