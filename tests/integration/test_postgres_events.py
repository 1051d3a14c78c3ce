"""Events in PostgreSQL: what commits late is not lost, what is restored goes on, and no list is a walk through all."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from adapters.postgres.events import EVENT_STATEMENTS, HISTORY_STATEMENTS, HISTORY_TAKEN, PostgresEventReader
from adapters.postgres.pool import Pool
from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from application.listing import ListSpec, read_listing
from tests.support.builders import new_id

INSERT = """
    INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data)
    VALUES ($1, 'book', $2, $3, now(), 'bob', '{}', '{}')
"""
# As many as the issue asks for, over more things than a page holds.
FILL = """
    INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data, sequence)
    SELECT CASE WHEN n % 50000 = 0 THEN 'customer.merged' ELSE 'book.updated' END,
           CASE WHEN n % 50000 = 0 THEN 'customer' ELSE 'book' END,
           ('00000000-0000-7000-8000-' || lpad((n % 20000)::text, 12, '0'))::uuid, 1,
           '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute', 'bob', '{}', '{}', n
    FROM generate_series(1, 100000) AS n
"""


@asynccontextmanager
async def writing(pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that is held open until the block ends."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection


async def add(connection: asyncpg.Connection, kind: str, aggregate_id: UUID | None = None, version: int = 1) -> None:
    await connection.execute(INSERT, kind, aggregate_id or new_id(), version)


async def since(reader: PostgresEventReader, last: int, limit: int = 100) -> Sequence[EventRead]:
    pairs = [("sequence[gt]", str(last)), ("limit", str(limit))]
    return (await reader.list(read_listing(EVENT_LIST, pairs))).items


def numbered(events: Sequence[EventRead]) -> list[tuple[int | None, str]]:
    return [(one.sequence, one.type) for one in events]


async def test_what_commits_late_is_told_late_and_once(pool: Pool) -> None:
    reader = PostgresEventReader(pool)
    async with writing(pool) as late:
        await add(late, "book.late")
        async with writing(pool) as early:
            await add(early, "book.early")
        assert numbered(await since(reader, 0)) == [(1, "book.early")]
        async with writing(pool) as early:
            await add(early, "book.next")
        assert numbered(await since(reader, 1)) == [(2, "book.next")], "and nothing waits for the open one"
        (first, *_) = await since(reader, 0)
    assert numbered(await since(reader, 2)) == [(3, "book.late")]
    (last,) = await since(reader, 2)
    assert last.position < first.position, "so that one who follows positions would have missed it"
    assert numbered(await since(reader, 0)) == [(1, "book.early"), (2, "book.next"), (3, "book.late")]


async def test_what_is_rolled_back_leaves_no_gap(pool: Pool) -> None:
    reader = PostgresEventReader(pool)
    with pytest.raises(ZeroDivisionError):
        async with writing(pool) as failing:
            await add(failing, "book.lost")
            raise ZeroDivisionError
    async with writing(pool) as connection:
        await add(connection, "book.kept")
    assert numbered(await since(reader, 0)) == [(1, "book.kept")]


async def test_none_is_missed_whatever_the_order_of_the_commits(pool: Pool) -> None:
    chance = random.Random(20261121)
    made: list[UUID] = [new_id() for _ in range(6)]
    each = 15
    delays = {(book, n): chance.random() / 100 for book in made for n in range(each)}

    async def write(book: UUID) -> None:
        for n in range(each):
            async with writing(pool) as connection:
                await add(connection, "book.updated", book, n + 1)
                await asyncio.sleep(delays[book, n])

    async def follow() -> list[EventRead]:
        reader = PostgresEventReader(pool, most_at_once=3)
        seen: list[EventRead] = []
        while len(seen) < len(made) * each:
            seen += await since(reader, len(seen), limit=4)
        return seen

    async with asyncio.timeout(60):
        _, (one, other) = await asyncio.gather(asyncio.gather(*map(write, made)), asyncio.gather(follow(), follow()))
    assert one == other
    assert [event.sequence for event in one] == list(range(1, len(made) * each + 1))
    assert {(event.aggregate_id, event.version) for event in one} == {(b, n + 1) for b in made for n in range(each)}
    for book in made:
        assert [event.version for event in one if event.aggregate_id == book] == list(range(1, each + 1))


async def test_many_that_wait_are_numbered_some_at_a_time(pool: Pool) -> None:
    async with writing(pool) as connection:
        for n in range(25):
            await add(connection, f"book.e{n:02}")
    assert [one.sequence for one in await since(PostgresEventReader(pool, most_at_once=10), 0)] == list(range(1, 26))


async def test_a_history_that_was_taken_over_is_no_event(pool: Pool) -> None:
    async with writing(pool) as connection:
        await connection.execute(
            "INSERT INTO events (position, type, aggregate, aggregate_id, version, at, by, changed, data) "
            "VALUES (7, $1, 'history', $2, 1, now(), 'history', '{}', '{}')",
            HISTORY_TAKEN,
            UUID(int=0),
        )
        await connection.execute("SELECT setval('events_position_seq', 7)")
        await add(connection, "book.created")
    reader = PostgresEventReader(pool)
    for _ in range(2):
        assert numbered(await since(reader, 0)) == [(1, "book.created")]
    page = await reader.history(read_listing(HISTORY_LIST, [("aggregate_id", str(UUID(int=0)))]))
    assert list(page.items) == []


async def test_a_restored_copy_goes_on_where_the_first_one_ended(pool: Pool, other_pool: Pool) -> None:
    """Nothing that is kept is of the cluster: no id of a transaction that another one would not know."""
    reader = PostgresEventReader(pool)
    async with writing(pool) as connection:
        await add(connection, "book.first")
        await add(connection, "book.second")
    assert len(await since(reader, 0)) == 2
    async with writing(pool) as connection:
        await add(connection, "book.waiting")
        rows = await connection.fetch("SELECT * FROM events ORDER BY position")
    async with other_pool.acquire() as connection:
        places = ", ".join(f"${place}" for place in range(1, 12))
        await connection.executemany(f"INSERT INTO events VALUES ({places})", [tuple(row) for row in rows])
        await connection.execute("SELECT setval('events_position_seq', 3)")
        await add(connection, "book.new")
    expected = [(1, "book.first"), (2, "book.second"), (3, "book.waiting"), (4, "book.new")]
    assert numbered(await since(PostgresEventReader(other_pool), 0)) == expected


async def test_the_watermark_stays_that_of_the_last_written_event(pool: Pool) -> None:
    async with writing(pool) as connection:
        await add(connection, "book.created")
        await add(connection, "book.updated")
    async with pool.acquire() as connection:
        before = await connection.fetchval("SELECT max(position) FROM events")
        await since(PostgresEventReader(pool), 0)
        assert await connection.fetchval("SELECT max(position) FROM events") == before == 2


@pytest.fixture(scope="module")
async def full(module_pool: Pool) -> Pool:
    """100,000 numbered events."""
    async with module_pool.acquire() as connection:
        await connection.execute(FILL)
        await connection.execute("VACUUM ANALYZE events")
    return module_pool


ONE = "00000000-0000-7000-8000-000000000007"


@pytest.mark.parametrize(
    ("spec", "pairs", "most"),
    [
        (EVENT_LIST, [], 21),
        (EVENT_LIST, [("sequence[gt]", "99000")], 21),
        (EVENT_LIST, [("sort", "-sequence")], 21),
        (EVENT_LIST, [("aggregate", "customer")], 21),
        (EVENT_LIST, [("aggregate_id", ONE)], 21),
        (EVENT_LIST, [("type", "customer.merged")], 21),
        (EVENT_LIST, [("type", "customer.merged"), ("sequence[gt]", "60000")], 21),
        (EVENT_LIST, [("at", "2026-01-03T00:00:00Z")], 21),
        (EVENT_LIST, [("at[gte]", "2026-03-10T00:00:00Z")], 2_000),
        (HISTORY_LIST, [("aggregate_id", ONE)], 21),
        (HISTORY_LIST, [("aggregate_id", ONE), ("type", "book.updated")], 21),
    ],
)
async def test_a_list_reads_no_more_than_it_needs(
    full: Pool, spec: ListSpec, pairs: list[tuple[str, str]], most: int
) -> None:
    statements = EVENT_STATEMENTS if spec is EVENT_LIST else HISTORY_STATEMENTS
    statement, params = statements.page(read_listing(spec, pairs))
    async with full.acquire() as connection:
        plan = await connection.fetch(
            f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement.sql}", *statement.bind(params)
        )
    told = "\n".join(row[0] for row in plan)
    assert "Seq Scan" not in told, told
    assert "Index" in told, told
    read = [int(float(part.split(" ")[0])) for part in told.split("rows=")[1:]]
    assert max(read) <= most, told
