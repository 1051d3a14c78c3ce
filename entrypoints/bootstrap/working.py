"""A worker in a process of its own."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import uvloop

from application.analytics.answers import unobserved
from application.errors import Unavailable
from entrypoints.bootstrap import logs, migrate, scraping
from entrypoints.bootstrap.database import Database, for_worker
from entrypoints.bootstrap.job_telemetry import JobTelemetry
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.telemetry import Metrics, QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring

_LOOK_EVERY: Final = 1.0


def work(settings: Settings, announce: Callable[[], None]) -> None:
    """Works until SIGTERM or SIGINT; calls `announce` once it takes jobs.

    Raises AlreadyRunning or Unavailable when there is no database to begin with, PortInUse when there is no port for
    its metrics, and Unavailable when an embedded PostgreSQL has ended, which will not come back.
    """
    logs.configure(settings.logging)
    with for_worker(settings.database) as database:
        migrate.upgrade(database.url)
        uvloop.run(_work(settings, database, announce))


@asynccontextmanager
async def _scraped(settings: Settings, wiring: Wiring, metrics: Metrics | None) -> AsyncIterator[None]:
    """What is the same whichever process tells it, such as how many jobs wait, is left to the server."""
    if metrics is None:
        yield
        return
    metrics.watch(wiring.pools)
    async with scraping.answering(settings.server, settings.worker.metrics_port, metrics.scrape):
        yield


async def _work(settings: Settings, database: Database, announce: Callable[[], None]) -> None:
    provider = tracer_provider(settings)
    tracer = provider.get_tracer(settings.app.name, settings.app.version)
    metrics = Metrics(None) if settings.worker.metrics_port else None
    wiring = Wiring(
        settings,
        database.url,
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
        watching = asyncio.create_task(_watch(database.ended, stopping))
        await worker.work(stopping)
        why = await watching
    # What is frozen at the end of Python is never let go of, of which DuckDB says so at length.
    gc.unfreeze()
    await asyncio.to_thread(provider.shutdown)
    if why is not None:
        raise Unavailable(why)


async def _watch(ended: Callable[[], str | None], stopping: asyncio.Event) -> str | None:
    """Sets `stopping` when the database is gone for good, and says why; None when it was set before."""
    while not stopping.is_set():
        why = ended()
        if why is not None:
            stopping.set()
            return why
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _LOOK_EVERY)
    return None
