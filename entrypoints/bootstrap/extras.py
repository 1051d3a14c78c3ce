"""What is imported only when it is asked for (an optional extra, a large library): the one place where that is done."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from dependency_injector import containers
from opentelemetry.sdk.trace.export import SpanExporter

from adapters.postgres.connection import QueryObserver
from adapters.postgres.pool import Pool
from adapters.text.report_files import CsvReport, NdjsonReport
from application.analytics.lifetime import WithoutModels
from application.errors import NotAcceptable
from application.ports.charts import ChartPainter
from application.ports.jobs import JobQueue
from application.ports.lifetime_models import LifetimeModels
from application.ports.report_files import ReportFormat
from application.ports.system import Clock
from entrypoints.bootstrap.embedded_warehouse import Loaded
from entrypoints.bootstrap.settings import Settings, WarehouseConfig


def span_exporter(endpoint: str) -> SpanExporter:
    """Sends spans to an OTLP endpoint over HTTP (extra `otlp`)."""
    exporter: SpanExporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter(
        endpoint=endpoint
    )
    return exporter


def snowflake(settings: Settings, observer: QueryObserver | None) -> containers.Container:
    """The adapters of Snowflake (extra `snowflake`)."""
    keep = timedelta(seconds=settings.warehouse.keep_seconds)
    module = import_module("entrypoints.bootstrap.warehouse")
    made: containers.Container = module.adapters(settings.snowflake, keep, observer)
    return made


def report_formats() -> Mapping[str, Callable[[], ReportFormat]]:
    """What writes each form of files (extra `exports` for all but text). Raises NotAcceptable without the extra."""
    arrow, workbooks = "adapters.arrow.report_files", "adapters.xlsx.report_files"
    return {
        "csv": CsvReport,
        "ndjson": NdjsonReport,
        "parquet": partial(_of_extra, "exports", arrow, "ParquetReport"),
        "arrow": partial(_of_extra, "exports", arrow, "ArrowReport"),
        "xlsx": partial(_of_extra, "exports", workbooks, "XlsxReport"),
    }


def chart_painter() -> ChartPainter:
    """What draws (extra `charts`). Raises NotAcceptable without the extra."""
    painter: ChartPainter = _of_extra("charts", "adapters.matplotlib.charts", "MatplotlibPainter")
    return painter


def _of_extra(extra: str, module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)()
    except ModuleNotFoundError as error:
        raise NotAcceptable(
            f"this form needs {error.name}, which is not installed here. Install Daybook with its extra `{extra}` "
            f"(uv sync --extra {extra}, or pip install 'daybook[{extra}]'), or ask for json, csv or ndjson"
        ) from error


def redis_cache(settings: Settings) -> Any:
    """The cache that all processes of this version share, which whoever makes it closes (extra `redis`)."""
    url, performance = settings.redis.url, settings.performance
    return import_module("adapters.redis.cache").RedisCache(
        "" if url is None else url.reveal(),
        # Another version may encode answers otherwise.
        prefix=f"daybook:{settings.app.version}:answer:",
        seconds=performance.cache_seconds,
        most_bytes=performance.cache_bytes,
        timeout=settings.redis.timeout,
    )


def duckdb(config: WarehouseConfig, folder: Path, observer: QueryObserver | None) -> Loaded:
    """DuckDB on the folder of the warehouse (extra `warehouse`)."""
    found: Loaded = import_module("entrypoints.bootstrap.duckdb").OnFolder(config, folder, observer)
    return found


def job_queue(pool: Pool, clock: Clock, *, heartbeat: timedelta) -> JobQueue:
    """Jobs for those who run them; its engine takes a quarter of a second to import, and commands need none of it."""
    queue: JobQueue = import_module("adapters.postgres.job_queue").PostgresJobQueue(pool, clock, heartbeat=heartbeat)
    return queue


def lifetime_models(seconds: float) -> LifetimeModels:
    """Models of customers (extra `models`), each fitted within so many seconds."""
    try:
        found = import_module("adapters.scipy.lifetime_models")
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "scipy"):
            raise
        return WithoutModels()
    models: LifetimeModels = found.ScipyLifetimeModels(seconds=seconds)
    return models
