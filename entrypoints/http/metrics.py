"""GET /metrics: what Prometheus scrapes. Not part of the API, so it is in no OpenAPI document."""

from collections.abc import Callable
from typing import Final

from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.problems import problem_reply
from entrypoints.http.refusals import MethodNotAllowed
from entrypoints.http.replies import NO_STORE, SECURITY_HEADERS, Reply

PATH: Final = "/metrics"
_OPEN_METRICS: Final = (b"content-type", b"application/openmetrics-text; version=1.0.0; charset=utf-8")


class MetricsEndpoint:
    """Answers `/metrics` with what `scrape` gives, as OpenMetrics text, and hands everything else on."""

    def __init__(self, app: ASGIApp, scrape: Callable[[], bytes]) -> None:
        self._app = app
        self._scrape = scrape

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope.get("path") != PATH:
            await self._app(scope, receive, send)
            return
        scope["path_template"] = PATH
        await self._reply(scope)(scope, receive, send)

    def _reply(self, scope: Scope) -> Reply:
        if scope["method"] not in ("GET", "HEAD"):  # type: ignore[typeddict-item]  # an HTTP scope
            refusal = MethodNotAllowed("the methods of this path are: GET, HEAD", [(b"allow", b"GET, HEAD")])
            return problem_reply(refusal, scope)
        body = self._scrape()
        return Reply(200, [*SECURITY_HEADERS, NO_STORE, _OPEN_METRICS, (b"content-length", b"%d" % len(body))], body)
