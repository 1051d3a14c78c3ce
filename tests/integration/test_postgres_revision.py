"""The revision of PostgreSQL: the same exactly where the same is seen, in whichever order transactions commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.events import REVISION, number_waiting
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from tests.support.builders import new_id
from tests.support.plans import measured
from tests.support.pools import onlooker
from tests.support.postgres import TemplateDatabase

INSERT = """
    INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data)
    VALUES ('order.placed', 'order', $1, 1, now(), 'test', '{}', '{}')
"""
FILL = """
    INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data, sequence)
    SELECT 'book.updated', 'book', gen_random_uuid(), 1, now(), 'bob', '{}', '{}', n
    FROM generate_series(1, 100000) AS n
"""
WRITERS = 4
_STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "write", "commit", "roll back", "number"]), st.integers(0, WRITERS - 1)),
    max_size=25,
)


class Writer:
    """One connection that opens a transaction with its first event."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._transaction: asyncpg.transaction.Transaction | None = None

    async def write(self) -> None:
        if self._transaction is None:
            self._transaction = self._connection.transaction()
            await self._transaction.start()
        await self._connection.execute(INSERT, new_id())

    async def end(self, *, commit: bool) -> None:
        if self._transaction is not None:
            await (self._transaction.commit() if commit else self._transaction.rollback())
            self._transaction = None


@asynccontextmanager
async def writers(url: str) -> AsyncIterator[Sequence[Writer]]:
    async with AsyncExitStack() as stack:
        yield [Writer(await stack.enter_async_context(onlooker(url))) for _ in range(WRITERS)]


async def visible(pool: Pool) -> frozenset[int]:
    async with pool.acquire() as connection:
        return frozenset(row[0] for row in await connection.fetch("SELECT position FROM events"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
async def test_it_is_the_same_exactly_where_the_same_is_seen(
    pool: Pool, database_url: str, steps: list[tuple[str, int]]
) -> None:
    facts = PostgresPurchaseFacts(pool)
    seen = {await facts.revision(): await visible(pool)}
    async with writers(database_url) as all_of_them:
        for step, number in steps:
            match step:
                case "write":
                    await all_of_them[number].write()
                case "number":
                    await number_waiting(pool)
                case _:
                    await all_of_them[number].end(commit=step == "commit")
            now = await facts.revision()
            assert seen.setdefault(now, await visible(pool)) == await visible(pool)
    assert len(set(seen.values())) == len(seen)


async def test_what_commits_late_makes_another_though_the_watermark_stays(pool: Pool, database_url: str) -> None:
    facts = PostgresPurchaseFacts(pool)
    async with writers(database_url) as (late, early, *_):
        await late.write()
        await early.write()
        await early.end(commit=True)
        before = await facts.revision(), await facts.read(lambda view: view.watermark())
        await late.end(commit=True)
        after = await facts.revision(), await facts.read(lambda view: view.watermark())
    assert after[1] == before[1]
    assert after[0] != before[0]


def test_two_databases_that_went_on_from_one_copy_have_no_revision_in_common_after_it(
    migrated_template: TemplateDatabase,
) -> None:
    with migrated_template.copy() as url:
        asyncio.run(_grown(url))
        copied = TemplateDatabase(server_url=migrated_template.server_url, url=url)
        with copied.copy() as first, copied.copy() as second:
            (at_first, *seen_first), (at_second, *seen_second) = [asyncio.run(_grown(each)) for each in (first, second)]
    assert at_first == at_second
    assert not set(seen_first) & set(seen_second)


async def _grown(url: str) -> list[str]:
    """The revisions of a database, of which each event makes one."""
    pool = Pool(url)
    await pool.open()
    facts = PostgresPurchaseFacts(pool)
    seen = [await facts.revision()]
    async with writers(url) as (one, *_):
        for _ in range(3):
            await one.write()
            await one.end(commit=True)
            seen.append(await facts.revision())
    await pool.close(2)
    return seen


async def test_it_costs_the_same_with_many_events(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute(FILL)
        for _ in range(5):
            await connection.execute(INSERT, new_id())
        await connection.execute("VACUUM ANALYZE events")
    plan = await measured(pool, REVISION)
    assert {node["Node Type"] for node in plan}.isdisjoint({"Seq Scan", "Sort"})
    assert sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in plan[:1]) < 20
