"""What tests of the connection pool do over and over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg

from adapters.postgres.pool import Pool


@asynccontextmanager
async def opened(url: str, **settings: Any) -> AsyncIterator[Pool]:
    pool = Pool(url, **settings)
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close(2)
    assert (pool.size, pool.idle, pool.in_use, pool.waiting) == (0, 0, 0, 0)


@asynccontextmanager
async def onlooker(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection outside of any pool."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def eventually(
    true: Callable[[], bool | Coroutine[Any, Any, bool]], within: float = 5, every: float = 0.005
) -> None:
    deadline = monotonic() + within
    while True:
        answer = true()
        if answer if isinstance(answer, bool) else await answer:
            return
        assert monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(every)


async def hold(pool: Pool, released: asyncio.Event, count: int) -> list[asyncio.Task[int]]:
    """`count` tasks that each have a connection until `released`; each answers with its server process."""

    async def holder(has_one: asyncio.Event) -> int:
        async with pool.acquire() as connection:
            has_one.set()
            await released.wait()
            return connection.get_server_pid()

    events = [asyncio.Event() for _ in range(count)]
    tasks = [asyncio.create_task(holder(event)) for event in events]
    await asyncio.gather(*(event.wait() for event in events))
    return tasks


async def server_pid(pool: Pool) -> int:
    async with pool.acquire() as connection:
        return connection.get_server_pid()


async def running(watcher: asyncpg.Connection, pid: int) -> bool:
    return bool(await watcher.fetchval("SELECT state = 'active' FROM pg_stat_activity WHERE pid = $1", pid))


async def connected(watcher: asyncpg.Connection, pids: set[int]) -> int:
    return int(await watcher.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)", list(pids)))
