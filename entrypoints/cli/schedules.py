"""`daybook schedules`."""

from typing import Annotated, Final

from cyclopts import App, Parameter

from application.jobs.schedule_models import SCHEDULE_LIST, ScheduleCreate, ScheduleRead, ScheduleUpdate
from entrypoints.cli.inputs import (
    IdArgument,
    JsonOption,
    command,
)
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use

app = App(name="schedules", help="Schedules: jobs that are asked for again and again.")
_COLUMNS: Final = ("id", "name", "kind", "cron", "tz", "paused", "next_at", "last_at")
CronOption = Annotated[str | None, Parameter(help="Minute, hour, day, month, day of the week.")]
ZoneOption = Annotated[str | None, Parameter(help="The time zone of --cron (IANA).")]
CatchUpOption = Annotated[str | None, Parameter(help="What becomes of missed times: skip, once or all.")]
PausedOption = Annotated[bool | None, Parameter(help="Whether it asks for nothing for now.")]

_RESOURCE: Final = Resource(
    group=app,
    one="schedule",
    service=lambda services: services.schedules,
    model=ScheduleRead,
    spec=SCHEDULE_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of schedules, by name.

    $ daybook schedules list
    $ daybook schedules list --paused true
    """
)

_RESOURCE.gets(
    """One schedule.

    $ daybook schedules get 01997f43-8c00-7000-8000-0123456789ab
    $ daybook schedules show 01997f43-8c00-7000-8000-0123456789ab --fields cron,next_at
    """,
    "get",
    "show",
)


@app.command
def create(
    *,
    name: str | None = None,
    kind: str | None = None,
    cron: CronOption = None,
    tz: ZoneOption = None,
    catch_up: CatchUpOption = None,
    paused: PausedOption = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Plans a job for the times that a cron expression names.

    $ daybook schedules create --name "purge at night" --kind purge-customers --cron "10 3 * * *" --tz Europe/Warsaw
    """
    given = {"name": name, "kind": kind, "cron": cron, "tz": tz, "catch_up": catch_up, "paused": paused}
    new = command(ScheduleCreate, json, given)
    show(use(lambda services: services.schedules.create(new, CALLER)), format)


@app.command
def update(
    schedule_id: IdArgument,
    /,
    *,
    name: str | None = None,
    kind: str | None = None,
    cron: CronOption = None,
    tz: ZoneOption = None,
    catch_up: CatchUpOption = None,
    paused: PausedOption = None,
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others.

    $ daybook schedules update 01997f43-8c00-7000-8000-0123456789ab --paused
    $ daybook schedules update 01997f43-8c00-7000-8000-0123456789ab --cron "40 2 * * *"
    """
    given = {"name": name, "kind": kind, "cron": cron, "tz": tz, "catch_up": catch_up, "paused": paused}
    changes = command(ScheduleUpdate, json, given)
    show(use(lambda services: services.schedules.update(schedule_id, changes, CALLER, version=version)), format)


@app.command
def run(
    schedule_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Asks for its job now, beside its times.

    $ daybook schedules run 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.schedules.run(schedule_id, CALLER, version=version)), format)


_RESOURCE.deletes(
    """Puts a schedule away; it can be restored.

    $ daybook schedules delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted schedule back, from its next time on.

    $ daybook schedules restore 01997f43-8c00-7000-8000-0123456789ab
    """
)
