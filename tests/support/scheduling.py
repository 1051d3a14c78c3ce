"""Schedules of a kind of job that does nothing, on any store."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from adapters.system.cron import CronRecurrence
from application.caller import Caller
from application.jobs.kinds import JobKind, JobRun
from application.jobs.schedule_models import ScheduleCreate, ScheduleRead
from application.jobs.scheduling import ScheduleService
from application.ports.system import Clock
from domain.shared.events import Scalar
from tests.support.clocks import AscendingIds
from tests.support.store_case import StorePorts

CALLER = Caller("ada", request_id="req-1")


class Days(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the kind `count` takes."""

    days: int = 1


class Nothing:
    async def run(self, _run: JobRun, /) -> Mapping[str, Scalar] | None:
        return None


KINDS = [
    JobKind(name="count", about="Counts.", handler=Nothing(), takes=Days, schedulable=True),
    JobKind(name="secret", about="Not for everybody.", handler=Nothing()),
]


def schedules_on(ports: StorePorts, clock: Clock) -> ScheduleService:
    assert ports.schedules is not None
    return ScheduleService(
        units=ports.units,
        reader=ports.schedules,
        recurrence=CronRecurrence(),
        kinds=KINDS,
        clock=clock,
        ids=AscendingIds(),
    )


async def planned(service: ScheduleService, name: str, cron: str = "* * * * *", **given: object) -> ScheduleRead:
    command = ScheduleCreate(name=name, kind="count", cron=cron, **given)  # type: ignore[arg-type]  # any of its fields
    return await service.create(command, CALLER)


def time_of(unique_key: str | None) -> tuple[str, datetime]:
    """The schedule and its time that a job is of."""
    assert unique_key is not None
    _, schedule_id, time = unique_key.split(":", 2)
    return schedule_id, datetime.fromisoformat(time)
