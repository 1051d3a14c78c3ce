"""The worker: runs jobs, and asks for those of schedules, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from application.errors import ApplicationError
from application.jobs.housekeeping import USUAL_SCHEDULES
from application.jobs.running import JobRunner
from application.jobs.scheduling import ScheduleService

_TICK_EVERY = 1.0
_AGAIN_AFTER = 2.0
_log = structlog.get_logger("daybook.worker")


class Worker:
    """What is done in the background by one process. It outlasts the stores it works on: what it finds away, it asks
    for again.
    """

    def __init__(
        self,
        *,
        runner: JobRunner,
        schedules: ScheduleService,
        queues: Sequence[str],
        concurrency: int,
        grace: float,
    ) -> None:
        self._runner = runner
        self._schedules = schedules
        self._queues = queues
        self._concurrency = concurrency
        self._grace = grace

    async def work(self, stopping: asyncio.Event) -> None:
        """Works until `stopping` is set; what runs then has its grace to end, and is handed back after that."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kept_up(self._run_jobs, stopping, "jobs"))
            tasks.create_task(_kept_up(self._tick, stopping, "schedules"))

    async def _run_jobs(self, stopping: asyncio.Event) -> None:
        await self._runner.work(
            queues=self._queues, concurrency=self._concurrency, stopping=stopping, grace=self._grace
        )

    async def _tick(self, stopping: asyncio.Event) -> None:
        await self._schedules.install(USUAL_SCHEDULES)
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
