"""What happens in a create, and in which order, as its trace tells it."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from entrypoints.bootstrap.logs import AccessLog
from entrypoints.bootstrap.settings import LoggingConfig, Settings
from entrypoints.bootstrap.telemetry import QueryTelemetry, traced, tracer_provider
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.http.telemetry import Telemetry
from tests.integration.http.payloads import a_book
from tests.support.http_client import REQUEST_ID, HttpClient

SHOP = "https://shop.example.org"
BROWSER = {"origin": SHOP, "x-request-id": REQUEST_ID}


class Traced:
    """The application on PostgreSQL, every request traced, as a server process has it."""

    def __init__(self, url: str) -> None:
        self._exported = InMemorySpanExporter()
        settings = Settings()
        provider = tracer_provider(settings)
        provider.add_span_processor(SimpleSpanProcessor(self._exported))
        tracer = provider.get_tracer("test")
        self.wiring = Wiring(
            settings,
            url,
            observe=partial(QueryTelemetry, queries=None, tracer=tracer),
            wrap=partial(traced, tracer=tracer),
        )
        app = create_app(self.wiring.services, HttpConfig(version="1.2.3", allowed_origins=(SHOP,)))
        quiet = AccessLog(LoggingConfig(level="error"))
        self.client = HttpClient(Telemetry(app, access_log=quiet, tracer=tracer, sampling=1.0))

    def spans(self) -> Sequence[ReadableSpan]:
        """Those that ended since they were last asked for, in the order in which they ended."""
        ended = self._exported.get_finished_spans()
        self._exported.clear()
        return ended


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Traced]:
    traced_shop = Traced(database_url)
    async with traced_shop.wiring.opened():
        yield traced_shop


def assert_within(inner: ReadableSpan, outer: ReadableSpan) -> None:
    """Begun after it, ended before it, and its child."""
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert inner.context.trace_id == outer.context.trace_id
    began, ended = inner.start_time, inner.end_time
    assert began is not None
    assert ended is not None
    assert outer.start_time is not None
    assert outer.end_time is not None
    assert outer.start_time <= began <= ended <= outer.end_time


def sql(span: ReadableSpan) -> str:
    return str((span.attributes or {})["db.query.text"])


def assert_nested(spans: Sequence[ReadableSpan], status: int) -> ReadableSpan:
    """The request around the use case around the statements, one after the other; gives the one that writes."""
    *statements, use_case, request = spans
    assert (request.name, request.kind, request.parent) == ("POST /v1/books", SpanKind.SERVER, None)
    assert (request.attributes or {})["http.response.status_code"] == status
    assert (request.attributes or {})["http.route"] == "/v1/books"
    assert (use_case.name, use_case.kind) == ("BookService.create", SpanKind.INTERNAL)
    assert_within(use_case, request)
    for one in statements:
        assert one.kind is SpanKind.CLIENT
        assert_within(one, use_case)
    writing = [one for one in statements if "INSERT" in sql(one)]
    assert writing == statements[-1:], "the one write is the last that a create does"
    return writing[0]


async def test_create_book_order_of_the_trace(shop: Traced) -> None:
    """Request (CORS, validation) → use case → one statement: unique ISBN, book and event, kept together → 201."""
    answer = await shop.client.post("/v1/books", json=a_book(), headers=BROWSER)
    assert answer.status == 201
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["x-request-id"] == REQUEST_ID
    writing = assert_nested(shop.spans(), 201)
    assert writing.status.status_code is not StatusCode.ERROR
    assert "INSERT INTO books" in sql(writing)
    assert "INSERT INTO events" in sql(writing), "the event is kept with the book or not at all"
    assert a_book()["title"] not in sql(writing)


async def test_a_taken_isbn_is_found_by_the_statement_that_writes(shop: Traced) -> None:
    await shop.client.post("/v1/books", json=a_book())
    shop.spans()
    answer = await shop.client.post("/v1/books", json=a_book(), headers=BROWSER)
    assert (answer.status, answer.code) == (400, "isbn-exists")
    writing = assert_nested(shop.spans(), 400)
    assert writing.status.status_code is StatusCode.ERROR
    assert writing.status.description == "UniqueViolationError"


@pytest.mark.parametrize(
    ("body", "status"), [(a_book(title=""), 422), (a_book(surprise=1), 422), (a_book(isbn="978"), 422), ([], 400)]
)
async def test_what_is_not_valid_reaches_no_statement(shop: Traced, body: Any, status: int) -> None:
    answer = await shop.client.post("/v1/books", json=body, headers=BROWSER)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert [span.name for span in shop.spans() if span.kind is SpanKind.CLIENT] == []


async def test_a_preflight_reaches_no_use_case(shop: Traced) -> None:
    answer = await shop.client.options("/v1/books", headers={**BROWSER, "access-control-request-method": "POST"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert [span.kind for span in shop.spans()] == [SpanKind.SERVER]
