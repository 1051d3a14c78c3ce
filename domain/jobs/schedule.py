"""The schedule: a kind of job that is asked for again and again, at the times that a cron expression names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.jobs.job import Job
from domain.shared.errors import Invalid
from domain.shared.events import Event, Scalar
from domain.shared.ids import JobId, ScheduleId
from domain.shared.lifecycle import Lifecycle

SCHEDULE_NAME_LENGTH = 100
CRON_LENGTH = 100
_CRON_FIELDS = 5
PUNCTUAL = timedelta(minutes=5)
"""A time that is noticed no later than this was not missed."""


class CatchUp(StrEnum):
    """What becomes of the times at which nobody was there to ask."""

    SKIP = "skip"
    """They are left out."""
    ONCE = "once"
    """One run makes up for all of them."""
    ALL = "all"
    """Each of them has its run."""


def cron_line(text: str) -> str:
    """`text` as one line of five fields, which is not yet to say that it names a time. Raises Invalid."""
    fields_given = text.split()
    if len(fields_given) != _CRON_FIELDS:
        raise Invalid.because("invalid-cron", "must have five fields: minute, hour, day, month and day of the week")
    return " ".join(fields_given)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDetails:
    """What may be edited. `cron` has five fields, read in the time zone `tz`."""

    name: str
    kind: str
    cron: str
    tz: str = "UTC"
    arguments: Mapping[str, Scalar] = field(default_factory=lambda: MappingProxyType({}))
    catch_up: CatchUp = CatchUp.ONCE
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule: an aggregate of its own. Methods return the new schedule and the event.

    `next_at` is the first time that was not dealt with, None while it is paused or when there is none any more, and
    `last_at` the last one that was asked for; both go on without a new version.
    """

    id: ScheduleId
    details: ScheduleDetails
    next_at: datetime | None
    last_at: datetime | None
    lifecycle: Lifecycle

    @classmethod
    def plan(
        cls, schedule_id: ScheduleId, details: ScheduleDetails, *, next_at: datetime | None, at: datetime, by: str
    ) -> tuple["Schedule", Event]:
        """A new schedule."""
        schedule = cls(
            id=schedule_id, details=details, next_at=next_at, last_at=None, lifecycle=Lifecycle.begun(at=at, by=by)
        )
        return schedule, schedule._event("schedule.created", at, by, 1)

    def edit(
        self, details: ScheduleDetails, *, next_at: datetime | None, at: datetime, by: str
    ) -> tuple["Schedule", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, next_at=next_at, lifecycle=lifecycle)
        return edited, self._event("schedule.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Schedule", Event]:
        """Put away, restorable; it asks for nothing any more. Raises Deleted when it already is."""
        gone = replace(self, next_at=None, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("schedule.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, next_at: datetime | None, at: datetime, by: str) -> tuple["Schedule", Event]:
        """Back again, from its next time on. Raises NotDeleted."""
        back = replace(self, next_at=next_at, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("schedule.restored", at, by, self.lifecycle.version + 1)

    def looks_from(self, at: datetime) -> datetime | None:
        """From when on its times are to be gone through, beside its next one: those in between make no difference.

        None when there is none.
        """
        if self.next_at is None or self.details.catch_up is CatchUp.ALL:
            return self.next_at
        return max(self.next_at, at - PUNCTUAL - timedelta.resolution)

    def due(self, times: Sequence[datetime], *, at: datetime) -> Sequence[datetime]:
        """Those of its times up to now that are to be asked for, by its rule of catching up.

        `times` are its next one and those since `looks_from`, the earliest first.
        """
        missed = [one for one in times if at - one > PUNCTUAL]
        punctual = [one for one in times if at - one <= PUNCTUAL]
        if self.details.catch_up is CatchUp.ALL:
            return times
        if self.details.catch_up is CatchUp.ONCE and missed and not punctual:
            return missed[-1:]
        return punctual

    def ask(self, job_id: JobId, time: datetime, *, at: datetime) -> Job:
        """The job of one of its times. There is one a time, whoever asks."""
        return Job.ask(
            job_id,
            kind=self.details.kind,
            arguments=self.details.arguments,
            at=at,
            by=f"schedule:{self.details.name}",
            unique_key=f"schedule:{self.id}:{time.isoformat()}",
        )

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed)
