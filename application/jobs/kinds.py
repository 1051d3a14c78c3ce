"""The kinds of jobs there are: what each takes, what runs it, and how often it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec import Struct

from application.caller import Caller
from domain.jobs.job import Job, Progress
from domain.jobs.retry import RetryPolicy
from domain.shared.events import Scalar

USUAL_RETRY = RetryPolicy()
USUAL_TIMEOUT = timedelta(minutes=5)


class NoArguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a kind of job takes that takes nothing."""


class JobRun:
    """An attempt at a job, for the one who makes it.

    `caller` is the principal of the kind of job, with the request that asked for it.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.caller = Caller(actor=job.principal, request_id=job.request_id, traceparent=job.traceparent)
        self.reached: Progress | None = None

    def progress(self, done: int, total: int | None = None) -> None:
        """Says how far it is; may be said often, and is kept about once a second."""
        self.reached = Progress(done=done, total=total)


class JobHandler(Protocol):
    """What a kind of job does, through the same services as everybody else."""

    async def run(self, run: JobRun) -> Mapping[str, Scalar] | None:
        """Does it; returns what those who wait for it are told, which holds no personal values.

        It is run at least once: what it does a second time must have no second effect. A domain error, and an
        application error that does not heal, fails the job at once; any other error is tried again.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job. `takes` is the shape of its arguments; people may schedule one that is `schedulable`."""

    name: str
    about: str
    handler: JobHandler
    takes: type[Struct] = NoArguments
    retry: RetryPolicy = USUAL_RETRY
    timeout: timedelta = USUAL_TIMEOUT
    schedulable: bool = False
