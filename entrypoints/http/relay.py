"""Requests that another process answers: passed on as they came, the answer passed back as it is made.

Both ends speak ASGI; between them a connection carries one request and its answer. Who closes it before the end has
gone away: the caller, or the process that was to answer.
"""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp
from msgspec import Struct

from application.errors import Unavailable
from entrypoints.http.leaving import while_wanted
from entrypoints.http.replies import Reply
from entrypoints.http.requests import HttpRequest, caller
from entrypoints.http.streaming import Streamed

Connection = tuple[StreamReader, StreamWriter]
Connect = Callable[[], Awaitable[Connection]]

_LENGTH: Final = 4
# The other process writes them for itself, as any server does.
_OF_THE_REQUEST: Final = frozenset({b"x-request-id", b"traceparent"})
_ENDED: Final = "the process that was to answer ended before it had: ask again in a moment"
_logger = logging.getLogger("daybook.server")


class Asked(Struct, frozen=True, array_like=True):
    """A request without a body."""

    method: str
    scheme: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]


class Begun(Struct, frozen=True, array_like=True):
    """The beginning of its answer; pieces follow, one at least."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Piece(Struct, frozen=True, array_like=True):
    """A part of the answer's body, the last one if no more follows."""

    body: bytes
    more: bool


_encode: Final = msgspec.msgpack.Encoder().encode
_asked: Final = msgspec.msgpack.Decoder(Asked).decode
_begun: Final = msgspec.msgpack.Decoder(Begun).decode
_piece: Final = msgspec.msgpack.Decoder(Piece).decode


def framed(message: bytes) -> bytes:
    """A message as it is sent: its length goes before it."""
    return len(message).to_bytes(_LENGTH) + message


async def read_frame(reader: StreamReader) -> bytes:
    """The next message. Raises IncompleteReadError at the end."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(_LENGTH)))


class Relay:
    """A handler that has each request answered at the other end of a connection of its own."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def __call__(self, request: HttpRequest) -> ASGIApp:
        """The answer, which may still be in the making. Raises CallerGone, and Unavailable when the other end went."""
        return await while_wanted(request.receive, self._answer(request.scope))

    async def _answer(self, scope: Any) -> ASGIApp:
        reader, writer = await self._connect()
        try:
            writer.write(framed(_encode(_passed_on(scope))))
            # What goes wrong before the first piece can still be said.
            begun, first = _begun(await read_frame(reader)), _piece(await read_frame(reader))
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            writer.close()
            raise Unavailable(_ENDED, retry_after=1) from error
        except BaseException:
            writer.close()
            raise
        headers = [(name, value) for name, value in begun.headers if name not in _OF_THE_REQUEST]
        if first.more:
            return Streamed(begun.status, headers, first.body, _rest(reader, writer))
        writer.close()
        return Reply(begun.status, headers, first.body)


def _passed_on(scope: Any) -> Asked:
    headers = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_REQUEST]
    own = caller(scope)
    ids = ((b"x-request-id", own.request_id), (b"traceparent", own.traceparent))
    headers += [(name, value.encode("ascii")) for name, value in ids if value]
    return Asked(scope["method"], scope["scheme"], scope["path"], scope["query_string"], headers)


async def _rest(reader: StreamReader, writer: StreamWriter) -> AsyncIterator[bytes]:
    try:
        more = True
        while more:
            piece = _piece(await read_frame(reader))
            more = piece.more
            if piece.body:
                yield piece.body
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        raise Unavailable(_ENDED) from error
    finally:
        writer.close()


async def answer(app: ASGIApp, connection: Connection) -> None:
    """Has `app` answer the request that comes on this connection, and closes it."""
    reader, writer = connection
    asked: Asked | None = None

    async def receive() -> Any:
        nonlocal asked
        if asked is not None:
            asked = None
            return {"type": "http.request", "body": b"", "more_body": False}
        with suppress(ConnectionError):
            await reader.read()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told = (
            Begun(message["status"], [(name, value) for name, value in message.get("headers", ())])
            if message["type"] == "http.response.start"
            else Piece(message.get("body", b""), message.get("more_body", False))
        )
        # Nobody is there any more: that is told by `receive`.
        with suppress(ConnectionError):
            writer.write(framed(_encode(told)))
            await writer.drain()

    try:
        asked = _asked(await read_frame(reader))
        await app(_scope(asked), receive, send)
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    except Exception:
        _logger.exception("an answer broke off")
    finally:
        writer.close()


def _scope(asked: Asked) -> Any:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": asked.scheme,
        "path": asked.path,
        "query_string": asked.query,
        "root_path": "",
        "headers": asked.headers,
        "client": None,
        "server": None,
    }
