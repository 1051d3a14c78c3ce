"""What is imported only when it is asked for (an optional extra, a large library): the one place where that is done."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from dependency_injector import containers
from opentelemetry.sdk.trace.export import SpanExporter

from adapters.postgres.connection import QueryObserver
from adapters.postgres.pool import Pool
from application.ports.jobs import JobQueue
from application.ports.system import Clock
from entrypoints.bootstrap.settings import Settings, SnowflakeConfig


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


def job_queue(pool: Pool, clock: Clock, *, heartbeat: timedelta) -> JobQueue:
    """Jobs for those who run them; its engine takes a quarter of a second to import, and commands need none of it."""
    queue: JobQueue = import_module("adapters.postgres.job_queue").PostgresJobQueue(pool, clock, heartbeat=heartbeat)
    return queue
