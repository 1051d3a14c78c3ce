"""A pool of connections that hands out the one used last, with nothing between a request and its query.

asyncpg's own pool starts a task with each release and sends a reset query; this one pops from a list and appends to
it. So nothing clears session state: a user of the pool leaves no SET, no session advisory lock, no LISTEN and no
temporary table behind. What the cheap path cannot promise is checked where it is cheap: when something went wrong.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from time import monotonic
from types import TracebackType
from typing import Any

from adapters.postgres.connection import Connection, Dsn, QueryObserver, connect

# A connection idle for so many seconds is asked for a sign of life before it is handed out: long enough that a busy
# server never asks, short enough that firewalls and restarts in the night are noticed by the pool and not by a user.
_TRUSTED_IDLE = 5.0
# While all connections of `pool_size` are taken, one more is opened only for who has waited so long: a query takes
# less time than opening a connection, and more connections than cores make all of them slower.
_OVERFLOW_PATIENCE = 0.05
# Connections above `pool_size` are kept so long after their last use: closing them at once would have a load that
# comes and goes around `pool_size` open and close one with each request.
_OVERFLOW_IDLE = 30.0
_PING_WITHIN = 2.0
# A cancelled query has so long to be stopped by the server, and what it left to be rolled back.
_REPAIR_WITHIN = 5.0
_CLOSE_WITHIN = 2.0
# The locks of a process that was stopped or cut off are let go after so long.
_IDLE_IN_TRANSACTION_MS = 60_000


class PoolTimeout(Exception):
    """No connection came free in time."""


class PoolClosed(Exception):
    """The pool is not open, or not any more."""


class Pool:
    """At most `pool_size + max_overflow` connections to one database, for the event loop that opened it.

        async with pool.acquire() as connection:
            row = await GET.fetchrow(connection, id=book_id)

    - **Order.** The connection released last is handed out first, so that few stay warm. Who waits is served in the
      order of asking. `acquire` takes at most `acquire_timeout` seconds, then raises PoolTimeout; a cancelled waiter
      gives back what it was about to get.
    - **Overflow.** Above `pool_size` a connection is opened when somebody has waited 50 ms, and closed after 30
      to 60 seconds without use.
    - **Health.** A connection is replaced when it is closed or older than `recycle_seconds`; with `pre_ping`, one that
      was idle for more than 5 seconds must answer `SELECT 1` first. When one was found closed all idle ones must, and
      when one does not answer all idle ones are discarded: after a restart of the database the first acquire heals
      the pool. One released inside a transaction, or with its query running or being cancelled, is rolled back and
      reset in the background before anybody gets it, or discarded; so is one whose block was left with an error.
    - **Errors** of opening a connection (OSError, asyncpg.PostgresError) come out of `open` and `acquire` as they are.

    Times are seconds, `statement_timeout_ms` is enforced by the server, which knows the pool by `name` and sets what
    `settings` say on each connection; `told` is told of its process there. `size`, `in_use`, `idle`, `waiting` and
    `max` may be read at any time, from any thread.
    """

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 10,
        max_overflow: int = 20,
        pre_ping: bool = True,
        recycle_seconds: float = 3600,
        acquire_timeout: float = 5,
        connect_timeout: float = 5,
        statement_timeout_ms: int = 30_000,
        observer: QueryObserver | None = None,
        name: str = "daybook",
        settings: Mapping[str, str] | None = None,
        told: Callable[[int], None] | None = None,
    ) -> None:
        if pool_size < 1 or max_overflow < 0:
            raise ValueError("a pool has a pool_size of at least 1 and a max_overflow of at least 0")
        self.dsn = Dsn(dsn)
        self.pool_size = pool_size
        self.max = pool_size + max_overflow
        self._trusted_idle = _TRUSTED_IDLE if pre_ping else recycle_seconds
        self._recycle_seconds = recycle_seconds
        self._acquire_timeout = acquire_timeout
        self._connect_timeout = connect_timeout
        self._observer = observer
        self._told = told
        self._settings = {
            "application_name": name,
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": str(statement_timeout_ms),
            "idle_in_transaction_session_timeout": str(_IDLE_IN_TRANSACTION_MS),
            **(settings or {}),
        }
        self._idle: list[Connection] = []
        self._connections: set[Connection] = set()
        # Places taken: `_connections`, and those being opened. A place is what is handed on, with or without one.
        self._places = 0
        # Ordered, because a waiter that is cancelled leaves from the middle. With when it is time to open one more
        # connection for it, and when it gives up.
        self._waiters: OrderedDict[asyncio.Future[Connection | None], tuple[float, float]] = OrderedDict()
        self._looking: asyncio.TimerHandle | None = None
        self._looks_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._trimming: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Future[None] | None = None
        self._open = False
        self._given_up = False

    @property
    def size(self) -> int:
        """Connections there are or are being opened."""
        return self._places

    @property
    def idle(self) -> int:
        """Connections free to be handed out."""
        return len(self._idle)

    @property
    def in_use(self) -> int:
        """Connections handed out, being opened, repaired or closed."""
        return self._places - len(self._idle)

    @property
    def waiting(self) -> int:
        """Tasks that wait for a connection."""
        return len(self._waiters)

    def __repr__(self) -> str:
        return f"Pool({self.dsn!r}, size={self.size}, in_use={self.in_use}, waiting={self.waiting}, max={self.max})"

    async def open(self, *, connect: bool = True) -> None:
        """Open the first connection, so that a wrong address or password shows at the start, or leave it for later."""
        if self._open:
            raise RuntimeError("the pool is open")
        self._loop = asyncio.get_running_loop()
        self._emptied = None
        self._given_up = False
        self._open = True
        if not connect:
            return
        try:
            async with self.acquire():
                pass
        except BaseException:
            self._open = False
            raise

    async def close(self, grace: float = 10) -> None:
        """Refuse new users, wait so many seconds for the present ones and those in the queue, close everything.

        What is still in use after that is closed under its user within 2 seconds more, its query stopped. Closing a
        closed pool does nothing.
        """
        if not self._open:
            return
        self._open = False
        if self._trimming is not None:
            self._trimming.cancel()
        while self._idle:
            self._retire(self._idle.pop())
        try:
            if self._places:
                self._emptied = asyncio.get_running_loop().create_future()
                await asyncio.wait([self._emptied], timeout=grace)
                self._refuse_waiters()
                # Closing stops a query on the server; terminating alone would leave it running there.
                if leaving := [self._retire(connection) for connection in self._connections]:
                    await asyncio.wait(leaving)
        finally:
            self._refuse_waiters()
            for task in tuple(self._tasks):
                task.cancel()
            for connection in tuple(self._connections):
                self._discard(connection)

    def _refuse_waiters(self) -> None:
        self._given_up = True
        while self._waiters:
            waiter, _ = self._waiters.popitem(last=False)
            if not waiter.done():
                waiter.set_exception(PoolClosed("the pool was closed"))

    def acquire(self) -> "Lease":
        """A connection for an `async with` block; see the class for what may be raised on entering."""
        return Lease(self)

    # ---- the slow side of acquiring: everything but a trusted idle connection at hand

    async def obtain(self, candidate: Connection | None) -> Connection:
        """A connection fit for use. `candidate` was taken from the idle ones and is not trusted, or is None."""
        if asyncio.get_running_loop() is not self._loop:
            raise PoolClosed("the pool is not open in this event loop")
        deadline = monotonic() + self._acquire_timeout
        if candidate is None:
            if not self._open:
                raise PoolClosed("the pool is closed")
            if self._places < self.pool_size:
                self._places += 1
            else:
                candidate = await self._wait(deadline)
        if candidate is not None:
            try:
                if await self._is_fit(candidate, deadline):
                    return candidate
            except BaseException:
                self.release(candidate)
                raise
            # Its place is still ours.
            self._connections.discard(candidate)
        return await self._fill(deadline)

    async def _wait(self, deadline: float) -> Connection | None:
        """Queue for a connection, or (None) for the place to open one in."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection | None] = loop.create_future()
        grow_at = monotonic() + _OVERFLOW_PATIENCE
        self._waiters[waiter] = grow_at, deadline
        self._look_at(min(grow_at, deadline))
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                given = waiter.result()
                if given is None:
                    self._vacate()
                else:
                    self.release(given)
            raise
        finally:
            self._waiters.pop(waiter, None)

    def _look_at(self, when: float) -> None:
        """Look after those who wait at this time of `monotonic`, or before. One timer for all: most wait for less."""
        if self._looking is not None:
            if self._looks_at <= when:
                return
            self._looking.cancel()
        self._looks_at = when
        self._looking = asyncio.get_running_loop().call_later(max(0.0, when - monotonic()), self._look)

    def _look(self) -> None:
        """Let those give up whose time is up, and open connections for those who have waited long enough."""
        self._looking = None
        now = monotonic()
        for waiter, (grow_at, deadline) in tuple(self._waiters.items()):
            if deadline <= now:
                self._give_up(waiter)
            elif grow_at > now:
                self._look_at(min(grow_at, deadline))
                return
            elif self._places < self.max:
                # To the first in the queue, which is this one.
                if self._hand_on(None):
                    self._places += 1
            else:
                self._look_at(deadline)
                return

    def _give_up(self, waiter: asyncio.Future[Connection | None]) -> None:
        if not waiter.done():
            told = f"no connection came free in {self._acquire_timeout:g} s: {self.in_use} of {self.max} are in use"
            waiter.set_exception(PoolTimeout(told))

    async def _is_fit(self, connection: Connection, deadline: float) -> bool:
        """Whether it may be handed out; it is closed when not, and its place is kept."""
        now = monotonic()
        if connection.is_closed():
            self._distrust_idle()
            return False
        if now < connection.trusted_until:
            return True
        if now >= connection.expires:
            await connection.leave(within=_CLOSE_WITHIN)
            return False
        if not await connection.answers(within=max(0.001, min(_PING_WITHIN, deadline - now))):
            # All others were idle for longer.
            while self._idle:
                self._discard(self._idle.pop())
            return False
        return True

    async def _fill(self, deadline: float) -> Connection:
        """Open a connection in a place that is ours."""
        try:
            within = max(0.001, min(self._connect_timeout, deadline - monotonic()))
            connection = await connect(self.dsn, within=within, settings=self._settings, observer=self._observer)
        except BaseException:
            self._vacate()
            raise
        self._connections.add(connection)
        if self._told is not None:
            self._told(connection.get_server_pid())
        if self._given_up:
            self._discard(connection)
            raise PoolClosed("the pool was closed")
        connection.expires = monotonic() + self._recycle_seconds
        if self._places > self.pool_size and self._trimming is None and self._loop is not None:
            self._trimming = self._loop.call_later(_OVERFLOW_IDLE, self._trim)
        return connection

    # ---- releasing: never waits, so it cannot be cancelled half-way

    def release(self, connection: Connection, *, in_doubt: bool = False) -> None:
        """Take back a connection; `Lease` calls it. What is `in_doubt` is reset before anybody gets it."""
        if connection.is_closed():
            self._discard(connection)
            self._distrust_idle()
        elif connection.is_settled() and not in_doubt:
            self._put(connection)
        else:
            self._spawn(self._repair(connection))

    def _put(self, connection: Connection) -> None:
        now = monotonic()
        if now >= connection.expires:
            self._retire(connection)
            return
        connection.idle_since = now
        connection.trusted_until = min(now + self._trusted_idle, connection.expires)
        if self._waiters and self._hand_on(connection):
            return
        if self._open:
            self._idle.append(connection)
        else:
            self._retire(connection)

    def _hand_on(self, given: Connection | None) -> bool:
        """Give the first in the queue a connection, or (None) a place to open one in."""
        while self._waiters:
            waiter, _ = self._waiters.popitem(last=False)
            if not waiter.done():
                waiter.set_result(given)
                return True
        return False

    def _vacate(self) -> None:
        """A place is free: the first in the queue has it, or nobody."""
        if self._hand_on(None):
            return
        self._places -= 1
        if not self._places and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    def _discard(self, connection: Connection) -> None:
        connection.terminate()
        if connection in self._connections:
            self._connections.discard(connection)
            self._vacate()

    def _distrust_idle(self) -> None:
        for connection in self._idle:
            connection.trusted_until = 0.0

    # ---- in the background

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _repair(self, connection: Connection) -> None:
        clean = False
        try:
            clean = await connection.restore(within=_REPAIR_WITHIN)
        finally:
            if clean:
                self._put(connection)
            else:
                self._retire(connection)

    def _retire(self, connection: Connection) -> asyncio.Task[None]:
        return self._spawn(self._leave(connection))

    async def _leave(self, connection: Connection) -> None:
        # The place stays taken until the server has let go, or the limit would be passed for a moment.
        try:
            await connection.leave(within=_CLOSE_WITHIN)
        finally:
            self._discard(connection)

    def _trim(self) -> None:
        """Close what is above `pool_size` and was not used; the oldest idle ones are at the bottom."""
        self._trimming = None
        if not self._open or self._loop is None or self._places <= self.pool_size:
            return
        cold = monotonic() - _OVERFLOW_IDLE
        unused = [each for each in self._idle[: self._places - self.pool_size] if each.idle_since <= cold]
        for connection in unused:
            self._idle.remove(connection)
            self._retire(connection)
        self._trimming = self._loop.call_later(_OVERFLOW_IDLE, self._trim)


class Lease:
    """A connection for the length of an `async with` block."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        pool = self._pool
        connection = pool._idle.pop() if pool._idle else None  # noqa: SLF001 one frame less on every request
        if connection is None or monotonic() >= connection.trusted_until or connection.is_closed():
            connection = await pool.obtain(connection)
        self._connection = connection
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self._connection
        # A second exit must not hand the same connection to two users.
        del self._connection
        # When asyncpg has prepared a statement, and its run is cancelled or a value refused before it is sent, the
        # server is left waiting inside the statement with its timeout running, to end the query of the next user.
        self._pool.release(connection, in_doubt=kind is not None)
