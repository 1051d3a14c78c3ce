"""/v1/jobs and /v1/schedules."""

from inspect import getdoc
from uuid import UUID

from application.jobs.housekeeping import PURGE_CUSTOMERS
from application.jobs.models import JOB_LIST, JobRead
from application.jobs.schedule_models import SCHEDULE_LIST, ScheduleCreate, ScheduleRead, ScheduleUpdate
from application.jobs.scheduling import ScheduleService
from application.jobs.service import JobService
from application.listing import Listed
from application.ports.jobs import JobKeyExists
from application.ports.schedules import ScheduleNameExists
from domain.jobs.job import Job, JobFinished, JobNotFailed
from domain.jobs.schedule import Schedule, ScheduleDetails
from domain.shared.ids import JobId, ScheduleId
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import NOW, page_of, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

_ITEM = "/v1/jobs/{job_id}"
_KEY = ("job_id", "job")
_JOB_ID = UUID("01933d10-6d90-7a01-8b02-0c1d2e3f4a05")
_SCHEDULE_ID = UUID("01933d10-6d91-7b12-9c13-1d2e3f4a5b06")
_ASKED = Job.ask(JobId(_JOB_ID), kind=PURGE_CUSTOMERS, at=NOW, by="anonymous")
_DONE = _ASKED.begin(at=NOW).succeed({"due": 3, "erased": 3}, at=NOW)
_CANCELLED, _ = _ASKED.cancel(at=NOW, by="anonymous")
_NEW = ScheduleCreate(name="purge at night", kind=PURGE_CUSTOMERS, cron="10 3 * * *", tz="Europe/Warsaw")
_PLANNED, _ = Schedule.plan(
    ScheduleId(_SCHEDULE_ID),
    ScheduleDetails(name=_NEW.name, kind=_NEW.kind, cron=_NEW.cron, tz=_NEW.tz),
    next_at=NOW.replace(day=1, month=2, hour=2, minute=10),
    at=NOW,
    by="anonymous",
)
JOB = JobRead.of(_DONE)

SCHEDULES = ResourceKind(
    noun="schedule",
    plural="schedules",
    create=ScheduleCreate,
    update=ScheduleUpdate,
    read=ScheduleRead,
    listing=SCHEDULE_LIST,
    new_example=_NEW,
    change_example=ScheduleUpdate(cron="40 2 * * *", paused=False),
    example=ScheduleRead.of(_PLANNED),
    unique=(ScheduleNameExists,),
    cache_control=NO_STORE,
    tag=content_tag,  # its next time goes on without a version of it
    aliased=False,
)


def job_operations(service: JobService, handlers: Handlers) -> list[Operation]:
    """The operations of jobs."""

    async def present(job_id: UUID) -> int:
        return (await service.get(job_id)).version

    return [
        Operation(
            id="get_jobs",
            method="GET",
            path="/v1/jobs",
            handler=handlers.read_list(service.list, JOB_LIST),
            summary="List jobs",
            about=getdoc(service.list) or "",
            tag="jobs",
            parameters=list_parameters(JOB_LIST),
            gives=Listed[JobRead],
            gives_example=page_of(JOB),
        ),
        Operation(
            id="get_job",
            method="GET",
            path=_ITEM,
            handler=handlers.read_one(service.get, *_KEY, tag=content_tag),
            summary="Get a job",
            about=getdoc(service.get) or "",
            tag="jobs",
            gives=JobRead,
            gives_example=plain(JOB),
            tagged=True,
        ),
        Operation(
            id="cancel_job",
            method="POST",
            path=f"{_ITEM}/cancel",
            handler=handlers.act(service.cancel, present, *_KEY, tag=content_tag),
            summary="Cancel a job",
            about=getdoc(service.cancel) or "",
            tag="jobs",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=JobRead,
            gives_example=plain(JobRead.of(_CANCELLED)),
            tagged=True,
            guarded=True,
            errors=(JobFinished,),
        ),
        Operation(
            id="retry_job",
            method="POST",
            path=f"{_ITEM}/retry",
            handler=handlers.act(service.retry, present, *_KEY, tag=content_tag),
            summary="Retry a job",
            about=getdoc(service.retry) or "",
            tag="jobs",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=JobRead,
            gives_example=plain(JobRead.of(_ASKED)),
            tagged=True,
            guarded=True,
            errors=(JobNotFailed, JobKeyExists),
        ),
    ]


def schedule_operations(service: ScheduleService, handlers: Handlers) -> list[Operation]:
    """The operations of schedules."""

    async def present(schedule_id: UUID) -> int:
        return (await service.get(schedule_id, include_deleted=True)).version

    return [
        *resource_operations(SCHEDULES, service, handlers),
        Operation(
            id="run_schedule",
            method="POST",
            path="/v1/schedules/{schedule_id}/run",
            handler=handlers.act(service.run, present, "schedule_id", "schedule", tag=content_tag, place="/v1/jobs"),
            summary="Run a schedule now",
            about=getdoc(service.run) or "",
            tag="schedules",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=JobRead,
            gives_example=plain(JobRead.of(_ASKED)),
            status=201,
            tagged=True,
            located=True,
            guarded=True,
        ),
    ]
