"""Hearing of new events in PostgreSQL: a relay that numbers what was committed, and a connection that listens.

The relay of a process numbers soon after a commit of this process, and looks every second for what others have
committed that run no relay. Numbering tells all who listen (adapters/postgres/events.py). Several relays do no harm:
numbering goes on in one place at a time, and the second finds nothing left to do.

The connection that listens is its own: those of the pool go from hand to hand and hold no session state. It asks for
the last sequence when it is new and every few seconds, so that nothing is lost with it and a dead one is noticed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from adapters.postgres.connection import BROKEN, Connection, connect
from adapters.postgres.errors import translate
from adapters.postgres.events import CHANNEL, LAST, number_waiting
from adapters.postgres.pool import Pool
from application.errors import Unavailable

# What is committed shortly after one another is numbered together, and that not too often: each time costs as much as
# a change or two.
_TOGETHER = 0.005
_APART = 0.1
_LOOK_EVERY = 1.0
_ASK_EVERY = 5.0
_ANSWER_WITHIN = 5.0
_LEAVE_WITHIN = 2.0
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_SETTINGS = {"application_name": "daybook-events", "timezone": "UTC"}
_logger = logging.getLogger("daybook.events")


class PostgresEventSignal:
    """Events of all processes on one database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._last = 0
        self._committed = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()
        self.tell = self._committed.set
        """To be called after a commit with events in this process."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Relays and listens."""
        tasks = [asyncio.create_task(self._relay()), asyncio.create_task(self._listen())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def wait(self, after: int, *, seconds: float) -> bool:
        """Until an event after this sequence was heard of, or so many seconds are over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self._last <= after:
            left = deadline - loop.time()
            woken = loop.create_future()
            self._waiting.add(woken)
            try:
                # No timeout that cancels this task: a request is served in one that cannot be cancelled.
                if left <= 0 or not (await asyncio.wait([woken], timeout=left))[0]:
                    return False
            finally:
                self._waiting.discard(woken)
        return True

    def _advance(self, sequence: int) -> None:
        if sequence > self._last:
            self._last = sequence
            while self._waiting:
                woken = self._waiting.pop()
                if not woken.done():
                    woken.set_result(None)

    async def _relay(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._committed.wait()
                await asyncio.sleep(_TOGETHER)
            except TimeoutError:
                pass
            self._committed.clear()
            try:
                last = await number_waiting(self._pool)
            except Unavailable as error:
                # It is looked again in a second.
                _logger.debug("events wait to be numbered: %s", error.detail)
            except Exception:
                # Without a relay the process would be deaf for good, and nobody would know.
                _logger.exception("numbering events failed")
            else:
                self._advance(last or 0)
                if last is not None:
                    await asyncio.sleep(_APART)

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(_ANSWER_WITHIN):
                    connection = await connect(self._pool.dsn, within=_ANSWER_WITHIN, settings=_SETTINGS)
                failures = 0
                try:
                    await self._hear(connection)
                finally:
                    await connection.leave(within=_LEAVE_WITHIN)
            except BROKEN as error:
                if not failures:
                    _logger.warning("the connection that hears of new events is lost: %s", translate(error))
                failures += 1
            await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])

    async def _hear(self, connection: Connection) -> None:
        """Until it is lost: returns where it said so, and raises one of BROKEN where it did not answer."""
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, self._heard)
        while not lost.is_set():
            async with asyncio.timeout(_ANSWER_WITHIN):
                self._advance(await LAST.fetchval(connection))
            try:
                async with asyncio.timeout(_ASK_EVERY):
                    await lost.wait()
            except TimeoutError:
                pass

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._advance(int(str(payload)))
