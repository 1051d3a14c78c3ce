"""What is imported only when it is asked for (an optional extra, a large library): the one place where that is done."""

from datetime import timedelta
from importlib import import_module

from dependency_injector import containers
from opentelemetry.sdk.trace.export import SpanExporter

from adapters.postgres.connection import QueryObserver
from adapters.postgres.pool import Pool
from application.analytics.lifetime import WithoutModels
from application.ports.jobs import JobQueue
from application.ports.lifetime_models import LifetimeModels
from application.ports.system import Clock
from entrypoints.bootstrap.settings import SnowflakeConfig


def span_exporter(endpoint: str) -> SpanExporter:
    """Sends spans to an OTLP endpoint over HTTP (extra `otlp`)."""
    exporter: SpanExporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter(
        endpoint=endpoint
    )
    return exporter


def snowflake(config: SnowflakeConfig, observer: QueryObserver | None) -> containers.Container:
    """The adapters of the warehouse (extra `snowflake`)."""
    made: containers.Container = import_module("entrypoints.bootstrap.warehouse").adapters(config, observer)
    return made


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
