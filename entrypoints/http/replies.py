"""Answers, ready to send: a status, header pairs and bytes, encoded once."""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

HeaderPairs = list[tuple[bytes, bytes]]

encode = msgspec.json.Encoder().encode

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    # Without one of ours, the server would name itself.
    (b"server", b"daybook"),
)
NO_STORE = (b"cache-control", b"no-store")
# Kept by the caller's own cache, and asked for again each time: the ETag makes that cheap.
REVALIDATE = (b"cache-control", b"private, no-cache")
JSON = (b"content-type", b"application/json")

ANSWERED_AT = "answered_at"
"""In the state of a request whose answer lasts as long as the caller likes: the `perf_counter` of when it began."""


class Reply:
    """An ASGI answer. To HEAD it sends the headers of GET and no body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: HeaderPairs, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # the shape of ASGI
        """Sends it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        body = b"" if scope["method"] == "HEAD" else self.body  # type: ignore[typeddict-item]  # an HTTP scope
        await send({"type": "http.response.body", "body": body, "more_body": False})


_JSON_NO_STORE = (*SECURITY_HEADERS, JSON, NO_STORE)


def json_reply(body: bytes, status: int = 200, extra: Sequence[tuple[bytes, bytes]] = ()) -> Reply:
    """JSON that no cache keeps."""
    return Reply(status, [*_JSON_NO_STORE, (b"content-length", b"%d" % len(body)), *extra], body)


def empty_reply(status: int, extra: Sequence[tuple[bytes, bytes]] = ()) -> Reply:
    """An answer without a body."""
    return Reply(status, [*SECURITY_HEADERS, NO_STORE, *extra])


def see_other_place(location: str, extra: Sequence[tuple[bytes, bytes]] = ()) -> Reply:
    """A temporary redirect."""
    headers = [*SECURITY_HEADERS, NO_STORE, (b"location", location.encode("ascii")), (b"content-length", b"0"), *extra]
    return Reply(307, headers)


def moved_permanently(location: str) -> Reply:
    """What was asked for is at `location` now, for good."""
    return Reply(301, [*SECURITY_HEADERS, NO_STORE, (b"location", location.encode("ascii")), (b"content-length", b"0")])


def takes_gzip(scope: Scope) -> bool:
    """Whether the caller takes gzip (RFC 9110, section 12.5.3); `gzip;q=0` and its absence are a no."""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            for part in value.lower().split(b","):
                coding, _, weight = part.partition(b";")
                if coding.strip() == b"gzip":
                    return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def compressed(reply: Reply, scope: Scope, compress_from: int | None) -> Reply:
    """`reply`, compressed where it is long enough and the caller takes gzip.

    A strong ETag becomes a weak one, since the bytes are others (RFC 9110, section 8.8.1).
    """
    if compress_from is None or len(reply.body) < compress_from:
        return reply
    headers: HeaderPairs = [*reply.headers, (b"vary", b"accept-encoding")]
    if not takes_gzip(scope):
        return Reply(reply.status, headers, reply.body)
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    body = packer.compress(reply.body) + packer.flush()
    changed: dict[bytes, Any] = {b"content-length": b"%d" % len(body)}
    headers = [(name, changed.get(name, value)) for name, value in headers]
    headers = [(n, b"W/" + v if n == b"etag" and not v.startswith(b"W/") else v) for n, v in headers]
    return Reply(reply.status, [*headers, (b"content-encoding", b"gzip")], body)
