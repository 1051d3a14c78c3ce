"""Consumers that are killed over and over while others write: each event has its effect, once, in its order.

The writers hold their transactions open for 1 ms to 2 s while others commit, and take some back, so that events are
committed in another order than they were recorded in.
"""

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest

from adapters.postgres.event_signal import PostgresEventSignal
from adapters.postgres.pool import Pool
from tests.integration.test_postgres_events import INSERT
from tests.support.builders import new_id
from tests.support.consumer_process import NAME, Ledger, consuming_on
from tests.support.forked import Piped

WRITERS = 8
AGGREGATES = 5
TAKEN_BACK = 0.05


class Writers:
    """Events in transactions of mixed length, at least so many and until they are told to stop."""

    def __init__(self, pool: Pool, *, events: int, longest: float) -> None:
        self._pool = pool
        self._least = events
        self._longest = longest
        self._chance = random.Random(20261130)
        self.stop = asyncio.Event()
        self.written: set[tuple[UUID, int]] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._write() for _ in range(WRITERS)))

    async def _write(self) -> None:
        versions = {new_id(): 0 for _ in range(AGGREGATES)}
        while len(self.written) < self._least or not self.stop.is_set():
            before = dict(versions)
            made: list[tuple[UUID, int]] = []
            async with self._pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                for one in self._chance.choices(list(versions), k=self._chance.randint(1, 10)):
                    versions[one] += 1
                    made.append((one, versions[one]))
                    await connection.execute(INSERT, "book.updated", *made[-1])
                # As many of one order of magnitude as of another.
                await asyncio.sleep(0.001 * (self._longest / 0.001) ** self._chance.random())
                if self._chance.random() < TAKEN_BACK:
                    await transaction.rollback()
                    versions = before
                else:
                    await transaction.commit()
                    self.written |= set(made)


async def assert_each_once_and_in_order(pool: Pool, written: set[tuple[UUID, int]]) -> None:
    async with pool.acquire() as connection:
        position = await connection.fetchval("SELECT sequence FROM event_consumers WHERE name = $1", NAME)
        # In the order in which the effects were made: their ids are of their time.
        rows = await connection.fetch("SELECT name, description FROM groups ORDER BY id")
    assert position == len(written)
    assert [int(row["name"]) for row in rows] == list(range(1, len(written) + 1))
    effects = [(UUID(one), int(version)) for one, version in (row["description"].split() for row in rows)]
    assert set(effects) == written
    latest: dict[UUID, int] = {}
    for one, version in effects:
        assert version == latest.get(one, 0) + 1
        latest[one] = version


async def late_ones(pool: Pool) -> int:
    """How many events were numbered after one that was recorded later."""
    async with pool.acquire() as connection:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM (SELECT position < max(position) OVER (ORDER BY sequence) AS late FROM events "
            "WHERE sequence > 0) AS numbered WHERE late"
        )
        return found


async def dealt_with(url: str, count: int, within: float) -> None:
    """Looks over a connection of its own: those of the pool are the ones that a test may cut."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(within):
            while True:
                if await connection.fetchval("SELECT sequence FROM event_consumers WHERE name = $1", NAME) == count:
                    return
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def started(url: str) -> Piped:
    return await asyncio.to_thread(Piped, url, program="tests.support.consumer_process:main")


async def kill_over_and_over(url: str, times: int, chance: random.Random) -> None:
    """Two consumers at a time; whenever one has dealt with something, it is killed a moment later, and replaced."""
    left = iter(range(times))

    async def one_after_the_other() -> None:
        for _ in left:
            process = await started(url)
            try:
                assert await asyncio.to_thread(process.stdout.readline) == "begun\n"
                await asyncio.sleep(chance.random() / 4)
                assert process.returncode is None, "it goes on until it is killed"
            finally:
                await asyncio.to_thread(process.close)

    await asyncio.gather(one_after_the_other(), one_after_the_other())


@pytest.mark.parametrize(
    ("kills", "events", "longest"),
    [(4, 400, 0.3), pytest.param(100, 20_000, 2.0, marks=pytest.mark.long)],
)
async def test_consumers_that_are_killed(
    pool: Pool, database_url: str, kills: int, events: int, longest: float
) -> None:
    writers = Writers(pool, events=events, longest=longest)
    writing = asyncio.create_task(writers.run())
    await kill_over_and_over(database_url, kills, random.Random(kills))
    assert not writing.done(), "they were killed while others wrote"
    writers.stop.set()
    await writing
    assert len(writers.written) >= events
    last = await started(database_url)
    try:
        await dealt_with(database_url, len(writers.written), within=60)
        assert last.returncode is None
    finally:
        await asyncio.to_thread(last.close)
    await assert_each_once_and_in_order(pool, writers.written)
    # Most of what commits late is numbered together with what it was late behind.
    assert await late_ones(pool) > len(writers.written) / 100


async def test_consumers_that_are_cancelled(pool: Pool, database_url: str) -> None:
    chance = random.Random(7)
    signal = PostgresEventSignal(pool)
    consuming = consuming_on(pool, signal)
    writers = Writers(pool, events=300, longest=0.1)
    writing = asyncio.create_task(writers.run())
    cancelled = 0
    async with signal.running():
        while not writing.done():
            following = [asyncio.create_task(consuming.follow(Ledger(), from_start=True)) for _ in range(2)]
            await asyncio.sleep(chance.random() / 50)
            for one in following:
                one.cancel()
            await asyncio.wait(following)
            cancelled += len(following)
            writers.stop.set()
        await writing
        following = [asyncio.create_task(consuming.follow(Ledger(), from_start=True))]
        await dealt_with(database_url, len(writers.written), within=30)
        following[0].cancel()
        await asyncio.wait(following)
    assert cancelled >= 40
    await assert_each_once_and_in_order(pool, writers.written)


async def test_a_consumer_whose_connection_is_cut_goes_on(pool: Pool, database_url: str) -> None:
    signal = PostgresEventSignal(pool)
    consuming = consuming_on(pool, signal)
    writers = Writers(pool, events=100, longest=0.01)
    async with signal.running():
        following = asyncio.create_task(consuming.follow(Ledger(), from_start=True))
        writers.stop.set()
        await writers.run()
        await dealt_with(database_url, len(writers.written), within=10)
        other = await asyncpg.connect(database_url)
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.execute(INSERT, "book.updated", new_id(), 1)
        await other.close()
        await dealt_with(database_url, len(writers.written) + 1, within=10)
        following.cancel()
        await asyncio.wait([following])
