"""Metrics and traces of one server process: where they are kept, and how they get out."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from time import time_ns
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    multiprocess,
    values,
)
from prometheus_client.openmetrics import exposition

from adapters.embedded.processes import is_alive
from adapters.postgres.pool import Pool
from application.errors import Unavailable
from application.ports.consumers import ConsumerPosition
from application.warehouse.service import WarehouseLag
from entrypoints.bootstrap import extras
from entrypoints.bootstrap.job_telemetry import JobMetrics
from entrypoints.bootstrap.settings import Settings
from entrypoints.http.telemetry import RequestMetrics, StreamMetrics

# Where the processes of one server keep their counts; prometheus_client reads the same name.
FOLDER_NAME: Final = "PROMETHEUS_MULTIPROC_DIR"
_QUERY_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_OPEN_METRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# As the semantic conventions of OpenTelemetry name them.
_SYSTEMS: Final = {"postgres": "postgresql", "snowflake": "snowflake", "duckdb": "duckdb"}
_POOL_EVERY: Final = 1.0
_LAG_EVERY: Final = 5.0
_NANOSECONDS: Final = 1_000_000_000
# By whether it failed.
_OUTCOMES: Final = ("ok", "error")

Service = TypeVar("Service")


class Answered(Struct, frozen=True, tag=True):
    """One question for a report, as `AnswerObserver` is told of it."""

    report: str
    outcome: str


class Queried(Struct, frozen=True, tag=True):
    """One statement that ended in a store."""

    store: str
    query: str
    failed: bool
    seconds: float


class PoolState(Struct, frozen=True, tag=True):
    """The connections of one pool."""

    name: str
    max: int
    in_use: int = 0
    idle: int = 0
    waiting: int = 0


# What the process that counts reports has to say for the metrics.
Note = Answered | Queried | PoolState


class Metrics:
    """All metrics of this process, and the answer to a scrape for all processes of the server.

    `folder` is where several processes keep their counts; None when there is one process, which then counts in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        # When a series began is told with one process only, and asked by nobody.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client types no part of this
        if folder is not None:
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # prometheus_client types no part of this
            _forget_dead(folder)
        self._registry = CollectorRegistry()
        self.requests = RequestMetrics(self._registry)
        self.jobs = JobMetrics(self._registry)
        self.streams = StreamMetrics(self._registry)
        self.queries = Histogram(
            "database_query_duration_seconds",
            "Time from sending a statement to its last row.",
            ("store", "query", "outcome"),
            buckets=_QUERY_BUCKETS,
            registry=self._registry,
        )
        self.answers = AnswerMetrics(self._registry)
        self._connections = self._gauge("database_pool_connections", "Connections of the pools.", ("pool", "state"))
        self._waiting = self._gauge("database_pool_waiting", "Tasks that wait for a connection.", ("pool",))
        self._limit = self._gauge("database_pool_limit", "Connections that the pools may have at most.", ("pool",))
        self._lag = Gauge(
            "event_consumer_lag",
            "Events that a consumer has yet to deal with.",
            ("consumer",),
            registry=self._registry,
            # Every process asks the same store: what one of them was told last is true.
            multiprocess_mode="livemostrecent",
        )
        self._pools: dict[str, Pool | PoolState] = {}

    async def follow_consumers(self, ask: Callable[[], Awaitable[Sequence[ConsumerPosition]]]) -> None:
        """Tells how far consumers of the events have got, until it is cancelled."""
        while True:
            # When the store is away, what was told last stays.
            with suppress(Unavailable):
                for one in await ask():
                    self._lag.labels(one.name).set(one.behind)
            await asyncio.sleep(_LAG_EVERY)

    async def follow_warehouse(self, ask: Callable[[], Awaitable[WarehouseLag]], *, every: float = _LAG_EVERY) -> None:
        """Tells how late the warehouse is, until it is cancelled."""
        lag = self._newest("warehouse_lag_seconds", "For how long there has been an event that the warehouse has not.")
        segments = self._newest("warehouse_segments", "Segments that the warehouse lies in.")
        while True:
            with suppress(Unavailable):
                found = await ask()
                lag.set(found.lag_seconds)
                if found.status.segments is not None:
                    segments.set(found.status.segments)
            await asyncio.sleep(every)

    def watch(self, pools: Mapping[str, Pool]) -> None:
        """Tells of these pools from now on. Call it inside the running event loop."""
        self._pools.update(pools)
        for name, pool in pools.items():
            self._limit.labels(name).set(pool.max)
        self._tick(asyncio.get_running_loop())

    def take(self, note: Note) -> None:
        """Counts what happened in the process that counts reports, as if it had happened here."""
        match note:
            case Answered():
                self.answers(note.report, note.outcome)
            case Queried():
                self.queries.labels(note.store, note.query, _OUTCOMES[note.failed]).observe(note.seconds)
            case PoolState():
                self._pools[note.name] = note
                self._limit.labels(note.name).set(note.max)

    def reports_ended(self) -> None:
        """That process is gone, and its connections are."""
        for name, pool in self._pools.items():
            if isinstance(pool, PoolState):
                self._pools[name] = PoolState(name, pool.max)

    def scrape(self) -> tuple[str, bytes]:
        """The metrics of all processes: the media type of OpenMetrics, and the text."""
        self._read_pools()
        if self._folder is None:
            return _as_text(self._registry)
        everyone = CollectorRegistry()
        multiprocess.MultiProcessCollector(everyone, path=str(self._folder))  # type: ignore[no-untyped-call]  # prometheus_client types no part of this
        return _as_text(everyone)

    def close(self) -> None:
        """Takes this process out of what is counted of living processes."""
        if self._folder is not None:
            _mark_dead(os.getpid(), self._folder)

    def _gauge(self, name: str, documentation: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(name, documentation, labels, registry=self._registry, multiprocess_mode="livesum")

    def _newest(self, name: str, documentation: str) -> Gauge:
        # Every process asks the same warehouse: what one of them was told last is true.
        return Gauge(name, documentation, registry=self._registry, multiprocess_mode="livemostrecent")

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        # A scrape reaches one process; what the others have of their pools must lie ready.
        self._read_pools()
        if self._folder is not None:
            loop.call_later(_POOL_EVERY, self._tick, loop)

    def _read_pools(self) -> None:
        for name, pool in self._pools.items():
            self._connections.labels(name, "in_use").set(pool.in_use)
            self._connections.labels(name, "idle").set(pool.idle)
            self._waiting.labels(name).set(pool.waiting)


class AnswerMetrics:
    """How reports were answered: the share of cached and shared ones is what the cache and asking once have saved."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counter = Counter(
            "analytics_answers",
            "Questions for a report, by how they were answered (cached, shared, counted) or the code of why not.",
            ("report", "outcome"),
            registry=registry,
        )

    def __call__(self, report: str, outcome: str, /) -> None:
        """Counts one question."""
        self._counter.labels(report, outcome).inc()


class QueryTelemetry:
    """Told of each statement that ended in one store: counts it, and puts it into the trace when there is one."""

    def __init__(self, store: str, queries: Histogram | None, tracer: trace.Tracer | None) -> None:
        self._store = store
        self._queries = queries
        self._tracer = tracer
        self._observers: dict[tuple[str, bool], Callable[[float], None]] = {}

    def __call__(self, name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        """Takes note of one statement."""
        if self._queries is not None:
            key = (name, error is None)
            observer = self._observers.get(key)
            if observer is None:
                observer = self._queries.labels(self._store, name, _OUTCOMES[error is not None]).observe
                self._observers[key] = observer
            observer(seconds)
        if self._tracer is not None and trace.get_current_span().is_recording():
            ended = time_ns()
            span = self._tracer.start_span(
                name,
                kind=trace.SpanKind.CLIENT,
                attributes={"db.system.name": _SYSTEMS[self._store], "db.query.text": sql},
                start_time=ended - int(seconds * _NANOSECONDS),
            )
            if error is not None:
                span.set_status(trace.StatusCode.ERROR, type(error).__name__)
            span.end(ended)


def tracer_provider(settings: Settings) -> TracerProvider:
    """Where spans come from; they are sent off when an endpoint is set, and else end with their request.

    Whether a request is sampled is decided before its first span, so every span that begins here is kept.
    """
    resource = Resource.create({"service.name": settings.app.name, "service.version": settings.app.version})
    provider = TracerProvider(resource=resource, sampler=ParentBased(ALWAYS_ON), shutdown_on_exit=False)
    if settings.monitoring.otlp_endpoint is not None:
        provider.add_span_processor(
            BatchSpanProcessor(extras.span_exporter(_traces_at(settings.monitoring.otlp_endpoint)))
        )
    return provider


def traced(service: type[Service], tracer: trace.Tracer) -> type[Service]:
    """The same service, each use case a span when its request is sampled and nothing more when not."""
    spanned = {
        name: _spanned(member, f"{service.__name__}.{name}", tracer)
        for name, member in vars(service).items()
        if asyncio.iscoroutinefunction(member) and not name.startswith("_")
    }
    return type(service.__name__, (service,), {**spanned, "__doc__": service.__doc__, "__module__": service.__module__})


def _spanned(use_case: Callable[..., Any], name: str, tracer: trace.Tracer) -> Callable[..., Any]:
    async def with_span(*args: Any, **kwargs: Any) -> Any:
        with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
            return await use_case(*args, **kwargs)

    @wraps(use_case)
    def either(*args: Any, **kwargs: Any) -> Any:
        return (with_span if trace.get_current_span().is_recording() else use_case)(*args, **kwargs)

    return either


def _traces_at(endpoint: str) -> str:
    """The address of traces below an OTLP endpoint, as the OpenTelemetry specification builds it."""
    parts = urlsplit(endpoint)
    if parts.path.rstrip("/").endswith("/v1/traces"):
        return endpoint
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/v1/traces"))


def _as_text(registry: CollectorRegistry) -> tuple[str, bytes]:
    text: bytes = exposition.generate_latest(registry)  # type: ignore[no-untyped-call]  # prometheus_client types no part of this
    return _OPEN_METRICS, text


def _mark_dead(pid: int, folder: Path) -> None:
    multiprocess.mark_process_dead(pid, path=str(folder))  # type: ignore[no-untyped-call]  # prometheus_client types no part of this


def _forget_dead(folder: Path) -> None:
    """Processes that were killed could not take themselves out."""
    for path in folder.glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdigit() and not is_alive(int(number)):
            _mark_dead(int(number), folder)
