"""`daybook jobs`."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter

from application.caller import Caller
from application.errors import NotFound
from application.jobs.models import JOB_LIST, JobRead
from application.ports.jobs import JobKeyExists
from domain.jobs.job import JobFinished, JobNotFailed, JobState
from entrypoints.cli.exits import CommandError, UsageError
from entrypoints.cli.inputs import IdArgument, listing
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use
from entrypoints.services import Services

app = App(name="jobs", help="Jobs: what is done in the background.")
_COLUMNS: Final = ("id", "kind", "state", "attempt", "run_at", "error.code", "created_at", "created_by")
_LOOK_EVERY: Final = 0.5
_PAGE: Final = "100"
TimeoutOption = Annotated[float | None, Parameter(help="Seconds to wait at most.")]
KindOption = Annotated[str | None, Parameter(help="Those of this kind alone.")]
CodeOption = Annotated[str | None, Parameter(help="Those alone whose error has this code.")]


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


_RESOURCE.gets(
    """One job: how far it is, and its result or why it failed.

    $ daybook jobs show 01997f43-8c00-7000-8000-0123456789ab
    $ daybook jobs get 01997f43-8c00-7000-8000-0123456789ab --fields state,error
    """,
    "show",
    "get",
)


@app.command
def cancel(
    job_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Cancels a job that waits or runs, or gives one up that has failed. What it did until then stays done.

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
def retry_failed(*, kind: KindOption = None, code: CodeOption = None) -> None:
    """Has every job that failed run again, or those of a kind, or with an error.

    $ daybook jobs retry-failed --kind webhook-delivery --code unavailable
    """
    use(lambda services: _with_failed(services, kind, code, services.jobs.retry, "asked for again"))


@app.command
def cancel_failed(*, kind: KindOption = None, code: CodeOption = None) -> None:
    """Gives every job up that failed, or those of a kind, or with an error: they leave the dead letter.

    $ daybook jobs cancel-failed --code not-found
    """
    use(lambda services: _with_failed(services, kind, code, services.jobs.cancel, "given up"))


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

    A server or `daybook worker` has to be running, or nobody does it; without DATABASE_URL it has to be there first.
    """
    if timeout is not None and not 0 <= timeout < math.inf:
        raise UsageError(f"--timeout: must be a number of seconds from 0 on, not {timeout:g}")
    done = use(lambda services: _done(services, job_id, timeout))
    show(done, format)
    if done.state is not JobState.SUCCEEDED:
        why = "" if done.error is None else f": {done.error.code}: {done.error.message}"
        raise JobFailed(f"the job {'was cancelled' if done.state is JobState.CANCELLED else 'has failed'}{why}")


async def _done(services: Services, job_id: UUID, seconds: float | None) -> JobRead:
    said: object = None
    until = math.inf if seconds is None else time.monotonic() + seconds
    while True:
        job = await services.jobs.get(job_id)
        if job.done:
            return job
        now = (job.state, job.progress)
        if now != said:
            said = now
            message(_how_far(job))
        left = until - time.monotonic()
        if left <= 0:
            raise StillRunning(f"the job {job_id} is not done after {seconds:g} s")
        await asyncio.sleep(min(_LOOK_EVERY, left))


async def _with_failed(
    services: Services,
    kind: str | None,
    code: str | None,
    change: Callable[[UUID, Caller], Awaitable[JobRead]],
    became: str,
) -> None:
    """All are found first: those that are changed are in the list no more."""
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        filters = {"state": JobState.FAILED.value, **({} if kind is None else {"kind": kind})}
        asked = listing(JOB_LIST, filters, limit=_PAGE, cursor=cursor)
        page = await services.jobs.list(asked)
        found += [job.id for job in page.data if code is None or (job.error is not None and job.error.code == code)]
        if not page.has_more:
            break
        cursor = page.next_cursor
    changed = 0
    try:
        for job_id in found:
            try:
                with suppress(JobFinished, JobNotFailed, NotFound):  # somebody else was faster
                    await change(job_id, CALLER)
                    changed += 1
            except JobKeyExists as error:
                message(f"{job_id}: {error}")
    finally:
        message(f"{changed:,} of {len(found):,} jobs that had failed were {became}")


def _how_far(job: JobRead) -> str:
    if job.progress is None:
        return f"{job.state} ..."
    of = "" if job.progress.total is None else f" of {job.progress.total}"
    return f"{job.state}: {job.progress.done}{of} ..."
