"""`Idempotency-Key`: a POST that is sent again gets the first answer and has no second effect."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Receive, Scope
from msgspec import Struct

from application.caller import Caller
from application.idempotency.service import Claiming, IdempotencyService
from application.ports.idempotency import LONGEST_KEY
from entrypoints.http.operations import Handler, Parameter
from entrypoints.http.refusals import MalformedIdempotencyKey
from entrypoints.http.replies import Reply, empty_reply, json_reply
from entrypoints.http.requests import HttpRequest, caller, header, read_whole_body

_NAME: Final = b"idempotency-key"
_REPLAYED: Final = (b"idempotent-replayed", b"true")
_KEPT_HEADERS: Final = (b"location", b"etag")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST_KEY)
PARAMETER: Final = Parameter(
    name="Idempotency-Key",
    place="header",
    about=(
        "Your word for this request, such as a UUID. Sent again with it, the request has no second effect and gets the "
        "first answer, with `Idempotent-Replayed: true`. Kept for 24 hours."
    ),
    schema={"type": "string", "pattern": f"^[ -~]{{1,{LONGEST_KEY}}}$"},
    example="8c1f6a1e-0c7e-4d0b-9a53-0a6f2f6f5b1d",
)


class _Kept(Struct, frozen=True, array_like=True):
    """An answer as it is kept: what it has of its own, and nothing that all answers have."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


def claimant(request: HttpRequest, reply: Callable[[Any], Reply]) -> Caller:
    """Who asks; with the claim of the idempotency key, under which what `reply` makes of the answer is kept."""
    asks = caller(request.scope)
    return asks if request.claiming is None else replace(asks, claim=request.claiming(partial(_pack, reply)))


def once_a_key(handler: Handler, service: IdempotencyService, limit: int) -> Handler:
    """`handler`, which has its effect once a key. A request without a key goes straight to it."""

    async def keyed(request: HttpRequest, key: str) -> ASGIApp:
        scope = request.scope
        body = await read_whole_body(request, limit)

        async def ask(claiming: Claiming) -> ASGIApp:
            return await handler(HttpRequest(scope, _receiving(body), claiming))

        answer = await service.once(caller(scope).actor, key, _fingerprint(scope, body), ask)
        return _unpack(answer) if isinstance(answer, bytes) else answer

    def handle(request: HttpRequest) -> Awaitable[ASGIApp]:
        given = header(request.scope, _NAME)
        return handler(request) if given is None else keyed(request, _key(given))

    return handle


def _key(given: bytes) -> str:
    if not _PRINTABLE.fullmatch(given):
        raise MalformedIdempotencyKey(f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters")
    return given.decode("ascii")


def _fingerprint(scope: Scope, body: bytes) -> bytes:
    head = b"\0".join((scope["method"].encode(), scope["path"].encode("utf-8", "surrogatepass"), scope["query_string"]))  # type: ignore[typeddict-item]  # an HTTP scope
    return hashlib.blake2b(head + b"\0" + body, digest_size=32).digest()


def _receiving(body: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _pack(reply: Callable[[Any], Reply], answer: Struct | None) -> bytes:
    told = reply(answer)
    return _encode(_Kept(told.status, [pair for pair in told.headers if pair[0] in _KEPT_HEADERS], told.body))


def _unpack(kept: bytes) -> Reply:
    told = _decode(kept)
    extra = (*told.headers, _REPLAYED)
    return json_reply(told.body, told.status, extra) if told.body else empty_reply(told.status, extra)
