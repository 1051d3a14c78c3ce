"""The worker: runs jobs, asks for those of schedules and of events, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from application.errors import ApplicationError
from application.events.consuming import Consuming, EventConsumer
from application.jobs.housekeeping import USUAL_SCHEDULES
from application.jobs.running import JobRunner
from application.jobs.scheduling import ScheduleService, Usual

_TICK_EVERY = 1.0
_AGAIN_AFTER = 2.0
_log = structlog.get_logger("daybook.worker")


class Follower(Protocol):
    """Something that follows the events in a way of its own."""

    async def follow(self) -> None:
        """Until it is cancelled, which may be at any moment."""
        ...


class Worker:
    """What is done in the background by one process. It outlasts the stores it works on: what it finds away, it asks
    for again.
    """

    def __init__(
        self,
        *,
        runner: JobRunner,
        schedules: ScheduleService,
        consuming: Consuming,
        consumers: Sequence[EventConsumer],
        followers: Sequence[Follower] = (),
        usual: Sequence[Usual] = USUAL_SCHEDULES,
        queues: Sequence[str],
        concurrency: int,
        grace: float,
    ) -> None:
        self._runner = runner
        self._schedules = schedules
        self._consuming = consuming
        self._consumers = consumers
        self._followers = followers
        self._usual = usual
        self._queues = queues
        self._concurrency = concurrency
        self._grace = grace

    async def work(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set; what runs then has its grace to end, and is handed back after that."""
        async with asyncio.TaskGroup() as tasks:
            following = [tasks.create_task(self._consuming.follow(one)) for one in self._consumers]
            following += [tasks.create_task(one.follow()) for one in self._followers]
            tasks.create_task(_kept_up(self._run_jobs, stopping, "jobs"))
            tasks.create_task(_kept_up(self._tick, stopping, "schedules"))
            await stopping.wait()
            # A round is kept as a whole or not at all, so that it may end anywhere.
            for one in following:
                one.cancel()

    async def _run_jobs(self, stopping: asyncio.Event) -> None:
        await self._runner.work(
            queues=self._queues, concurrency=self._concurrency, stopping=stopping, grace=self._grace
        )

    async def _tick(self, stopping: asyncio.Event) -> None:
        await self._schedules.install(self._usual)
        while not stopping.is_set():
            await self._schedules.tick()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _TICK_EVERY)


async def _kept_up(part: Callable[[asyncio.Event], Awaitable[None]], stopping: asyncio.Event, name: str) -> None:
    """Does `part` again when an error has ended it, until it is told to stop."""
    while not stopping.is_set():
        try:
            await part(stopping)
        except Exception as error:  # whatever it was, the shop goes on
            expected = isinstance(error, ApplicationError)
            _log.warning("interrupted", part=name, error=str(error), exc_info=not expected)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _AGAIN_AFTER)
