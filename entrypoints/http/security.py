"""Cross-origin requests (the Fetch standard's CORS protocol), for the origins that are allowed and no others."""

from collections.abc import Awaitable, Callable, Sequence

from litestar.types import Message, Scope

from entrypoints.http.requests import header

_ANY = "*"
_SENT = b"Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id, traceparent, tracestate"
_SHOWN = (
    b"Accept-Patch, Allow, Content-Disposition, Daybook-Answer, Daybook-Answer-Digest, Daybook-As-Of, "
    b"Daybook-Definition, Daybook-Parameters, Daybook-Report, Daybook-Store, Daybook-Watermark, ETag, "
    b"Idempotent-Replayed, Link, Location, Retry-After, X-Request-Id"
)
_PREFLIGHT_SECONDS = b"600"


def cross_origin(allowed_origins: Sequence[str]) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds what browsers ask for to each answer, a preflight's included. No cookies are ever asked for."""
    origins = frozenset(origin.rstrip("/").encode("ascii") for origin in allowed_origins)
    every = _ANY in allowed_origins

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = [*message["headers"]]
        if not every:
            headers.append((b"vary", b"Origin"))
        origin = header(scope, b"origin")
        if origin is not None and (every or origin in origins):
            headers.append((b"access-control-allow-origin", b"*" if every else origin))
            if header(scope, b"access-control-request-method") is not None and scope.get("method") == "OPTIONS":
                allowed = next((value for name, value in headers if name == b"allow"), b"")
                headers.append((b"access-control-allow-methods", allowed))
                headers.append((b"access-control-allow-headers", _SENT))
                headers.append((b"access-control-max-age", _PREFLIGHT_SECONDS))
            else:
                headers.append((b"access-control-expose-headers", _SHOWN))
        message["headers"] = headers

    return add_headers
