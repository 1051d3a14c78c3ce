"""The health of PostgreSQL, in all the states that it may be in."""

import asyncio

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.stores import PostgresHealth
from entrypoints.bootstrap import migrate
from tests.support.pools import hold, opened
from tests.support.postgres_units import ask
from tests.support.proxy import Proxy

HEAD = migrate.head()


async def test_a_migrated_database_is_well(pool: Pool) -> None:
    health = await PostgresHealth(pool, head=HEAD).check()
    assert (health.store, health.ok, health.migrated, health.detail) == ("postgres", True, True, None)
    assert health.round_trip_ms is not None
    assert 0 < health.round_trip_ms < 2_000


@pytest.mark.parametrize(
    ("revision", "migrated", "told"),
    [
        ("2020_01_01_0000", False, "run `daybook db upgrade`"),
        ("2999_01_01_0000", True, "later than this program's"),
    ],
)
async def test_a_schema_of_another_revision(pool: Pool, revision: str, migrated: bool, told: str) -> None:
    await ask(pool, "UPDATE alembic_version SET version_num = $1", revision)
    health = await PostgresHealth(pool, head=HEAD).check()
    assert (health.ok, health.migrated) == (True, migrated)
    assert told in (health.detail or "")


@pytest.mark.parametrize("change", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
async def test_a_schema_that_was_never_migrated(pool: Pool, change: str) -> None:
    await ask(pool, change)
    health = await PostgresHealth(pool, head=HEAD).check()
    assert (health.ok, health.migrated) == (True, False)
    assert "never migrated" in (health.detail or "")


async def test_a_database_that_went_away_and_came_back(database_url: str) -> None:
    async with Proxy(database_url) as proxy, opened(proxy.url) as pool:
        store = PostgresHealth(pool, head=HEAD)
        assert (await store.check()).ok
        proxy.refuses = True
        proxy.cut()
        health = await store.check()
        assert (health.ok, health.migrated, health.round_trip_ms) == (False, None, None)
        assert health.detail
        assert "secret" not in health.detail
        proxy.refuses = False
        assert (await store.check()).ok


async def test_a_pool_that_has_nothing_free_is_not_well_and_says_so_soon(database_url: str) -> None:
    async with opened(database_url, pool_size=1, max_overflow=0) as pool:
        released = asyncio.Event()
        users = await hold(pool, released, 1)
        began = asyncio.get_running_loop().time()
        health = await PostgresHealth(pool, head=HEAD).check()
        assert asyncio.get_running_loop().time() - began < 4
        assert (health.ok, health.detail) == (False, "no answer within 2 s")
        released.set()
        await asyncio.gather(*users)
        assert (await PostgresHealth(pool, head=HEAD).check()).ok
