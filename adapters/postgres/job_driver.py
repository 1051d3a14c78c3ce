"""PgQueuer's way to the database: Daybook's pool, and for LISTEN a connection of its own."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from asyncpg import Record
from pgqueuer.core.tm import TaskManager
from pgqueuer.ports.driver import NotifyCallback

from adapters.postgres.connection import BROKEN, connect
from adapters.postgres.errors import translate
from adapters.postgres.job_signal import WAKE
from adapters.postgres.pool import Pool
from application.errors import Unavailable

_PAUSE = 1.0
_CONNECT_WITHIN = 5.0
Callback = Callable[[str | bytes | bytearray], None]


class PoolDriver:
    """Pooled connections hold no session state, so what is listened for comes on one beside them, opened anew when it
    is lost; whatever came meanwhile is found by looking.
    """

    def __init__(self, pool: Pool, stopping: asyncio.Event) -> None:
        self._pool = pool
        self.stopping = stopping
        self._woken = False
        self._callback: NotifyCallback = lambda _payload: None
        self._listening: asyncio.Task[None] | None = None
        self.shutdown = asyncio.Event()
        self.tm = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows, as `records` gives them."""
        return [dict(row) for row in await self.records(query, *args)]

    async def records(self, query: str, *args: object) -> list[Record]:
        """The rows. While the database is away it waits: what was picked and never told is picked again in time."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    return await connection.fetch(query, *args)
            except Exception as error:
                if self.stopping.is_set() or not isinstance(translate(error), Unavailable):
                    raise
                await asyncio.sleep(_PAUSE)

    async def execute(self, query: str, *args: object) -> str:
        """PostgreSQL's word on it."""
        async with self._pool.acquire() as connection:
            return str(await connection.execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        """Sends a NOTIFY."""
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Listens from here on."""
        self._callback = callback
        self._listening = asyncio.create_task(self._listen(channel))

    def wake(self) -> None:
        """What a NOTIFY does, from within this process. The engine looks once, however often it was woken."""
        if not self._woken:
            self._woken = True
            self._callback(WAKE)

    def looked(self) -> None:
        """The engine begins to look: what is there from now on is news again."""
        self._woken = False

    async def _listen(self, channel: str) -> None:
        def heard(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
            if payload == WAKE:
                self.wake()
            else:
                self._callback(str(payload))

        while True:
            with suppress(*BROKEN):
                connection = await connect(
                    self._pool.dsn, within=_CONNECT_WITHIN, settings={"application_name": "daybook jobs"}
                )
                try:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _connection, lost=lost: lost.set())
                    await connection.add_listener(channel, heard)
                    self.wake()
                    await lost.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(_PAUSE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.cancel()
