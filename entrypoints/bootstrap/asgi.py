"""The application of one server process."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from types import FrameType
from typing import Any

from litestar.types import ASGIApp
from msgspec import Struct

from application.analytics.answers import unobserved
from entrypoints.bootstrap import logs, memory
from entrypoints.bootstrap.job_telemetry import JobTelemetry, watch_jobs
from entrypoints.bootstrap.report_process import ReportProcess, has_report_process
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.telemetry import Metrics, QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.http.app import create_app, event_hub
from entrypoints.http.config import HttpConfig
from entrypoints.http.relay import Relay
from entrypoints.http.telemetry import Telemetry
from entrypoints.services import Services
from entrypoints.worker.worker import Worker

Prepare = Callable[[Services], Awaitable[None]]


class Brief(Struct, frozen=True, kw_only=True):
    """What the parent tells a server process.

    `url` is that of the database, if there is one; `metrics_folder` is where several processes keep their counts;
    `prepare` is done once the stores are open, before the first request.
    """

    settings: Settings
    url: str | None = None
    metrics_folder: str | None = None
    prepare: Prepare | None = None


def build(brief: Brief, ready: Semaphore | None = None) -> ASGIApp:
    """The whole application, still closed: it opens its stores when its lifespan begins, and releases `ready` then."""
    _end_with_parent()
    settings = brief.settings
    logs.configure(settings.logging)
    metrics = _metrics(brief)
    provider = tracer_provider(settings)
    tracer = provider.get_tracer(settings.app.name, settings.app.version)
    wiring = Wiring(
        settings,
        brief.url,
        observe=partial(QueryTelemetry, queries=metrics.queries if metrics is not None else None, tracer=tracer),
        wrap=partial(traced, tracer=tracer),
        answer_observer=unobserved if metrics is None else metrics.answers,
        counts_aside=not has_report_process(settings),
    )
    reports = _report_process(brief, metrics)
    config = http_config(settings)
    hub = event_hub(wiring.services, config, metrics.streams if metrics is not None else None)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        _when_stopped(hub.close)
        async with wiring.opened(), wiring.hearing_of_events(), _counting_lag(metrics, wiring, settings):
            if brief.prepare is not None:
                await brief.prepare(wiring.services)
            if metrics is not None and wiring.pools:
                metrics.watch(wiring.pools)
            records = settings.app.storage != "snowflake"
            internal = records and settings.worker.mode == "internal"
            seen = JobTelemetry(None if metrics is None else metrics.jobs, tracer)
            worker = wiring.worker(seen) if internal else None
            counting = watch_jobs(wiring.jobs(), metrics.jobs) if records and metrics is not None else None
            memory.settle()
            if ready is not None:
                ready.release()
            async with _beside(worker, counting):
                yield
            if reports is not None:
                await reports.stop()
        await asyncio.to_thread(provider.shutdown)
        if metrics is not None:
            metrics.close()

    app = create_app(
        wiring.services,
        config,
        lifespan=lifespan,
        metrics=metrics.scrape if metrics is not None else None,
        hub=hub,
        counted_by=None if reports is None else Relay(reports.connect),
    )
    return Telemetry(
        app,
        access_log=logs.AccessLog(settings.logging),
        metrics=metrics.requests if metrics is not None else None,
        tracer=tracer,
        sampling=settings.monitoring.trace_sampling,
    )


def _report_process(brief: Brief, metrics: Metrics | None) -> ReportProcess | None:
    if not has_report_process(brief.settings):
        return None
    take, ended = (_untold, _untold) if metrics is None else (metrics.take, metrics.reports_ended)
    return ReportProcess(brief.settings, brief.url, take=take, ended=ended)


def _untold(*_: object) -> None:
    """Where nothing is counted."""


@asynccontextmanager
async def _beside(worker: Worker | None, counting: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """What a server process does beside its requests. On a stop, jobs that run have their grace to end."""
    stopping = asyncio.Event()
    working = None if worker is None else asyncio.create_task(worker.work(stopping))
    counted = None if counting is None else asyncio.create_task(counting)
    try:
        yield
    finally:
        stopping.set()
        if counted is not None:
            counted.cancel()
        if working is not None:
            await working


def http_config(settings: Settings) -> HttpConfig:
    """What the HTTP entrypoint is told of the settings."""
    return HttpConfig(
        version=settings.app.version,
        allowed_origins=settings.server.allowed_origins,
        max_body_bytes=settings.performance.max_body_bytes,
        require_if_match=settings.security.require_if_match,
        docs=settings.server.docs,
        compress_from=settings.performance.compress_from or None,
        stream_readers=settings.stream.readers,
        stream_buffer_bytes=settings.stream.buffer_bytes,
        stream_heartbeat_seconds=settings.stream.heartbeat_seconds,
        stream_lifetime_seconds=settings.stream.lifetime_seconds,
    )


@asynccontextmanager
async def _counting_lag(metrics: Metrics | None, wiring: Wiring, settings: Settings) -> AsyncIterator[None]:
    if metrics is None:
        yield
        return
    counting = [asyncio.create_task(metrics.follow_consumers(wiring.services.events.consumers))]
    if wiring.followed is not None:
        status = wiring.warehouse(wiring.followed).status
        # Asking Snowflake costs, and it is brought forward no more often than this.
        every = {"every": settings.snowflake.sync_seconds} if wiring.followed == "snowflake" else {}
        counting.append(asyncio.create_task(metrics.follow_warehouse(status, **every)))
    try:
        yield
    finally:
        for one in counting:
            one.cancel()


def _when_stopped(act: Callable[[], None]) -> None:
    """Calls `act` in the event loop when this process is told to stop.

    Granian waits for all answers to end before it ends the lifespan, which is too late for those that end only when
    they are told to. Its own handlers of the signals are those of the loop, and stay: the interpreter runs a handler
    of `signal.signal` besides.
    """
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(given: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(act)
            if callable(before):
                before(given, frame)

        signal.signal(number, handle)


def _metrics(brief: Brief) -> Metrics | None:
    if not brief.settings.monitoring.metrics_enabled:
        return None
    return Metrics(None if brief.metrics_folder is None else Path(brief.metrics_folder))


def _end_with_parent() -> None:
    """Ends this process at once when the one that started it is gone, whatever that died of.

    It would keep the port, and its database is gone too: nothing that runs could come to a good end. A thread sees to
    it, since an event loop may be busy, or not begun.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
