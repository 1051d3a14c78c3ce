"""What only an optional extra brings, imported when a setting asks for it: the one place where that is done."""

from importlib import import_module

from dependency_injector import containers
from opentelemetry.sdk.trace.export import SpanExporter

from adapters.postgres.connection import QueryObserver
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
