"""The server: a parent that holds the port and the database, and the processes that serve."""

import asyncio
import logging
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import connection
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer

from adapters.postgres.connection import Dsn, connect
from entrypoints.bootstrap import database, logs, migrate
from entrypoints.bootstrap.asgi import Brief, Prepare, build
from entrypoints.bootstrap.failures import PortInUse, ServerFailed
from entrypoints.bootstrap.port import Port, PortTaken, answers
from entrypoints.bootstrap.report_process import connections_for_reports
from entrypoints.bootstrap.settings import ServerConfig, Settings
from entrypoints.bootstrap.telemetry import FOLDER_NAME

_CONNECTIONS_ASKED_WITHIN: Final = 5.0
_LOOK_EVERY: Final = 1.0
_TOLD_AGAIN_AFTER: Final = 1.0
_logger = logging.getLogger("daybook.server")


def address(settings: Settings) -> str:
    """Where it is served, such as `http://127.0.0.1:8000`."""
    return settings.server.address(settings.server.port)


def serve(settings: Settings, *, announce: Callable[[], None], prepare: Prepare | None = None) -> None:
    """Serves until SIGTERM or SIGINT; calls `announce` once every process takes requests.

    Each process does `prepare` first, which must be picklable.

    Raises PortInUse, AlreadyRunning, Unavailable (the database cannot be reached) or ServerFailed.
    """
    logs.configure(settings.logging)
    with ExitStack() as held:
        held.enter_context(_terminable())
        held.enter_context(_port(settings))
        used = None
        if settings.app.storage == "postgres":
            used = held.enter_context(database.for_server(settings.database, address(settings)))
            migrate.upgrade(used.url)
            _warn_of_connections(settings, used.url)
        folder = held.enter_context(_metrics_folder()) if settings.server.workers > 1 else None
        brief = Brief(settings=settings, url=None if used is None else used.url, metrics_folder=folder, prepare=prepare)
        _run(brief, announce, used.ended if used is not None else lambda: None)


def _run(brief: Brief, announce: Callable[[], None], ended: Callable[[], str | None]) -> None:
    config = brief.settings.server
    ready = multiprocessing.get_context(_start_method()).Semaphore(0)
    server = _Server(
        "daybook",
        address=config.host,
        port=config.port,
        interface=Interfaces.ASGI,
        workers=config.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels(_granian_level(brief.settings)),
        log_dictconfig=logs.granian_config(),
        workers_kill_timeout=config.shutdown_seconds,
    )
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_end_when_told)
    watch = _Watch(server, ready, config, announce, ended)
    server.on_startup(watch.start)
    try:
        server.serve(target_loader=partial(build, brief, ready), wrap_loader=False)
    except SystemExit as error:
        raise ServerFailed("a server process ended by itself; the log above says why") from error
    finally:
        watch.stop()
    if watch.failure is not None:
        raise ServerFailed(watch.failure)


class _Server(MPServer):
    """Granian's server, which waits for the end of a process in two threads.

    - The system tells the end to one of them only; until that one has written it down, the other takes the process
      for living, and on a busy machine says that it refused to stop.
    - A process that has started its application and not yet begun to serve does not hear what it is told: its event
      loop stands still between the two. So it is told again.
    """

    def _spawn_worker(self, *given: Any, **named: Any) -> Any:
        worker: Any = super()._spawn_worker(*given, **named)
        worker.join = partial(_join, worker.inner)
        return worker


def _join(process: Any, timeout: float | None = None) -> None:
    ends = None if timeout is None else time.monotonic() + timeout
    while ends is not None and process.exitcode is None and (left := ends - time.monotonic()) > 0:
        process.join(min(left, _TOLD_AGAIN_AFTER))
        if process.exitcode is None:
            process.terminate()
    if ends is None:
        process.join()
    until = time.monotonic() + 1
    while connection.wait([process.sentinel], 0) and process.exitcode is None and time.monotonic() < until:
        time.sleep(0.001)


class _Watch:
    """A thread beside the server: says when it is ready, and stops it when its database is gone."""

    def __init__(
        self,
        server: Any,
        ready: Semaphore,
        config: ServerConfig,
        announce: Callable[[], None],
        ended: Callable[[], str | None],
    ) -> None:
        self._server = server
        self._ready = ready
        self._config = config
        self._announce = announce
        self._ended = ended
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _watch(self) -> None:
        waiting = self._config.workers
        while waiting and not self._stopping.is_set():
            waiting -= self._ready.acquire(timeout=0.1)
        while not self._stopping.is_set() and not answers(self._config.host, self._config.port):
            time.sleep(0.005)
        if self._stopping.is_set():
            return
        # A process that dies now did work, so it may be replaced; before, another one would only fail again.
        self._server.respawn_failed_workers = True
        self._announce()
        while not self._stopping.wait(_LOOK_EVERY):
            self.failure = self._ended()
            if self.failure is not None:
                os.kill(os.getpid(), signal.SIGTERM)
                return


def _end_when_told() -> None:
    """Lets a process that is not serving yet end at SIGTERM: until Granian sets its own handlers, it would keep those
    of its parent, and the stop would wait for it in vain. SIGINT is the parent's business.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start_method() -> str:
    """As Granian starts its processes."""
    method = multiprocessing.get_start_method()
    return method if method in ("fork", "spawn") else "spawn"


def _granian_level(settings: Settings) -> str:
    return settings.logging.categories.get("_granian", "debug" if settings.logging.level == "debug" else "warning")


@contextmanager
def _terminable() -> Iterator[None]:
    """Lets SIGTERM during the start end it as Ctrl-C does, so that what was started is stopped."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        # Everything is stopped, and saying it once more must not look like a crash.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


@contextmanager
def _port(settings: Settings) -> Iterator[None]:
    try:
        port = Port(settings.server.host, settings.server.port).__enter__()
    except PortTaken as error:
        raise PortInUse(_who_is_there(settings, str(error))) from error
    try:
        yield
    finally:
        port.__exit__(None, None, None)


def _who_is_there(settings: Settings, reason: str) -> str:
    at, port = address(settings), settings.server.port
    note = database.holder(settings.database)
    if note is not None and note.url == at and settings.app.storage == "postgres":
        return (
            f"Daybook is running in this folder already: process {note.pid}, serving {at}. "
            f"Use that one, or stop it (kill {note.pid}) and start again."
        )
    return f"{at} cannot be served ({reason}): stop what is there, or choose another port with PORT={port + 1}."


@contextmanager
def _metrics_folder() -> Iterator[str]:
    """A fresh private folder for the counts of several processes."""
    folder = tempfile.mkdtemp(prefix="daybook-metrics-")
    os.environ[FOLDER_NAME] = folder
    try:
        yield folder
    finally:
        del os.environ[FOLDER_NAME]
        shutil.rmtree(folder, ignore_errors=True)


def _warn_of_connections(settings: Settings, url: str) -> None:
    config = settings.database
    # Each has those for reports besides, and one that hears of new events.
    each = config.pool_size + config.max_overflow + connections_for_reports(settings) + 1
    wanted = settings.server.workers * each
    allowed = asyncio.run(_connections_allowed(url))
    if wanted > allowed:
        _logger.warning(
            "%d processes with %d connections each may ask for %d connections, and the database allows %d: "
            "lower WORKERS, DATABASE_POOL_SIZE or DATABASE_MAX_OVERFLOW, or raise max_connections",
            settings.server.workers,
            each,
            wanted,
            allowed,
        )


async def _connections_allowed(url: str) -> int:
    connection = await connect(Dsn(url), within=_CONNECTIONS_ASKED_WITHIN, settings={})
    try:
        names = ("max_connections", "superuser_reserved_connections", "reserved_connections")
        found = [
            int(await connection.fetchval("SELECT coalesce(current_setting($1, true), '0')", name)) for name in names
        ]
    finally:
        await connection.close()
    return found[0] - sum(found[1:])


def seconds_since_start() -> float:
    """How long this process has been there."""
    try:
        # Field 22 of proc(5)'s stat, after the name in brackets, which may hold anything.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic() - _IMPORTED  # no Linux: without what the interpreter took to start
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


_IMPORTED: Final = time.monotonic()
