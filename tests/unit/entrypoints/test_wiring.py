"""Settings made into services."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, Histogram

from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.books.models import BookCreate
from application.caller import Caller
from application.errors import ReadOnlyStore
from application.listing import Listing
from application.orders.models import ReturnCreate, ReturnLineCreate
from entrypoints.bootstrap import rules
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.loader import load
from entrypoints.bootstrap.settings import (
    AppConfig,
    MonitoringConfig,
    PerformanceConfig,
    Secret,
    Settings,
    SnowflakeConfig,
)
from entrypoints.bootstrap.telemetry import Metrics, QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring
from tests.support.builders import isbn

MEMORY = Settings(app=AppConfig(storage="memory"))
BOOK = BookCreate(title="Emma", author="Jane Austen", isbn=isbn(1).value)


async def test_services_on_memory_work_and_share_their_records() -> None:
    async with Wiring(MEMORY, None).opened() as wiring:
        services = wiring.services
        book = await services.books.create(BOOK, Caller())
        line = ReturnLineCreate(sku=book.isbn, quantity=1, unit_price="1")
        back = await services.orders.take_back_alone(ReturnCreate(currency="EUR", lines=[line]), Caller())
        assert back.lines
        assert back.lines[0].book_id == book.id
        assert (await services.analytics.ask("summary", [])).watermark == 3
        assert [one.store for one in (await services.health.ready()).stores] == ["memory"]


async def test_two_wirings_share_nothing() -> None:
    first, second = Wiring(MEMORY, None), Wiring(MEMORY, None)
    await first.services.books.create(BOOK, Caller())
    assert (await second.services.books.list(Listing())).data == []


async def test_each_use_case_is_a_span_when_services_are_wrapped() -> None:
    exported = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    tracer = provider.get_tracer("test")
    services = Wiring(MEMORY, None, wrap=lambda kind: traced(kind, tracer)).services
    with tracer.start_as_current_span("request"):
        await services.books.create(BOOK, Caller())
        await services.books.list(Listing())
        await services.analytics.ask("summary", [])
    names = [span.name for span in exported.get_finished_spans()]
    assert names == ["BookService.create", "BookService.list", "AnalyticsService.ask", "request"]


def test_services_on_postgres_need_no_connection_to_be_made() -> None:
    settings = Settings(app=AppConfig(storage="postgres"), performance=PerformanceConfig(analytics_at_once=2))
    wiring = Wiring(settings, "postgresql://nobody@127.0.0.1:1/nowhere")
    assert {name: (pool.pool_size, pool.max) for name, pool in wiring.pools.items()} == {
        "records": (10, 30),
        "reports": (2, 2),
    }
    assert isinstance(wiring.services.books._units, PostgresUnitsOfWork)


async def test_a_warehouse_alone_refuses_changes_and_single_orders() -> None:
    settings = Settings(
        app=AppConfig(storage="snowflake"),
        snowflake=SnowflakeConfig(account="nowhere", user="nobody", password=Secret("x")),
    )
    services = Wiring(settings, None).services
    for refused in (
        services.books.create(BOOK, Caller()),
        services.orders.get(isbn(1)),  # type: ignore[arg-type]  # any id
        services.orders.list(Listing()),
        services.orders.list_returns(Listing()),
    ):
        with pytest.raises(ReadOnlyStore):
            await refused


@pytest.mark.parametrize(
    ("module", "environment", "told"),
    [
        (
            "snowflake",
            {
                "ANALYTICS_STORAGE": "snowflake",
                "SNOWFLAKE_ACCOUNT": "a",
                "SNOWFLAKE_USER": "b",
                "SNOWFLAKE_PRIVATE_KEY_FILE": "key.pem",
            },
            "Snowflake needs the extra: install daybook[snowflake]",
        ),
        (
            "opentelemetry.exporter",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
            "OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: install daybook[otlp], or leave it out",
        ),
    ],
)
def test_an_extra_that_is_not_installed_is_named(
    module: str, environment: dict[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(environment, tmp_path).warnings == ()
    found = rules.importlib.util.find_spec  # type: ignore[attr-defined]  # the module that the rules ask

    def missing(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == module else found(name, package)

    monkeypatch.setattr(rules.importlib.util, "find_spec", missing)  # type: ignore[attr-defined]  # as above
    with pytest.raises(ConfigurationError) as caught:
        load(environment, tmp_path)
    assert caught.value.problems == [told]


def test_spans_go_to_the_traces_of_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def exporter(endpoint: str) -> InMemorySpanExporter:
        asked.append(endpoint)
        return InMemorySpanExporter()

    monkeypatch.setattr("entrypoints.bootstrap.extras.span_exporter", exporter)
    for endpoint in ("http://127.0.0.1:4318", "http://127.0.0.1:4318/", "https://c.example/otlp", "http://c/v1/traces"):
        tracer_provider(Settings(monitoring=MonitoringConfig(otlp_endpoint=endpoint))).shutdown()
    assert asked == [
        "http://127.0.0.1:4318/v1/traces",
        "http://127.0.0.1:4318/v1/traces",
        "https://c.example/otlp/v1/traces",
        "http://c/v1/traces",
    ]


def test_queries_are_counted_by_store_name_and_outcome() -> None:
    registry = CollectorRegistry()
    queries = Histogram("q_seconds", "Queries.", ("store", "query", "outcome"), registry=registry)
    told = QueryTelemetry("postgres", queries, None)
    told("books.get", "SELECT 1", 0.001, None)
    told("books.get", "SELECT 1", 0.002, None)
    told("books.get", "SELECT 1", 0.5, ValueError())

    def count(outcome: str) -> float | None:
        return registry.get_sample_value(
            "q_seconds_count", {"store": "postgres", "query": "books.get", "outcome": outcome}
        )

    assert (count("ok"), count("error")) == (2, 1)


async def test_metrics_of_one_process_tell_of_its_pools() -> None:
    wiring = Wiring(Settings(), "postgresql://nobody@127.0.0.1:1/nowhere")
    metrics = Metrics(None)
    metrics.watch(wiring.pools)
    media_type, text = metrics.scrape()
    assert media_type.startswith("application/openmetrics-text")
    lines = text.decode().splitlines()
    assert 'database_pool_limit{pool="records"} 30.0' in lines
    assert 'database_pool_connections{pool="reports",state="idle"} 0.0' in lines
    assert lines[-1] == "# EOF"
