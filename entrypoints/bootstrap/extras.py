"""What is imported only when it is asked for (an optional extra, a large library): the one place where that is done."""

from datetime import timedelta
from importlib import import_module

from dependency_injector import containers
from opentelemetry.sdk.trace.export import SpanExporter

from adapters.postgres.connection import QueryObserver
from adapters.postgres.pool import Pool
from application.ports.jobs import JobQueue
from application.ports.system import Clock
from entrypoints.bootstrap.settings import SnowflakeConfig, WarehouseConfig


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


def embedded_warehouse(config: WarehouseConfig, observer: QueryObserver | None) -> containers.Container:
    """The adapters of the embedded warehouse (extra `warehouse`)."""
    made: containers.Container = import_module("entrypoints.bootstrap.embedded_warehouse").adapters(config, observer)
    return made


def job_queue(pool: Pool, clock: Clock, *, heartbeat: timedelta) -> JobQueue:
    """Jobs for those who run them; its engine takes a quarter of a second to import, and commands need none of it."""
    queue: JobQueue = import_module("adapters.postgres.job_queue").PostgresJobQueue(pool, clock, heartbeat=heartbeat)
    return queue
