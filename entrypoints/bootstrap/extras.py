"""What only an optional extra brings, imported when a setting asks for it: the one place where that is done."""

from importlib import import_module

from opentelemetry.sdk.trace.export import SpanExporter


def span_exporter(endpoint: str) -> SpanExporter:
    """Sends spans to an OTLP endpoint over HTTP (extra `otlp`)."""
    exporter: SpanExporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter(
        endpoint=endpoint
    )
    return exporter
