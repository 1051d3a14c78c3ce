"""`daybook jobs`."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.jobs.models import JOB_LIST, JobRead
from domain.jobs.job import JobState
from entrypoints.cli.exits import CommandError
from entrypoints.cli.inputs import (
    FieldsOption,
    IdArgument,
    only,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use
from entrypoints.services import Services

app = App(name="jobs", help="Jobs: what is done in the background.")
_COLUMNS: Final = ("id", "kind", "state", "attempt", "run_at", "error.code", "created_at", "created_by")
_LOOK_EVERY: Final = 0.5
TimeoutOption = Annotated[float | None, Parameter(help="Seconds to wait at most.")]


class JobFailed(CommandError):
    """The job that was waited for has failed or was cancelled."""


class StillRunning(CommandError):
    """The job that was waited for is not done in time."""


_RESOURCE: Final = Resource(
    group=app,
    one="job",
    service=lambda services: services.jobs,
    model=JobRead,
    spec=JOB_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of jobs, the newest first.

    $ daybook jobs list --state failed
    $ daybook jobs list --kind purge-customers --limit 5
    """
)


@app.command(name="show")
def show_job(
    job_id: IdArgument,
    /,
    *,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One job: how far it is, and its result or why it failed.

    $ daybook jobs show 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.jobs.get(job_id)), format, fields=only(JobRead, fields))


@app.command
def cancel(
    job_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Cancels a job that waits or runs. What it did until then stays done.

    $ daybook jobs cancel 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.jobs.cancel(job_id, CALLER, version=version)), format)


@app.command
def retry(
    job_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Has a job that failed or was cancelled run again.

    $ daybook jobs retry 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.jobs.retry(job_id, CALLER, version=version)), format)


@app.command
def wait(
    job_id: IdArgument,
    /,
    *,
    timeout: TimeoutOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Waits until a job is done and shows it. The exit code is 1 when it has failed, was cancelled or is not done in
    time.

    $ daybook jobs wait 01997f43-8c00-7000-8000-0123456789ab --timeout 60

    A server or `daybook worker` has to be running, or nobody does it.
    """
    try:
        done = use(lambda services: _done(services, job_id, timeout))
    except TimeoutError:
        raise StillRunning(f"the job {job_id} is not done after {timeout:g} s") from None
    show(done, format)
    if done.state is not JobState.SUCCEEDED:
        why = "" if done.error is None else f": {done.error.code}: {done.error.message}"
        raise JobFailed(f"the job {done.state}{why}")


async def _done(services: Services, job_id: UUID, seconds: float | None) -> JobRead:
    async with asyncio.timeout(seconds):
        said: object = None
        while True:
            job = await services.jobs.get(job_id)
            if job.done:
                return job
            now = (job.state, job.progress)
            if now != said:
                said = now
                message(_how_far(job))
            await asyncio.sleep(_LOOK_EVERY)


def _how_far(job: JobRead) -> str:
    if job.progress is None:
        return f"{job.state} ..."
    of = "" if job.progress.total is None else f" of {job.progress.total}"
    return f"{job.state}: {job.progress.done}{of} ..."
