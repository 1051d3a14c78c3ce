"""Taking jobs from a queue, for tests."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from application.ports.jobs import JobQueue
from domain.jobs.job import DEFAULT_QUEUE, Job
from domain.shared.ids import JobId
from tests.support.builders import new_id
from tests.support.pools import eventually


def now() -> datetime:
    return datetime.now(UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def a_job(kind: str = "count", **given: Any) -> Job:
    """A job that may begin at once."""
    at = now()
    return Job.ask(JobId(new_id(at)), kind=kind, **{"at": at, "by": "ada", **given})


class Hands:
    """Takes jobs: `took` are the attempts that were begun, in their order, and `most` how many were at hand at once.

    What is done with each is what `does` says; without it each job succeeds.
    """

    def __init__(self, queue: JobQueue, does: Callable[[Job], Awaitable[object]] | None = None) -> None:
        self.queue = queue
        self.took: list[Job] = []
        self.most = 0
        self.twice: list[JobId] = []
        self._at_hand: Counter[JobId] = Counter()
        self._does = does or self.succeed

    async def run(self, job: Job) -> None:
        self.took.append(job)
        self._at_hand[job.id] += 1
        if self._at_hand[job.id] > 1:
            self.twice.append(job.id)
        self.most = max(self.most, self._at_hand.total())
        try:
            await self._does(job)
        finally:
            self._at_hand[job.id] -= 1

    async def succeed(self, job: Job) -> bool:
        return await self.queue.end(job.succeed({"attempt": job.attempt}, at=now()))

    async def until(self, count: int, within: float = 10) -> None:
        """Until so many attempts were begun and nothing is at hand any more."""
        await eventually(lambda: len(self.took) >= count and not self._at_hand.total(), within)

    @property
    def ids(self) -> list[JobId]:
        return [job.id for job in self.took]


@asynccontextmanager
async def working(
    hands: Hands, *, queues: Sequence[str] = (DEFAULT_QUEUE,), concurrency: int = 4
) -> AsyncIterator[asyncio.Event]:
    """A worker for the length of the block, which it ends itself with the event that it gets, or at its end."""
    stopping = asyncio.Event()
    task = asyncio.create_task(hands.queue.work(hands.run, queues=queues, concurrency=concurrency, stopping=stopping))
    try:
        yield stopping
    finally:
        stopping.set()
        async with asyncio.timeout(20):
            await task


def asked_by(job: Job, request_id: str | None, traceparent: str | None = None) -> Job:
    """As it is kept for who asked."""
    return replace(job, request_id=request_id, traceparent=traceparent)
