"""The middleware that sees every request, run on its own."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client import CollectorRegistry

from application.errors import Unavailable
from application.ports.consumers import ConsumerPosition
from entrypoints import correlation
from entrypoints.bootstrap.telemetry import Metrics, QueryTelemetry, traced
from entrypoints.correlation import Correlation
from entrypoints.http.replies import ANSWERED_AT
from entrypoints.http.telemetry import RequestMetrics, Telemetry

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
Message = dict[str, Any]
Answer = Callable[[Any, Any, Any], Awaitable[None]]


class Log:
    """Keeps what would be written."""

    def __init__(self) -> None:
        self.enabled = True
        self.lines: list[dict[str, Any]] = []

    def __call__(self, *, method: str, route: str, status: int, seconds: float, about: Correlation) -> None:
        assert seconds >= 0
        self.lines.append({"method": method, "route": route, "status": status, "about": about})


async def answered(scope: Any, receive: Any, send: Any) -> None:
    scope["path_template"] = "/v1/books/{book_id:str}"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b"x")]})
    await send({"type": "http.response.body", "body": b"{}"})


class Caller:
    """Sends requests through the middleware to `app` and keeps what it shows of them."""

    def __init__(self, app: Answer, *, sampling: float = 0.0) -> None:
        self.registry = CollectorRegistry()
        self.log = Log()
        self.exported = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exported))
        self.tracer = provider.get_tracer("test")
        self._telemetry = Telemetry(
            app,
            access_log=self.log,
            metrics=RequestMetrics(self.registry),
            tracer=self.tracer,
            sampling=sampling,
        )

    async def __call__(self, *headers: tuple[bytes, bytes], method: str = "GET", **scope: Any) -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        whole = {
            "type": "http",
            "method": method,
            "path": "/v1/books/7",
            "scheme": "http",
            "headers": list(headers),
            "state": {},
            **scope,
        }
        # In a task of its own, as a server does it.
        await asyncio.create_task(self._telemetry(whole, None, send))  # type: ignore[arg-type]  # by their shape
        return sent

    def count(self, **labels: str) -> float | None:
        return self.registry.get_sample_value("http_request_duration_seconds_count", labels)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exported.get_finished_spans()


def request_id(sent: list[Message]) -> str:
    (found,) = [value for name, value in sent[0]["headers"] if name == b"x-request-id"]
    return str(found, "ascii")


async def test_a_request_gets_an_id_that_is_returned_logged_and_told_to_the_application() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["state"]["request_id"], correlation.current.get()))
        await answered(scope, receive, send)

    call = Caller(app)
    first, second = request_id(await call()), request_id(await call())
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second
    assert seen[0] == (first, Correlation(first, first))
    assert call.log.lines[0]["about"] == Correlation(first, first)
    assert correlation.current.get() is None


@pytest.mark.parametrize("given", [b"abc", b"!~", b"x" * 128])
async def test_a_request_id_that_was_given_is_kept(given: bytes) -> None:
    call = Caller(answered)
    assert request_id(await call((b"x-request-id", given))) == given.decode()
    assert call.log.lines[0]["about"].request_id == given.decode()
    assert call.log.lines[0]["about"].trace_id != given.decode()


@pytest.mark.parametrize("given", [b"", b"x" * 129, b"a b", b"a\nb", b"\xc3\xa9", b"a\x00", b"a\r\nset-cookie: x"])
async def test_a_request_id_that_is_none_is_replaced(given: bytes) -> None:
    assert re.fullmatch("[0-9a-f]{32}", request_id(await Caller(answered)((b"x-request-id", given))))


async def test_other_headers_of_the_answer_stay() -> None:
    assert (b"etag", b"x") in (await Caller(answered)())[0]["headers"]


async def test_the_trace_that_was_given_is_logged_and_without_its_flag_not_recorded() -> None:
    call = Caller(answered, sampling=1.0)
    await call((b"traceparent", f"00-{TRACE}-{PARENT}-00".encode()))
    assert call.log.lines[0]["about"].trace_id == TRACE
    assert call.spans == ()


async def test_a_sampled_trace_that_was_given_goes_on() -> None:
    call = Caller(answered, sampling=0.0)
    sent = await call((b"traceparent", f"00-{TRACE}-{PARENT}-01".encode()), (b"x-request-id", b"mine"))
    (span,) = call.spans
    assert span.name == "GET /v1/books/{book_id}"
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert span.attributes == {
        "http.request.method": "GET",
        "url.scheme": "http",
        "http.route": "/v1/books/{book_id}",
        "http.response.status_code": 200,
        "request.id": "mine",
    }
    assert call.log.lines[0]["about"] == Correlation("mine", TRACE)
    assert request_id(sent) == "mine"


@pytest.mark.parametrize(
    "given",
    [
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}",
        "",
    ],
)
async def test_a_malformed_trace_is_none(given: str) -> None:
    call = Caller(answered)
    await call((b"traceparent", given.encode()))
    assert call.log.lines[0]["about"].trace_id != TRACE
    assert call.spans == ()


async def test_the_share_of_requests_that_is_sampled() -> None:
    never, always = Caller(answered, sampling=0.0), Caller(answered, sampling=1.0)
    for _ in range(20):
        await never()
        await always()
    assert len(never.spans) == 0
    assert len(always.spans) == 20
    assert [f"{span.context.trace_id:032x}" for span in always.spans] == [
        line["about"].trace_id for line in always.log.lines
    ]


async def test_what_a_request_does_is_below_its_span() -> None:
    class Shelf:
        async def find(self) -> str:
            queries("books.get", "SELECT $1", 0.002, None)
            return "found"

        async def _inside(self) -> None: ...

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert await traced(Shelf, call.tracer)().find() == "found"
        await answered(scope, receive, send)

    call = Caller(app, sampling=1.0)
    queries = QueryTelemetry("postgres", None, call.tracer)
    await call()
    query, use_case, request = call.spans
    assert [span.name for span in call.spans] == ["books.get", "Shelf.find", "GET /v1/books/{book_id}"]
    assert query.parent is not None
    assert use_case.parent is not None
    assert query.parent.span_id == use_case.context.span_id
    assert use_case.parent.span_id == request.context.span_id
    assert query.end_time is not None
    assert query.start_time is not None
    assert query.end_time - query.start_time == 2_000_000
    assert query.attributes == {"db.system.name": "postgresql", "db.query.text": "SELECT $1"}


async def test_without_a_sampled_request_nothing_is_recorded_of_use_cases_and_queries() -> None:
    class Shelf:
        async def find(self) -> str:
            QueryTelemetry("postgres", None, call.tracer)("books.get", "SELECT $1", 0.002, None)
            return "found"

    call = Caller(answered)
    assert await traced(Shelf, call.tracer)().find() == "found"
    assert call.spans == ()


async def test_a_failed_query_is_marked_in_its_span_without_its_message() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        QueryTelemetry("postgres", None, call.tracer)("books.add", "INSERT", 0.001, ValueError("ada@example.org"))
        await answered(scope, receive, send)

    call = Caller(app, sampling=1.0)
    await call()
    assert call.spans[0].status.status_code is StatusCode.ERROR
    assert call.spans[0].status.description == "ValueError"
    assert "ada@example.org" not in call.spans[0].to_json()


async def test_durations_are_counted_by_method_route_and_class_of_status() -> None:
    call = Caller(answered)
    await call()
    await call()
    await call(method="DELETE")
    assert call.count(method="GET", route="/v1/books/{book_id}", status="2xx") == 2
    assert call.count(method="DELETE", route="/v1/books/{book_id}", status="2xx") == 1


async def test_what_nobody_serves_is_counted_as_one() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    call = Caller(app)
    for number in range(50):
        await call(path=f"/{number}", method=f"M{number}")
    assert call.count(method="OTHER", route="unmatched", status="4xx") == 50
    assert call.log.lines[0]["route"] == "unmatched"


async def test_requests_in_flight() -> None:
    def in_flight() -> float | None:
        return call.registry.get_sample_value("http_requests_in_flight")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(in_flight())
        await answered(scope, receive, send)

    seen: list[float | None] = []
    call = Caller(app)
    await call()
    assert seen == [1]
    assert in_flight() == 0


async def test_an_error_that_leaves_the_application_is_answered_and_logged_once(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no shelf left")

    call = Caller(app, sampling=1.0)
    sent = await call()
    assert sent[0]["status"] == 500
    assert b"no shelf left" not in sent[1]["body"]
    assert request_id(sent).encode() in sent[1]["body"]
    assert call.count(method="GET", route="unmatched", status="5xx") == 1
    assert call.spans[0].status.status_code is StatusCode.ERROR
    assert (caplog.text + "".join(capsys.readouterr())).count("RuntimeError: no shelf left") == 1


async def test_a_known_error_that_leaves_the_application_has_its_status() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise Unavailable("gone fishing")

    assert (await Caller(app)())[0]["status"] == 503


async def test_an_error_after_the_answer_began_reaches_the_server() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("no shelf left")

    call = Caller(app)
    with pytest.raises(RuntimeError):
        await call()
    assert call.log.lines[0]["status"] == 500


async def test_a_client_that_went_away_is_counted_so() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    call = Caller(app)
    with pytest.raises(asyncio.CancelledError):
        await call()
    assert call.count(method="GET", route="unmatched", status="4xx") == 1
    assert call.log.lines[0]["status"] == 499


async def test_what_is_no_request_passes_through() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    call = Caller(app)
    assert await call(type="lifespan") == []
    assert seen == ["lifespan"]
    assert call.log.lines == []


async def test_a_stream_counts_with_the_time_until_it_began() -> None:
    async def stream(scope: Any, receive: Any, send: Any) -> None:
        scope["state"][ANSWERED_AT] = perf_counter()
        await asyncio.sleep(0.05)
        await answered(scope, receive, send)

    call = Caller(stream)
    await call()
    labels = {"method": "GET", "route": "/v1/books/{book_id}", "status": "2xx"}
    assert call.count(**labels) == 1
    seconds = call.registry.get_sample_value("http_request_duration_seconds_sum", labels)
    assert seconds is not None
    assert seconds < 0.05


async def test_how_far_consumers_are_behind_is_told_and_stays_while_the_store_is_away() -> None:
    metrics = Metrics(None)
    asked = 0

    async def ask() -> list[ConsumerPosition]:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise Unavailable("away")
        return [ConsumerPosition(name="letters", sequence=3, behind=4, updated_at=datetime(2026, 1, 1, tzinfo=UTC))]

    for _ in range(2):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await metrics.follow_consumers(ask)
    assert asked == 2
    assert b'event_consumer_lag{consumer="letters"} 4.0' in metrics.scrape()[1]
