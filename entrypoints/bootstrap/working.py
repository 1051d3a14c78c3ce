"""A worker in a process of its own."""

import asyncio
import gc
import signal
from collections.abc import Callable
from functools import partial

import uvloop

from entrypoints.bootstrap import logs, migrate
from entrypoints.bootstrap.database import for_command
from entrypoints.bootstrap.job_telemetry import JobTelemetry
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.telemetry import QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring


def work(settings: Settings, announce: Callable[[], None]) -> None:
    """Works until SIGTERM or SIGINT; calls `announce` once it takes jobs.

    Raises AlreadyRunning or Unavailable when there is no database to begin with.
    """
    logs.configure(settings.logging)
    with for_command(settings.database) as url:
        migrate.upgrade(url)
        uvloop.run(_work(settings, url, announce))


async def _work(settings: Settings, url: str, announce: Callable[[], None]) -> None:
    provider = tracer_provider(settings)
    tracer = provider.get_tracer(settings.app.name, settings.app.version)
    wiring = Wiring(
        settings,
        url,
        observe=partial(QueryTelemetry, queries=None, tracer=tracer),
        wrap=partial(traced, tracer=tracer),
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with wiring.opened():
        worker = wiring.worker(JobTelemetry(None, tracer))
        gc.collect()
        gc.freeze()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        announce()
        await worker.work(stopping)
    await asyncio.to_thread(provider.shutdown)
