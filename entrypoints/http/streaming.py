"""Answers that are sent while they are made."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Final

from litestar.types import Receive, Scope, Send

from entrypoints.http.leaving import caller_gone
from entrypoints.http.replies import ANSWERED_AT, HeaderPairs

# Who takes nothing for so long is gone, or as good as.
_STALLED: Final = 60.0


class Streamed:
    """The answer: each piece is made when the one before it is sent, so that a slow reader costs no memory."""

    def __init__(self, status: int, headers: HeaderPairs, first: bytes, rest: AsyncIterator[bytes]) -> None:
        self._status = status
        self._headers = headers
        self._first = first
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until all is there, or the caller is gone."""
        # In tasks of their own, since the server may run this one in a way that knows no cancelling.
        loop = asyncio.get_running_loop()
        gone, sending = loop.create_task(caller_gone(receive)), loop.create_task(self._send_all(scope, send))
        try:
            await asyncio.wait([gone, sending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            sending.cancel()
        if sending.done() and not sending.cancelled():
            # What went wrong there is said as what goes wrong anywhere.
            sending.result()

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        scope["state"][ANSWERED_AT] = perf_counter()
        await _put(send, self._first)
        async for piece in self._rest:
            await _put(send, piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _put(send: Send, piece: bytes) -> None:
    async with asyncio.timeout(_STALLED):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
