"""Jobs: asked for within a unit of work, delivered to those who run them, and read by those who wait for them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from application.errors import AlreadyExists
from application.jobs.models import JobRead
from application.listing import Listing, Page
from domain.jobs.job import Job, Progress
from domain.shared.ids import JobId


class JobKeyExists(AlreadyExists):
    """Another job with this unique key waits or runs."""

    code = "job-key-exists"
    field: ClassVar[str] = "/unique_key"
    message: ClassVar[str] = "another job with this unique key waits or runs already"


class JobRepository(Protocol):
    """Jobs for writing, inside a unit of work."""

    async def get(self, job_id: JobId) -> Job:
        """Raises NotFound."""
        ...

    def enqueue(self, *jobs: Job) -> None:
        """Keeps new jobs at commit and has them delivered when their time has come, with the request id of the caller.

        One whose `unique_key` a job has that is not done is left out, in silence: what it asks for is on its way.
        """
        ...

    def save(self, job: Job) -> Job:
        """Keeps a changed job at commit, under the next version, and returns it with that version.

        One that is WAITING is delivered anew. Commit raises Conflict when the stored version is no longer the one that
        was loaded, or JobKeyExists.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """The jobs of one kind that wait or run, the oldest of those that could have begun, and those that have failed."""

    kind: str
    waiting: int
    running: int
    failed: int
    oldest_due: datetime | None


class JobReader(Protocol):
    """Jobs for reading, straight to read models."""

    async def get(self, job_id: UUID) -> JobRead:
        """Raises NotFound."""
        ...

    async def list(self, listing: Listing) -> Page[JobRead]:
        """One page in the order asked for."""
        ...

    async def depths(self) -> Sequence[QueueDepth]:
        """How many wait, run and have failed, by kind."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A job that is being run here under this lease, and how far it is (None where nothing is new)."""

    job_id: JobId
    lease: int
    progress: Progress | None


class JobQueue(Protocol):
    """Where jobs come from for those who run them. Its methods raise Unavailable."""

    async def work(
        self, run: Callable[[Job], Awaitable[None]], *, queues: Sequence[str], concurrency: int, stopping: asyncio.Event
    ) -> None:
        """Hands each job of these queues to `run` when its time has come, at most `concurrency` at once.

        The attempt has begun (Job.begin) and that is kept. A job is handed to one place at a time, the higher priority
        first, until `run` returns. When the process that runs it dies, or `run` returns without having ended the
        attempt, another one begins once the heartbeat has been missed: so a job is run at least once. Once `stopping`
        is set nothing more is handed out, and this returns when all that was has come back. Cancelled, it cancels what
        runs and waits for it.
        """
        ...

    async def end(self, job: Job) -> bool:
        """Keeps what became of an attempt, as the job says it; one that is WAITING is delivered again at its `run_at`,
        or is CANCELLED when that was asked for meanwhile.

        False, and nothing is kept, when a later attempt was begun or this one has ended: the lease was lost.
        """
        ...

    async def watch(self, held: Sequence[Held]) -> AbstractSet[JobId]:
        """Keeps how far these are; returns those that are to stop, since that was asked for or their lease was lost."""
        ...

    async def forget(self, *, finished_before: datetime, many: int) -> int:
        """Deletes jobs that succeeded or were cancelled before that, at most so many; returns how many."""
        ...
