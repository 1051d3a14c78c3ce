"""Jobs in memory: they last as long as the process, and so does what runs them."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.caller import Caller
from application.errors import NotFound
from application.jobs.models import JobRead
from application.listing import Listing, Page
from application.ports.jobs import Held, QueueDepth
from application.ports.system import Clock
from domain.jobs.job import Job, JobState
from domain.shared.ids import JobId

_logger = logging.getLogger(__name__)
# A sleep ends at the latest after so long, so that a clock that was set is noticed.
_LONGEST_SLEEP = 1.0


class MemoryJobRepository:
    """Jobs for writing."""

    def __init__(self, store: MemoryStore, pending: Pending, caller: Caller) -> None:
        self._store = store
        self._pending = pending
        self._caller = caller

    async def get(self, job_id: JobId) -> Job:
        """Raises NotFound."""
        job = self._store.jobs.get(job_id)
        if job is None:
            raise NotFound("job", job_id)
        return job

    def enqueue(self, *jobs: Job) -> None:
        """Keeps new jobs at commit."""
        for job in jobs:
            asked = replace(job, request_id=self._caller.request_id, traceparent=self._caller.traceparent)
            self._pending.write(lambda changes, asked=asked: changes.enqueue(asked))  # type: ignore[misc]  # bound as it is now

    def save(self, job: Job) -> Job:
        """Keeps a changed job at commit, under the next version."""
        saved = replace(job, lifecycle=job.lifecycle.next_version())
        self._pending.write(lambda changes: changes.jobs.save(saved))
        return saved


class MemoryJobReader:
    """Jobs for reading."""

    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lister = Lister(
            store.job_rows,
            columns={
                "kind": lambda one: one.kind,
                "state": lambda one: one.state,
                "unique_key": lambda one: one.unique_key,
                "created_at": lambda one: one.lifecycle.created_at,
            },
        )

    async def get(self, job_id: UUID) -> JobRead:
        """Raises NotFound."""
        job = self._store.jobs.get(job_id)
        if job is None:
            raise NotFound("job", job_id)
        return JobRead.of(job)

    async def list(self, listing: Listing) -> Page[JobRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, JobRead.of)

    async def depths(self) -> Sequence[QueueDepth]:
        """How many wait, run and have failed, by kind."""
        now = self._clock.now()
        kinds: dict[str, list[Job]] = defaultdict(list)
        for job in self._store.jobs.values():
            if not job.state.done or job.state is JobState.FAILED:
                kinds[job.kind].append(job)
        return [
            QueueDepth(
                kind=kind,
                waiting=sum(job.state is JobState.WAITING for job in jobs),
                running=sum(job.state is JobState.RUNNING for job in jobs),
                failed=sum(job.state is JobState.FAILED for job in jobs),
                oldest_due=min(
                    (j.run_at for j in jobs if j.state is JobState.WAITING and j.run_at <= now), default=None
                ),
            )
            for kind, jobs in sorted(kinds.items())
        ]


class MemoryJobQueue:
    """Jobs for those who run them. Nobody dies here, so a run that ended nothing has another attempt at once."""

    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def work(
        self, run: Callable[[Job], Awaitable[None]], *, queues: Sequence[str], concurrency: int, stopping: asyncio.Event
    ) -> None:
        """Hands out jobs until it is told to stop and all have come back."""
        signal = asyncio.Event()
        running: dict[JobId, asyncio.Task[None]] = {}
        stop = asyncio.create_task(_pass_on(stopping, signal))
        self._store.job_signals.add(signal)
        try:
            while not stopping.is_set():
                signal.clear()
                while len(running) < concurrency and (job := self._next(queues)) is not None:
                    running[job.id] = asyncio.create_task(self._hand_out(job, run, running))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause(queues)):
                        await signal.wait()
            await asyncio.gather(*running.values())
        finally:
            self._store.job_signals.discard(signal)
            stop.cancel()
            left = list(running.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _next(self, queues: Sequence[str]) -> Job | None:
        """The one to be begun now, begun and held."""
        now = self._clock.now()
        due = [job for job in self._open(queues) if job.run_at <= now]
        if not due:
            return None
        begun = min(due, key=lambda one: (-one.priority, one.run_at, one.id)).begin(at=now)
        self._store.jobs_held.add(begun.id)
        return self._keep(begun)

    def _open(self, queues: Sequence[str]) -> list[Job]:
        """Those that are not done and that nobody runs: one whose attempt was begun was lost with who made it."""
        held = self._store.jobs_held
        return [job for job in self._store.job_rows.members("open", True) if job.queue in queues and job.id not in held]  # noqa: FBT003  # the key of the group

    async def _hand_out(
        self, job: Job, run: Callable[[Job], Awaitable[None]], running: dict[JobId, asyncio.Task[None]]
    ) -> None:
        try:
            await run(job)
        except Exception:
            _logger.exception("the run of the job %s failed", job.id)
        finally:
            # Before anybody is told, or whoever hands out finds no room and waits.
            del running[job.id]
            self._store.jobs_held.discard(job.id)
            self._store.signal_jobs()

    def _pause(self, queues: Sequence[str]) -> float:
        """Seconds until the next one is due."""
        now = self._clock.now()
        pauses = [(job.run_at - now).total_seconds() for job in self._open(queues) if job.run_at > now]
        return min([_LONGEST_SLEEP, *pauses])

    def _keep(self, job: Job) -> Job:
        kept = replace(job, lifecycle=job.lifecycle.next_version())
        changes = self._store.begin()
        changes.jobs.rekey(kept)
        changes.apply()
        return kept

    async def end(self, job: Job) -> bool:
        """Keeps what became of an attempt, unless its lease was lost."""
        present = self._store.jobs.get(job.id)
        if present is None or present.lease != job.lease or present.state is not JobState.RUNNING:
            return False
        asked = present.cancel_requested_at or job.cancel_requested_at
        lifecycle = replace(job.lifecycle, version=present.lifecycle.version)
        ended = replace(job, cancel_requested_at=asked, lifecycle=lifecycle)
        if asked is not None and job.state is JobState.WAITING:
            ended = replace(ended, state=JobState.CANCELLED, finished_at=lifecycle.updated_at)
        self._keep(ended)
        return True

    async def watch(self, held: Sequence[Held]) -> AbstractSet[JobId]:
        """Keeps how far these are; returns those that are to stop."""
        stopped: set[JobId] = set()
        changes = self._store.begin()
        for one in held:
            present = self._store.jobs.get(one.job_id)
            if present is None or present.lease != one.lease or present.state is not JobState.RUNNING:
                stopped.add(one.job_id)
                continue
            if present.cancel_requested_at is not None:
                stopped.add(one.job_id)
            if one.progress is not None:
                changes.jobs.amend(replace(present, progress=one.progress))
        changes.apply()
        return stopped

    async def forget(self, *, finished_before: datetime, many: int) -> int:
        """Deletes jobs that succeeded or were cancelled before that."""
        gone = [
            (job.finished_at, job.id, job)
            for job in self._store.jobs.values()
            if job.state in (JobState.SUCCEEDED, JobState.CANCELLED)
            and job.finished_at is not None
            and job.finished_at < finished_before
        ]
        gone = sorted(gone)[:many]
        changes = self._store.begin()
        for _, _, job in gone:
            changes.jobs.remove(job)
        changes.apply()
        return len(gone)


async def _pass_on(stopping: asyncio.Event, signal: asyncio.Event) -> None:
    await stopping.wait()
    signal.set()
