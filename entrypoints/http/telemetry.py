"""What is seen of each request, in one middleware: its ids, its trace, its line in the log, its place in the metrics.

One, because a layer costs more than what it does. It wraps the whole application, so that it also sees what the
framework answers by itself.
"""

import re
from collections.abc import Callable
from random import getrandbits, random
from time import perf_counter
from typing import Any, Final, Protocol

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from entrypoints import correlation
from entrypoints.correlation import Correlation, Parent, parent_of
from entrypoints.http.problems import problem_reply
from entrypoints.http.replies import ANSWERED_AT

UNMATCHED: Final = "unmatched"
# What a client that went away before its answer is counted as; nginx has made the number known.
CLIENT_GONE: Final = 499
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID: Final = re.compile(rb"[\x21-\x7e]{1,128}")
_PARAMETER_KIND: Final = re.compile(r":[a-z]+\}")


class AccessLog(Protocol):
    """Where the line of a request goes."""

    enabled: bool

    def __call__(self, *, method: str, route: str, status: int, seconds: float, about: Correlation) -> None:
        """Writes it; quick, and never raises."""
        ...


class RequestMetrics:
    """Durations by method, route template and class of status; how many requests are being served."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time from the first byte of the request to the last byte of the answer, of a stream to its first.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )
        in_flight = Gauge(
            "http_requests_in_flight",
            "Requests that are being served.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.began = in_flight.inc
        self.ended = in_flight.dec
        # The children are few, since methods, route templates and classes of status are.
        self._observers: dict[tuple[str, str, int], Callable[[float], None]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request."""
        key = (method, route, status // 100)
        observer = self._observers.get(key)
        if observer is None:
            observer = self._observers[key] = self._durations.labels(method, route, f"{status // 100}xx").observe
        observer(seconds)


class StreamMetrics:
    """Readers of the event stream: how many there are, and how many were sent away since they were too slow."""

    def __init__(self, registry: CollectorRegistry) -> None:
        readers = Gauge(
            "event_stream_readers", "Event streams that are open.", registry=registry, multiprocess_mode="livesum"
        )
        dropped = Counter(
            "event_stream_readers_dropped",
            "Event streams that were ended since their readers lagged.",
            registry=registry,
        )
        self.joined = readers.inc
        self.left = readers.dec
        self.dropped = dropped.inc


class Telemetry:
    """The middleware. `scope["state"]["request_id"]` is what the application may tell the caller.

    A trace is continued as `traceparent` says; without it `sampling` is the share of requests that are traced. What is
    not sampled makes no span, and so costs next to nothing.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access_log: AccessLog | None = None,
        metrics: RequestMetrics | None = None,
        tracer: trace.Tracer | None = None,
        sampling: float = 0.0,
    ) -> None:
        self._app = app
        self._log = access_log if access_log is not None and access_log.enabled else None
        self._metrics = metrics
        self._tracer = tracer
        self._sampling = sampling
        self._routes: dict[str, str] = {"": UNMATCHED}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        given, parent = _ids(scope["headers"])
        sampled = parent.sampled if parent is not None else random() < self._sampling  # noqa: S311 a share, not a secret
        if sampled and self._tracer is not None:
            await self._traced(self._tracer, scope, receive, send, given, parent and parent.traceparent)
            return
        trace_id = parent.trace_id if parent is not None else f"{getrandbits(128):032x}"
        await self._observed(scope, receive, send, Correlation(given or trace_id, trace_id))

    async def _traced(
        self,
        tracer: trace.Tracer,
        scope: Any,
        receive: Receive,
        send: Send,
        given: str | None,
        traceparent: str | None,
    ) -> None:
        method = scope["method"]
        parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else otel_context.Context()
        span = tracer.start_span(
            method, parent, trace.SpanKind.SERVER, {"http.request.method": method, "url.scheme": scope["scheme"]}
        )
        trace_id = f"{span.get_span_context().trace_id:032x}"
        about = Correlation(given or trace_id, trace_id)
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            goes_on = f"00-{trace_id}-{span.get_span_context().span_id:016x}-01"
            status = await self._observed(scope, receive, send, about, goes_on)
            route = self._route(scope)
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {"http.route": route, "http.response.status_code": status, "request.id": about.request_id}
            )
            if status >= 500:
                span.set_status(trace.StatusCode.ERROR)

    async def _observed(
        self, scope: Any, receive: Receive, send: Send, about: Correlation, traceparent: str | None = None
    ) -> int:
        """Serves the request and returns its status, for all that is counted and logged of it."""
        state = scope.setdefault("state", {})
        state["request_id"] = about.request_id
        # What is asked for here and done later goes on with this trace; where there is no span, any parent will do.
        state["traceparent"] = traceparent or f"00-{about.trace_id}-{about.trace_id[16:]}-00"
        correlation.current.set(about)
        header = (b"x-request-id", about.request_id.encode("ascii"))
        metrics = self._metrics
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        if metrics is not None:
            metrics.began()
        began = perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            # The application answers its own errors; what comes out of it is a fault in how it does.
            if status:
                status = 500
                raise
            await problem_reply(error, scope)(scope, receive, send_with_id)
        finally:
            ended = perf_counter()
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            route = self._route(scope)
            status = status or CLIENT_GONE
            if metrics is not None:
                metrics.ended()
                # A stream lasts as long as its reader likes: what it took is the time until it began.
                metrics.observe(method, route, status, scope["state"].get(ANSWERED_AT, ended) - began)
            if self._log is not None:
                self._log(method=method, route=route, status=status, seconds=ended - began, about=about)
        return status

    def _route(self, scope: Any) -> str:
        """The template of the route without the kinds of its parameters; one name for all that matched none."""
        template = scope.get("path_template", "")
        route = self._routes.get(template)
        if route is None:
            route = self._routes[template] = _PARAMETER_KIND.sub("}", template)
        return route


_PROPAGATOR: Final = TraceContextTextMapPropagator()


def _ids(headers: Any) -> tuple[str | None, Parent | None]:
    """The request id that was given, and the trace to go on with; None when absent or malformed."""
    request_id = parent = None
    for name, value in headers:
        if name == b"x-request-id":
            if _REQUEST_ID.fullmatch(value):
                request_id = value.decode("ascii")
        elif name == b"traceparent":
            parent = parent_of(value) or parent
    return request_id, parent
