"""What callers get of jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.listing import FilterField, ListSpec, SortKey, as_kept, moment, one_of
from domain.jobs.job import Job, JobError, JobState, Progress
from domain.shared.events import Scalar


class JobErrorRead(Struct, frozen=True, kw_only=True):
    """Why the last attempt failed."""

    code: Annotated[str, Meta(examples=["unavailable"])]
    message: str


class ProgressRead(Struct, frozen=True, kw_only=True):
    """How much is done; `total` is null where nobody knows how much there is."""

    done: int
    total: int | None


class JobRead(Struct, frozen=True, kw_only=True):
    """A job as callers see it: in the manner of a long-running operation (google.longrunning.Operation).

    While `done` is false there is more to come. Then there is a `result`, which may be null, or an `error`; before
    that, `error` is that of the attempt that failed last.
    """

    id: UUID
    kind: Annotated[str, Meta(examples=["purge-customers"])]
    done: bool
    state: JobState
    progress: ProgressRead | None
    result: Mapping[str, Scalar] | None
    error: JobErrorRead | None
    arguments: Mapping[str, Scalar]
    queue: str
    priority: Annotated[int, Meta(description="The highest goes first.")]
    attempt: Annotated[int, Meta(description="How many attempts were begun since it was asked for.")]
    run_at: Annotated[datetime, Meta(description="When the next attempt may begin.")]
    unique_key: str | None
    request_id: Annotated[str | None, Meta(description="The request that asked for it.")]
    cancel_requested_at: datetime | None
    started_at: Annotated[datetime | None, Meta(description="When the last attempt began.")]
    finished_at: datetime | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, job: Job) -> "JobRead":
        """The read model of an aggregate."""
        return cls(
            id=job.id,
            kind=job.kind,
            done=job.state.done,
            state=job.state,
            progress=progress_read(job.progress),
            result=None if job.result is None else dict(job.result),
            error=error_read(job.error),
            arguments=dict(job.arguments),
            queue=job.queue,
            priority=job.priority,
            attempt=job.attempt,
            run_at=job.run_at,
            unique_key=job.unique_key,
            request_id=job.request_id,
            cancel_requested_at=job.cancel_requested_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            version=job.lifecycle.version,
            created_at=job.lifecycle.created_at,
            created_by=job.lifecycle.created_by,
            updated_at=job.lifecycle.updated_at,
            updated_by=job.lifecycle.updated_by,
        )


def progress_read(progress: Progress | None) -> ProgressRead | None:
    """The read model of how far it is."""
    return None if progress is None else ProgressRead(done=progress.done, total=progress.total)


def error_read(error: JobError | None) -> JobErrorRead | None:
    """The read model of why it failed."""
    return None if error is None else JobErrorRead(code=error.code, message=error.message)


JOB_LIST = ListSpec(
    name="jobs",
    deletable=False,
    filters={
        "kind": FilterField(read=as_kept),
        "state": FilterField(read=one_of(JobState), choices=tuple(JobState)),
        "unique_key": FilterField(read=as_kept),
        "created_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime},
    default_sort=(SortKey("created_at", descending=True),),
)
