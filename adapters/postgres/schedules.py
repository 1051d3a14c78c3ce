"""Schedules in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from sqlalchemy import DateTime, Integer, bindparam, select, update

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import schedules
from application.errors import Conflict, NotFound
from application.jobs.schedule_models import ScheduleRead
from application.listing import Listing, Page
from domain.jobs.schedule import CatchUp, Schedule, ScheduleDetails
from domain.shared.ids import ScheduleId

_DETAILS = ("name", "kind", "cron", "tz", "arguments", "catch_up", "paused")
# The order in which the function below takes a row apart.
_OUTPUT = [schedules.c[name] for name in ("id", *_DETAILS, "next_at", "last_at", *LIFECYCLE, "deleted_at")]
_GET = Statement(select(*_OUTPUT).where(schedules.c.id == bindparam("id")), name="schedules.get")
_FIND = Statement(
    select(*_OUTPUT)
    .where(schedules.c.name == bindparam("name"))
    .order_by(schedules.c.id)
    .limit(bindparam("many", type_=Integer())),
    name="schedules.find_by_name",
)
_DUE = Statement(
    select(*_OUTPUT)
    .where(schedules.c.next_at <= bindparam("at", type_=DateTime(timezone=True)))
    .order_by(schedules.c.next_at, schedules.c.id)
    .limit(bindparam("many", type_=Integer())),
    name="schedules.due",
)
_ADVANCE = Statement(
    update(schedules)
    .values(
        next_at=bindparam("to", type_=DateTime(timezone=True)),
        last_at=bindparam("asked", type_=DateTime(timezone=True)),
    )
    .where(
        schedules.c.id == bindparam("id"),
        schedules.c.version == bindparam("of", type_=Integer()),
        schedules.c.next_at == bindparam("was", type_=DateTime(timezone=True)),
    ),
    name="schedules.advance",
)
_LISTS = ListStatements(schedules, _OUTPUT)


def _values(schedule: Schedule) -> tuple[object, ...]:
    details, lifecycle = schedule.details, schedule.lifecycle
    return (
        schedule.id,
        details.name,
        details.kind,
        details.cron,
        details.tz,
        dict(details.arguments),
        details.catch_up,
        details.paused,
        schedule.next_at,
        schedule.last_at,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
    )


SCHEDULES = Kind(schedules, _values, saves=(*_DETAILS, "next_at", "updated_at", "updated_by", "deleted_at"))


def _schedule_of(row: Record) -> Schedule:
    details = ScheduleDetails(
        name=row[1],
        kind=row[2],
        cron=row[3],
        tz=row[4],
        arguments=row[5],
        catch_up=CatchUp(row[6]),
        paused=row[7],
    )
    return Schedule(
        id=ScheduleId(row[0]), details=details, next_at=row[8], last_at=row[9], lifecycle=lifecycle_of(row[10:16])
    )


class PostgresScheduleRepository:
    """Schedules for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, schedule_id: ScheduleId) -> Schedule:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=schedule_id))
        if row is None:
            raise NotFound("schedule", schedule_id)
        return _schedule_of(row)

    async def find_by_name(self, name: str) -> Schedule | None:
        """The one that had this name first, deleted or not."""
        row = await read(self._pool, lambda connection: _FIND.fetchrow(connection, name=name, many=1))
        return None if row is None else _schedule_of(row)

    def add(self, schedule: Schedule) -> None:
        """Keeps a new schedule at commit."""
        self._pending.add(SCHEDULES, schedule)

    def save(self, schedule: Schedule) -> Schedule:
        """Keeps a changed schedule at commit, under the next version."""
        saved = replace(schedule, lifecycle=schedule.lifecycle.next_version())
        self._pending.save(SCHEDULES, saved)
        return saved

    def advance(self, schedule: Schedule, *, next_at: datetime | None, last_at: datetime | None) -> None:
        """Goes on to its next time at commit."""
        present = {"id": schedule.id, "of": schedule.lifecycle.version, "was": schedule.next_at}

        async def step(connection: Connection) -> None:
            if not await _ADVANCE.affected(connection, to=next_at, asked=last_at, **present):
                raise Conflict(f"the schedule {schedule.id} was dealt with or changed in the meantime")

        self._pending.step(step)


class PostgresScheduleReader:
    """Schedules for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, schedule_id: UUID, *, include_deleted: bool = False) -> ScheduleRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=schedule_id))
        if row is None or (row[15] is not None and not include_deleted):
            raise NotFound("schedule", schedule_id)
        return ScheduleRead.of(_schedule_of(row))

    async def list(self, listing: Listing) -> Page[ScheduleRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(
            items=[ScheduleRead.of(_schedule_of(row)) for row in page.items],
            has_more=page.has_more,
            total=page.total,
        )

    async def due(self, at: datetime, many: int) -> Sequence[Schedule]:
        """At most so many whose next time has come, the earliest first."""
        rows = await read(self._pool, lambda connection: _DUE.fetch(connection, at=at, many=many))
        return [_schedule_of(row) for row in rows]
