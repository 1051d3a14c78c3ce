"""The use cases of schedules."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from application.caller import Caller
from application.decoding import convert
from application.errors import AlreadyExists, Conflict, NotFound
from application.explaining import pointer_part
from application.fields import line
from application.jobs.kinds import JobKind
from application.jobs.models import JobRead
from application.jobs.schedule_models import SCHEDULE_LIST, ScheduleCreate, ScheduleRead, ScheduleUpdate
from application.listing import Listed, Listing, listed
from application.ports.recurrence import Recurrence
from application.ports.schedules import ScheduleReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.analytics.scope import time_zone
from domain.jobs.job import Job
from domain.jobs.schedule import SCHEDULE_NAME_LENGTH, Schedule, ScheduleDetails
from domain.shared.errors import Invalid, Problems
from domain.shared.events import can_be_kept
from domain.shared.ids import JobId, ScheduleId

SCHEDULER = Caller(actor="scheduler")
_AT_ONCE = 100
# Of a schedule of every minute that nobody looked after for long, so many times are dealt with in one unit of work.
_TIMES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A schedule that every shop begins with; it may be changed, paused and deleted like any other."""

    name: str
    kind: str
    cron: str


class ScheduleService:
    """Each method is one use case and one unit of work, but for `tick`, which takes one a schedule."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: ScheduleReader,
        recurrence: Recurrence,
        kinds: Iterable[JobKind],
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        self._units = units
        self._reader = reader
        self._recurrence = recurrence
        self._kinds = {one.name: one for one in kinds if one.schedulable}
        self._clock = clock
        self._ids = ids

    async def create(self, command: ScheduleCreate, caller: Caller) -> ScheduleRead:
        """Plans a job for the times that a cron expression names.

        - Its name is unique among living schedules.
        - `kind` is one that may be scheduled, and `arguments` are what it takes.
        - Of an hour that a change of the clocks leaves out, what was to run at a fixed time runs right after it; in one
          that comes twice it runs once, as with Debian's cron.
        - Each of its times is asked for once, however many workers there are. `catch_up` says what becomes of times at
          which none was there: `skip` leaves them out, `once` makes up for all of them with one run, `all` with a run
          each.
        """
        details = self._details(command)
        async with self._units(caller) as uow:
            now = self._clock.now()
            schedule, event = Schedule.plan(
                ScheduleId(self._ids.new()), details, next_at=self._next(details, now), at=now, by=caller.actor
            )
            uow.schedules.add(schedule)
            uow.record(event)
            answer = ScheduleRead.of(schedule)
            await uow.commit(answer)
        return answer

    async def get(self, schedule_id: UUID, *, include_deleted: bool = False) -> ScheduleRead:
        """One schedule. A deleted one is found only when asked for."""
        return await self._reader.get(schedule_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[ScheduleRead]:
        """One page of schedules: by name, kind or time."""
        return listed(SCHEDULE_LIST, listing, await self._reader.list(listing))

    async def update(
        self, schedule_id: UUID, command: ScheduleUpdate, caller: Caller, *, version: int | None = None
    ) -> ScheduleRead:
        """Changes the fields that are given and leaves the others.

        With another `cron`, `tz` or `paused` its times are counted from now on; else none of them is missed.
        A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            schedule = await self._living(uow, schedule_id, version)
            before, now = schedule.details, self._clock.now()
            details = self._details(command.over(before))
            stays = (details.cron, details.tz, details.paused) == (before.cron, before.tz, before.paused)
            next_at = schedule.next_at if stays else self._next(details, now)
            edited, event = schedule.edit(details, next_at=next_at, at=now, by=caller.actor)
            if event is None:
                return ScheduleRead.of(edited)
            answer = ScheduleRead.of(uow.schedules.save(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, schedule_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a schedule away: it asks for nothing any more, and can be restored."""
        async with self._units(caller) as uow:
            schedule = await self._living(uow, schedule_id, version)
            gone, event = schedule.delete(at=self._clock.now(), by=caller.actor)
            uow.schedules.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, schedule_id: UUID, caller: Caller, *, version: int | None = None) -> ScheduleRead:
        """Brings a deleted schedule back, from its next time on, unless its name was taken in the meantime."""
        async with self._units(caller) as uow:
            schedule = await uow.schedules.get(ScheduleId(schedule_id))
            expect(schedule.lifecycle, version)
            now = self._clock.now()
            back, event = schedule.restore(next_at=self._next(schedule.details, now), at=now, by=caller.actor)
            answer = ScheduleRead.of(uow.schedules.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def run(self, schedule_id: UUID, caller: Caller, *, version: int | None = None) -> JobRead:
        """Asks for its job now, beside its times, also when it is paused."""
        async with self._units(caller) as uow:
            schedule = await self._living(uow, schedule_id, version)
            details = schedule.details
            job = Job.ask(
                JobId(self._ids.new()),
                kind=details.kind,
                arguments=details.arguments,
                at=self._clock.now(),
                by=caller.actor,
            )
            uow.jobs.enqueue(job)
            answer = JobRead.of(replace(job, request_id=caller.request_id))
            await uow.commit(answer)
        return answer

    async def tick(self) -> int:
        """Asks for the jobs of all times that have come; returns how many. Any number of workers may do so at once."""
        asked, now = 0, self._clock.now()
        for schedule in await self._reader.due(now, _AT_ONCE):
            try:
                asked += await self._ask(schedule, now)
            except Conflict:
                continue  # another worker has dealt with it, or somebody changed it
        return asked

    async def install(self, usual: Iterable[Usual]) -> None:
        """Plans those of these schedules that there never were, deleted ones included.

        That is no event: nobody has changed anything, and a store in which nothing happened has no watermark.
        """
        for one in usual:
            details, now = ScheduleDetails(name=one.name, kind=one.kind, cron=one.cron), self._clock.now()
            async with self._units(SCHEDULER) as uow:
                if await uow.schedules.find_by_name(one.name) is not None:
                    continue
                schedule, _ = Schedule.plan(
                    ScheduleId(self._ids.new()),
                    details,
                    next_at=self._next(details, now),
                    at=now,
                    by=SCHEDULER.actor,
                )
                uow.schedules.add(schedule)
                # Otherwise another worker began at the same time.
                with suppress(AlreadyExists):
                    await uow.commit()

    async def _ask(self, schedule: Schedule, now: datetime) -> int:
        begin = schedule.looks_from(now)
        if schedule.next_at is None or begin is None:
            return 0
        times = [schedule.next_at]
        following: datetime | None = None
        for one in islice(self._times(schedule.details, begin), _TIMES_AT_ONCE):
            following = one
            if one > now:
                break
            times.append(one)
        if following is not None and following <= now:
            times.pop()  # the rest is for the next time
        due = schedule.due(times, at=now)
        async with self._units(SCHEDULER) as uow:
            uow.jobs.enqueue(*[schedule.ask(JobId(self._ids.new()), one, at=now) for one in due])
            uow.schedules.advance(schedule, next_at=following, last_at=due[-1] if due else schedule.last_at)
            await uow.commit()
        return len(due)

    def _next(self, details: ScheduleDetails, now: datetime) -> datetime | None:
        return None if details.paused else next(self._times(details, now), None)

    def _times(self, details: ScheduleDetails, moment: datetime) -> Iterator[datetime]:
        return self._recurrence.after(details.cron, details.tz, moment)

    def _details(self, command: ScheduleCreate) -> ScheduleDetails:
        problems = Problems()
        name = problems.take("/name", line(SCHEDULE_NAME_LENGTH), command.name)
        cron = problems.take("/cron", self._recurrence.check, command.cron)
        tz = problems.take("/tz", time_zone, command.tz)
        kind = self._kinds.get(command.kind)
        if kind is None:
            problems.add("/kind", "unknown-kind", f"must be one of: {', '.join(sorted(self._kinds))}")
        else:
            problems.take("/arguments", convert, kind.takes, command.arguments)
        for key, value in command.arguments.items():
            if not (can_be_kept(key) and can_be_kept(value)):
                problems.add(f"/arguments/{pointer_part(key)}", "control-character", "must not hold NUL")
        if problems.found or name is None or cron is None or tz is None:
            raise Invalid(problems.found)
        return ScheduleDetails(
            name=name,
            kind=command.kind,
            cron=cron,
            tz=tz,
            arguments=command.arguments,
            catch_up=command.catch_up,
            paused=command.paused,
        )

    async def _living(self, uow: UnitOfWork, schedule_id: UUID, version: int | None) -> Schedule:
        schedule = await uow.schedules.get(ScheduleId(schedule_id))
        if schedule.lifecycle.deleted:
            raise NotFound("schedule", schedule_id)
        expect(schedule.lifecycle, version)
        return schedule
