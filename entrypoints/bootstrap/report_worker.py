"""The other end: the process that counts reports. It answers what its server process passes on, and ends with it."""

import asyncio
import logging
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

import msgspec
import uvloop
from litestar.types import ASGIApp
from msgspec import structs

from adapters.postgres.connection import QueryObserver
from entrypoints.bootstrap import logs, memory
from entrypoints.bootstrap.asgi import http_config
from entrypoints.bootstrap.priority import go_last
from entrypoints.bootstrap.settings import AnalyticsStorage, Settings
from entrypoints.bootstrap.telemetry import (
    Answered,
    Note,
    PoolState,
    Queried,
    QueryTelemetry,
    traced,
    tracer_provider,
)
from entrypoints.bootstrap.wiring import RECORDS, Wiring
from entrypoints.http.app import create_app
from entrypoints.http.relay import answer, framed
from entrypoints.http.telemetry import Telemetry

_GRACE_SECONDS: Final = 15
_POOLS_EVERY: Final = 1.0
# Those that its server process calls so are others.
_POOL_NAMES: Final = {RECORDS: "revisions"}
_encode: Final = msgspec.msgpack.Encoder().encode
_logger = logging.getLogger("daybook.server")


def main() -> None:
    """Answers until its standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # A stop of all processes at once, as terminals and service managers do it, lets questions under way end: this
        # one ends with its server process. Ignored altogether, they would be ignored by what this one starts, too.
        signal.signal(number, lambda *_: None)
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        _leave_standard_input()
        length = int.from_bytes(_read(control, 4))
        # From the process that started this one.
        settings, url = pickle.loads(_read(control, length))  # noqa: S301
        logs.configure(settings.logging)
        failed = _failed(_work(settings, url, control))
    # What libraries say of themselves when the interpreter ends is no line of a log.
    os._exit(failed)


def _failed(work: Coroutine[Any, Any, None]) -> bool:
    try:
        uvloop.run(work)
    except Exception:
        _logger.exception("the process that counts reports cannot go on")
        return True
    return False


class Notes:
    """What is told to the server process, for its metrics."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._one_by_one = threading.Lock()

    def answered(self, report: str, outcome: str, /) -> None:
        """An AnswerObserver."""
        self._send(Answered(report, outcome))

    def of_queries(self, store: AnalyticsStorage, observer: QueryObserver) -> QueryObserver:
        """`observer`, with a note of each statement."""

        def observe(name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
            self._send(Queried(store, name, error is not None, seconds))
            observer(name, sql, seconds, error)

        return observe

    async def of_pools(self, wiring: Wiring) -> None:
        """Tells of the pools whenever they have changed, until it is cancelled."""
        before: dict[str, PoolState] = {}
        while True:
            for name, pool in wiring.pools.items():
                told = _POOL_NAMES.get(name, name)
                state = PoolState(told, pool.max, pool.in_use, pool.idle, pool.waiting)
                if before.get(told) != state:
                    before[told] = state
                    self._send(state)
            await asyncio.sleep(_POOLS_EVERY)

    def _send(self, note: Note) -> None:
        # Waits when it must, which is for the server process alone; when that is gone, so is this one in a moment.
        with self._one_by_one, suppress(ConnectionError):
            self._control.sendall(framed(_encode(note)))


async def _work(settings: Settings, url: str | None, control: socket.socket) -> None:
    notes = Notes(control)
    provider = tracer_provider(settings)
    tracer = provider.get_tracer(settings.app.name, settings.app.version)
    wiring = Wiring(
        settings,
        url,
        observe=lambda store: notes.of_queries(store, QueryTelemetry(store, None, tracer)),
        wrap=partial(traced, tracer=tracer),
        answer_observer=notes.answered,
    )
    # Who passes the request on adds what browsers ask for.
    config = structs.replace(http_config(settings), allowed_origins=(), docs=False)
    app = Telemetry(create_app(wiring.services, config), tracer=tracer)
    async with wiring.opened(connect=False), _answering(app, control) as over:
        memory.settle()
        # Until here somebody waits for it to be there.
        go_last(idle=settings.performance.analytics_idle)
        telling = asyncio.create_task(notes.of_pools(wiring))
        await over.wait()
        # Whatever does not end by itself then, such as a statement that only a thread waits for, is ended.
        signal.alarm(_GRACE_SECONDS)
        telling.cancel()
    await asyncio.to_thread(provider.shutdown)


@asynccontextmanager
async def _answering(app: ASGIApp, control: socket.socket) -> AsyncIterator[asyncio.Event]:
    """Inside, requests are answered; the event is set when no more will come. What runs at the end is cancelled."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    running: set[asyncio.Task[None]] = set()

    def take() -> None:
        try:
            said, descriptors, _, _ = socket.recv_fds(control, 1, 1, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            said, descriptors = b"", []
        if not said:
            loop.remove_reader(control.fileno())
            over.set()
        for descriptor in descriptors:
            task = loop.create_task(_answer(app, descriptor))
            running.add(task)
            task.add_done_callback(running.discard)

    loop.add_reader(control.fileno(), take)
    try:
        yield over
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _answer(app: ASGIApp, descriptor: int) -> None:
    await answer(app, await asyncio.open_unix_connection(sock=socket.socket(fileno=descriptor)))


def _leave_standard_input() -> None:
    """The socket is for this process alone, and not for what it may start."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)


def _read(connection: socket.socket, length: int) -> bytes:
    read = bytearray()
    while len(read) < length:
        piece = connection.recv(length - len(read))
        if not piece:
            raise SystemExit("its server process ended")
        read += piece
    return bytes(read)
