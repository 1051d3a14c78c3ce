"""Reading a request: its id, its query, its body, who asks. Everything strict, and nothing read that is not needed."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar.types import Receive, Scope

from application.caller import Caller
from application.errors import BadQuery, NotFound
from application.idempotency.service import Claiming
from domain.shared.errors import Problem
from entrypoints.http.refusals import BadRequest, ContentTooLarge, UnsupportedMediaType

JSON_TYPES = ("application/json",)
PATCH_TYPES = ("application/json", "application/merge-patch+json")
_MAX_PARAMETERS = 100
_UTF8 = re.compile(r"""charset\s*=\s*(?:utf-?8|"utf-?8")""")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as ASGI tells it, routed: `scope["path_params"]` holds the parameters of its path.

    `claiming` makes the claim of a request that came with an idempotency key.
    """

    scope: Scope
    receive: Receive
    claiming: Claiming | None = None


def header(scope: Scope, name: bytes) -> bytes | None:
    """The value of a header, several joined as one list (RFC 9110, section 5.3); None when it is absent."""
    found = None
    for key, value in scope["headers"]:
        if key == name:
            found = value if found is None else found + b", " + value
    return found


def request_id(scope: Scope) -> str:
    """The id of the request, which the telemetry around this application has put there; "" without it."""
    return str(scope["state"].get("request_id", ""))


def caller(scope: Scope) -> Caller:
    """Who asks. Until access control exists, nobody in particular."""
    state = scope["state"]
    return Caller(request_id=state.get("request_id") or None, traceparent=state.get("traceparent"))


def path_id(scope: Scope, name: str, kind: str) -> UUID:
    """The id in the path. What is no id in its usual form names nothing: raises NotFound."""
    text = scope["path_params"][name]
    if len(text) == 36:
        try:
            return msgspec.convert(text, UUID)
        except msgspec.ValidationError:
            pass
    raise NotFound(kind, text)


def query_pairs(scope: Scope) -> list[tuple[str, str]]:
    """The query parameters in their order. Raises BadQuery when they are not percent-encoded UTF-8, or too many."""
    raw = scope["query_string"]
    if not raw:
        return []
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        message = f"must be at most {_MAX_PARAMETERS} percent-encoded UTF-8 parameters"
        raise BadQuery([Problem(code="malformed-query", message=message)]) from None


def refuse_query(scope: Scope) -> None:
    """For paths that take no parameters. Raises BadQuery that names each one given."""
    if scope["query_string"] and (pairs := query_pairs(scope)):
        raise BadQuery(
            [
                Problem(pointer=name, code="unknown-parameter", message="is not a parameter: this path takes none")
                for name in dict.fromkeys(name for name, _ in pairs)
            ]
        )


async def read_whole_body(request: HttpRequest, limit: int) -> bytes:
    """The body, whatever its type. Raises ContentTooLarge or BadRequest."""
    return await _read(request, limit)


async def read_body(request: HttpRequest, limit: int, media_types: tuple[str, ...] = JSON_TYPES) -> bytes:
    """The body, of one of `media_types`. Raises UnsupportedMediaType, ContentTooLarge or BadRequest."""
    _require_media_type(request.scope, media_types)
    return await _read(request, limit)


async def read_optional_body(request: HttpRequest, limit: int) -> bytes:
    """The body of a request that needs none: b"" when there is none, whatever its type is said to be."""
    body = await _read(request, limit)
    if body:
        _require_media_type(request.scope, JSON_TYPES)
    return body


async def _read(request: HttpRequest, limit: int) -> bytes:
    told = header(request.scope, b"content-length")
    length = int(told[:20]) if told is not None and told.isdigit() else None
    if length is not None and length > limit:
        raise _too_large(limit)
    message = await request.receive()
    body: bytes = message.get("body", b"")  # type: ignore[assignment]  # an HTTP message's are bytes
    # Servers say that more may come until they have seen the end, and asking once more is a turn of the loop.
    if message["type"] == "http.request" and (not message.get("more_body") or len(body) == length):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    return await _read_chunks(request, message, limit)


async def _read_chunks(request: HttpRequest, message: Any, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] != "http.request":
            raise BadRequest("the body broke off before its end")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await request.receive()


def _too_large(limit: int) -> ContentTooLarge:
    return ContentTooLarge(f"the body must have at most {limit} bytes")


def _require_media_type(scope: Scope, media_types: tuple[str, ...]) -> None:
    value = header(scope, b"content-type")
    if value != b"application/json":
        kind, _, parameters = (value or b"").decode("latin-1").lower().partition(";")
        asked = [part.strip() for part in parameters.split(";") if part.strip().startswith("charset")]
        if kind.strip() not in media_types or not all(_UTF8.fullmatch(part) for part in asked):
            wanted = " or ".join(media_types)
            name = b"accept-patch" if len(media_types) > 1 else b"accept"
            raise UnsupportedMediaType(
                f"the body must be {wanted}, in UTF-8", [(name, ", ".join(media_types).encode("ascii"))]
            )
    coding = header(scope, b"content-encoding")
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        raise UnsupportedMediaType("the body must not be compressed", [(b"accept-encoding", b"identity")])
