"""The job: something to be done later, by whoever takes it, until it is done or has failed for good."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.shared.errors import Refused
from domain.shared.events import Event, Scalar
from domain.shared.ids import JobId
from domain.shared.lifecycle import Lifecycle

DEFAULT_QUEUE = "default"
PRIORITIES = range(-100, 101)
_NOTHING: Mapping[str, Scalar] = MappingProxyType({})


class JobFinished(Refused):
    """A job that is done or was cancelled cannot be cancelled."""

    code = "job-finished"


class JobNotFailed(Refused):
    """Only a job that has failed or was cancelled can be asked for again."""

    code = "job-not-failed"


class JobState(StrEnum):
    """What becomes of a job. More may follow."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def done(self) -> bool:
        """Whether nothing more becomes of it by itself."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why an attempt failed: a stable kebab-case code, and what a person is told."""

    code: str
    message: str


LOST = JobError(code="worker-lost", message="an attempt was begun and came to no end: it was lost with its process")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much is done, of how much where that is known, in the units of the kind of job."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: an aggregate of its own. Methods return what becomes of it.

    `arguments` and `result` hold no personal values, but ids. `run_at` is when it may begin at the earliest; of those
    that may, the highest `priority` goes first. While a job of a `unique_key` is not done, no other one is kept under
    it. `attempt` counts the attempts that were begun since it was asked for, and `lease` all that ever were: whoever
    runs the job holds the lease of its attempt, and may end it while there is no later one.
    """

    id: JobId
    kind: str
    arguments: Mapping[str, Scalar]
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    run_at: datetime
    unique_key: str | None = None
    state: JobState = JobState.WAITING
    attempt: int = 0
    lease: int = 0
    progress: Progress | None = None
    result: Mapping[str, Scalar] | None = None
    error: JobError | None = None
    request_id: str | None = None
    traceparent: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    lifecycle: Lifecycle

    @classmethod
    def ask(
        cls,
        job_id: JobId,
        *,
        kind: str,
        at: datetime,
        by: str,
        arguments: Mapping[str, Scalar] = _NOTHING,
        run_at: datetime | None = None,
        unique_key: str | None = None,
        queue: str = DEFAULT_QUEUE,
        priority: int = 0,
    ) -> "Job":
        """A new job, to be begun at once unless `run_at` is later."""
        return cls(
            id=job_id,
            kind=kind,
            arguments=arguments,
            queue=queue,
            priority=priority,
            run_at=at if run_at is None else max(at, run_at),
            unique_key=unique_key,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )

    @property
    def principal(self) -> str:
        """Who does what the job does."""
        return f"job:{self.kind}"

    def begin(self, *, at: datetime) -> "Job":
        """Another attempt. One that was begun before and never ended was lost with whoever made it, which is kept."""
        return replace(
            self,
            state=JobState.RUNNING,
            attempt=self.attempt + 1,
            lease=self.lease + 1,
            started_at=at,
            progress=None,
            error=LOST if self.state is JobState.RUNNING else self.error,
            lifecycle=self._touched(at),
        )

    def succeed(self, result: Mapping[str, Scalar] | None, *, at: datetime) -> "Job":
        """It is done."""
        return replace(
            self, state=JobState.SUCCEEDED, result=result, error=None, finished_at=at, lifecycle=self._touched(at)
        )

    def fail(self, error: JobError, *, at: datetime) -> "Job":
        """It has failed for good: it stands in the dead letter until somebody asks for it again."""
        return replace(self, state=JobState.FAILED, error=error, finished_at=at, lifecycle=self._touched(at))

    def put_off(self, error: JobError, *, until: datetime, at: datetime) -> "Job":
        """The attempt has failed; another one may begin at `until`."""
        return replace(self, state=JobState.WAITING, error=error, run_at=until, lifecycle=self._touched(at))

    def hand_back(self, *, at: datetime, until: datetime | None = None) -> "Job":
        """Whoever runs it stops before it is done: the attempt does not count, and another one may begin at once, or at
        `until`.
        """
        return replace(
            self,
            state=JobState.WAITING,
            attempt=self.attempt - 1,
            run_at=until or at,
            progress=None,
            lifecycle=self._touched(at),
        )

    def stop(self, *, at: datetime) -> "Job":
        """It was running when it was cancelled, and has stopped."""
        return replace(
            self,
            state=JobState.CANCELLED,
            finished_at=at,
            cancel_requested_at=self.cancel_requested_at or at,
            lifecycle=self._touched(at),
        )

    def cancel(self, *, at: datetime, by: str) -> tuple["Job", Event | None]:
        """Nothing more is to become of it: one that waits ends here, one that runs is asked to stop, and one that has
        failed is given up: it leaves the dead letter with its error.

        No event when it was asked before. Raises JobFinished.
        """
        if self.state in (JobState.SUCCEEDED, JobState.CANCELLED):
            told = "was cancelled" if self.state is JobState.CANCELLED else "has succeeded"
            raise JobFinished(f"the job {told} already: there is nothing to cancel")
        if self.state is not JobState.FAILED and self.cancel_requested_at is not None:
            return self, None
        lifecycle = self.lifecycle.touched(at=at, by=by)
        if self.state is JobState.RUNNING:
            # Whoever runs it is the one to end it.
            return replace(self, cancel_requested_at=at, lifecycle=lifecycle), self._event("job.cancelled", at, by)
        ended = self.finished_at or at
        gone = replace(self, state=JobState.CANCELLED, finished_at=ended, cancel_requested_at=at, lifecycle=lifecycle)
        return gone, self._event("job.cancelled", at, by)

    def ask_again(self, *, at: datetime, by: str) -> tuple["Job", Event]:
        """It is to be tried again from the first attempt. Raises JobNotFailed."""
        if self.state not in (JobState.FAILED, JobState.CANCELLED):
            told = "has succeeded" if self.state is JobState.SUCCEEDED else f"is {self.state}"
            raise JobNotFailed(f"the job {told}: only one that has failed or was cancelled can be retried")
        again = replace(
            self,
            state=JobState.WAITING,
            attempt=0,
            run_at=at,
            progress=None,
            finished_at=None,
            cancel_requested_at=None,
            lifecycle=self.lifecycle.touched(at=at, by=by),
        )
        return again, self._event("job.retried", at, by)

    def _touched(self, at: datetime) -> Lifecycle:
        return self.lifecycle.touched(at=at, by=self.principal)

    def _event(self, kind: str, at: datetime, by: str) -> Event:
        version = self.lifecycle.version + 1
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, data={"kind": self.kind})
