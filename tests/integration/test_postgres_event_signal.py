"""Hearing of events on PostgreSQL: over processes, from those that run no relay, and after a lost connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import asyncpg
import pytest

from adapters.postgres.event_signal import PostgresEventSignal
from adapters.postgres.events import PostgresEventReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from tests.integration.test_postgres_events import INSERT
from tests.support.builders import a_book, new_id
from tests.support.pools import eventually, onlooker, opened
from tests.support.postgres_units import CALLER, book_event

LISTENING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'daybook-events'"
)


class Process:
    """What a server process has of it."""

    def __init__(self, pool: Pool) -> None:
        self.signal = PostgresEventSignal(pool)
        self.reader = PostgresEventReader(pool)
        self._units = PostgresUnitsOfWork(pool, tell=self.signal.tell)

    async def commit(self) -> None:
        book = a_book()
        async with self._units(CALLER) as uow:
            uow.books.add(book)
            uow.record(book_event(book))
            await uow.commit()


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as held:
        pools = [await held.enter_async_context(opened(url)) for _ in range(count)]
        found = [Process(pool) for pool in pools]
        for one in found:
            await held.enter_async_context(one.signal.running())
        async with onlooker(url) as watcher:

            async def all_listen() -> bool:
                return len(await watcher.fetch(LISTENING)) == count

            await eventually(all_listen)
        yield found


async def test_another_process_hears_of_a_commit_soon(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other):
        waiting = asyncio.create_task(other.signal.wait(0, seconds=10))
        began = monotonic()
        await one.commit()
        assert await waiting is True
        assert monotonic() - began < 0.7, "told, and not found by looking"
        assert [each.sequence for each in await other.reader.after(0, limit=9)] == [1]


async def test_what_a_process_without_a_relay_commits_is_found(database_url: str) -> None:
    async with processes(database_url, 2) as (one, other), onlooker(database_url) as command:
        waiting = [asyncio.create_task(each.signal.wait(0, seconds=10)) for each in (one, other)]
        await command.execute(INSERT, "book.updated", new_id(), 1)
        assert await asyncio.gather(*waiting) == [True, True]


async def test_a_commit_sends_no_notification_itself(database_url: str) -> None:
    """Numbering does, once for all that waited."""
    heard: list[object] = []
    async with opened(database_url) as pool, onlooker(database_url) as watcher:
        await watcher.add_listener("daybook_events", lambda *given: heard.append(given[-1]))
        process = Process(pool)
        for _ in range(3):
            await process.commit()
        await watcher.fetchval("SELECT 1")
        assert heard == []
        assert await process.reader.last() == 3
        await eventually(lambda: heard == ["3"])
        assert await process.reader.last() == 3
        await watcher.fetchval("SELECT 1")
        assert heard == ["3"], "nothing new, nothing told"


async def test_several_relays_number_without_gap_or_double(database_url: str) -> None:
    async with processes(database_url, 3) as found:

        async def write(process: Process) -> None:
            for _ in range(30):
                await process.commit()

        await asyncio.gather(*map(write, found))
        await found[0].signal.wait(89, seconds=10)
        told = await found[1].reader.after(0, limit=100)
        assert [one.sequence for one in told] == list(range(1, 91))


@pytest.mark.parametrize("times", [1, 3])
async def test_a_lost_connection_comes_back_and_nothing_is_missed(database_url: str, times: int) -> None:
    async with processes(database_url, 2) as (one, other), onlooker(database_url) as watcher:
        for count in range(1, times + 1):
            for row in await watcher.fetch(LISTENING):
                await watcher.execute("SELECT pg_terminate_backend($1)", row["pid"])
            # Committed while nobody listens.
            await one.commit()
            assert (
                await asyncio.gather(*(each.signal.wait(count - 1, seconds=10) for each in (one, other))) == [True] * 2
            )


async def test_it_begins_without_a_database_and_ends(database_url: str) -> None:
    nobody = PostgresEventSignal(Pool("postgresql://nobody@127.0.0.1:1/none"))
    async with nobody.running():
        assert await nobody.wait(0, seconds=0.3) is False


async def test_its_connection_is_closed_with_it(database_url: str) -> None:
    async with processes(database_url, 1):
        pass
    connection = await asyncpg.connect(database_url)
    try:

        async def nobody_listens() -> bool:
            return await connection.fetch(LISTENING) == []

        await eventually(nobody_listens)
    finally:
        await connection.close()
