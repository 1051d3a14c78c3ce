"""A worker in a process of its own."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvloop

from application.analytics.answers import unobserved
from entrypoints.bootstrap import logs, migrate, scraping
from entrypoints.bootstrap.database import for_command
from entrypoints.bootstrap.job_telemetry import JobTelemetry
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.telemetry import Metrics, QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring


def work(settings: Settings, announce: Callable[[], None]) -> None:
    """Works until SIGTERM or SIGINT; calls `announce` once it takes jobs.

    Raises AlreadyRunning or Unavailable when there is no database to begin with, PortInUse when there is no port for
    its metrics.
    """
    logs.configure(settings.logging)
    with for_command(settings.database) as url:
        migrate.upgrade(url)
        uvloop.run(_work(settings, url, announce))


@asynccontextmanager
async def _scraped(settings: Settings, wiring: Wiring, metrics: Metrics | None) -> AsyncIterator[None]:
    """What is the same whichever process tells it, such as how many jobs wait, is left to the server."""
    if metrics is None:
        yield
        return
    metrics.watch(wiring.pools)
    async with scraping.answering(settings.server, settings.worker.metrics_port, metrics.scrape):
        yield


async def _work(settings: Settings, url: str, announce: Callable[[], None]) -> None:
    provider = tracer_provider(settings)
    tracer = provider.get_tracer(settings.app.name, settings.app.version)
    metrics = Metrics(None) if settings.worker.metrics_port else None
    wiring = Wiring(
        settings,
        url,
        observe=partial(QueryTelemetry, queries=None if metrics is None else metrics.queries, tracer=tracer),
        wrap=partial(traced, tracer=tracer),
        answer_observer=unobserved if metrics is None else metrics.answers,
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with wiring.opened(), _scraped(settings, wiring, metrics), wiring.hearing_of_events():
        worker = wiring.worker(JobTelemetry(None if metrics is None else metrics.jobs, tracer))
        gc.collect()
        gc.freeze()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        announce()
        await worker.work(stopping)
    await asyncio.to_thread(provider.shutdown)
