"""The process beside a server process that counts its reports, as the server process sees it.

Its standard input is a socket: first it is told what it needs to know, then each byte brings the descriptor of a
connection with one request; the other way come notes for the metrics. The end of the socket is the end of the process,
so that it never outlives the one who started it. Nothing of it lies in the file system.
"""

import asyncio
import logging
import pickle
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import Final

import msgspec
from msgspec import structs

from application.errors import Unavailable
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.telemetry import Note
from entrypoints.http.relay import Connection, framed, read_frame

# It gets the paths of this process, and nothing of the folder that it happens to be in. It has a tenth of what others
# have while it starts, which takes a second or two of a core, and less from then on.
_START: Final = (
    "import os, sys; os.nice(10); sys.path[:] = sys.argv[1:]; "
    "from entrypoints.bootstrap import memory; memory.look_seldom(); "
    "from entrypoints.bootstrap.report_worker import main; main()"
)
_GRACE_SECONDS: Final = 15.0
# It asks for revisions and single customers, which takes a moment each.
_POOL_SIZE: Final = 1
_MAX_OVERFLOW: Final = 1
_note: Final = msgspec.msgpack.Decoder(Note).decode
_logger = logging.getLogger("daybook.server")


def has_report_process(settings: Settings) -> bool:
    """Whether reports are counted in a process of their own: where the store is none of the server process."""
    app = settings.app
    return settings.performance.analytics_process and "memory" not in (app.storage, app.analytics)


def connections_for_reports(settings: Settings) -> int:
    """How many connections to PostgreSQL a server process has at most beside those of its requests."""
    beside = _POOL_SIZE + _MAX_OVERFLOW if has_report_process(settings) else 0
    return settings.performance.reports_at_once + beside


class ReportProcess:
    """Starts it at the first question, and again at the next one when it has ended. `take` gets its notes, one by one.

    `ended` is called when it is gone. All methods are for one event loop.
    """

    def __init__(
        self, settings: Settings, url: str | None, *, take: Callable[[Note], None], ended: Callable[[], None]
    ) -> None:
        database = structs.replace(settings.database, pool_size=_POOL_SIZE, max_overflow=_MAX_OVERFLOW)
        self._told = structs.replace(settings, database=database), url
        self._take = take
        self._ended = ended
        self._starting: asyncio.Task[None] | None = None
        self._control: socket.socket | None = None
        self._watching: asyncio.Task[None] | None = None
        self._stopped = False

    async def connect(self) -> Connection:
        """A connection on which one request is answered. Raises Unavailable."""
        if self._control is None:
            await self._started()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                if self._control is None:
                    raise BrokenPipeError
                socket.send_fds(self._control, [b"?"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise Unavailable("reports cannot be counted just now: ask again in a moment", retry_after=1) from error
        return await asyncio.open_unix_connection(sock=ours)

    async def stop(self) -> None:
        """Ends it; what it still counts is cancelled."""
        self._stopped = True
        if self._starting is not None:
            await asyncio.wait([self._starting])
        if self._control is not None:
            # It reads the end, and ends; what it has to say until then is still heard.
            with suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)
        if self._watching is not None:
            await asyncio.wait([self._watching], timeout=_GRACE_SECONDS)
            if not self._watching.done():
                self._process.kill()
                await self._watching

    async def _started(self) -> None:
        # A task of none of those who wait: who goes away leaves it to the others, and it is logged with no request.
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start(), context=Context())
        try:
            await asyncio.shield(self._starting)
        except OSError as error:
            raise Unavailable(f"the process that counts reports does not start ({error})") from error

    async def _start(self) -> None:
        try:
            if self._stopped:
                raise Unavailable("the server is being stopped")
            ours, theirs = socket.socketpair()
            ours.settimeout(0)
            loop = asyncio.get_running_loop()
            try:
                with theirs:
                    process = await asyncio.create_subprocess_exec(
                        sys.executable, "-I", "-S", "-c", _START, *sys.path, stdin=theirs.fileno()
                    )
                with suppress(ConnectionError):
                    await loop.sock_sendall(ours, framed(pickle.dumps(self._told, pickle.HIGHEST_PROTOCOL)))
            except BaseException:
                ours.close()
                raise
            self._process, self._control = process, ours
            connection = await asyncio.open_unix_connection(sock=ours)
            self._watching = loop.create_task(self._watch(process, connection))
        finally:
            self._starting = None

    async def _watch(self, process: Process, control: Connection) -> None:
        reader, writer = control
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self._take(_note(await read_frame(reader)))
        self._control = None
        writer.close()
        code = await process.wait()
        self._ended()
        if not self._stopped:
            _logger.warning("the process that counts reports ended (code %d): the next report starts another", code)
