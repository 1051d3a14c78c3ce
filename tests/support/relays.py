"""A relay to an application in the same process, over real sockets."""

import asyncio
import socket

from litestar.types import ASGIApp

from entrypoints.http.relay import Connection, Relay, answer


class Relayed:
    """Where `relay` passes requests on to: `app`, or nobody once it is `gone`."""

    def __init__(self, app: ASGIApp) -> None:
        self.relay = Relay(self._connect)
        self._app = app
        self.answering: set[asyncio.Task[None]] = set()

    async def _connect(self) -> Connection:
        ours, theirs = socket.socketpair()
        there = await asyncio.open_unix_connection(sock=theirs)
        task = asyncio.create_task(answer(self._app, there))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)
        return await asyncio.open_unix_connection(sock=ours)

    def kill(self) -> None:
        """What is being answered is given up."""
        for task in self.answering:
            task.cancel()
