"""An answer is never older than the question: whatever is committed before it is asked is in it, kept or not."""

import asyncio
import random
from collections.abc import AsyncIterator

import msgspec
import pytest

from adapters.memory.cache import MemoryCache
from adapters.postgres.events import number_waiting
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from adapters.system.system import SystemClock
from application.analytics.limits import Limits
from application.analytics.service import AnalyticsService
from application.ports.cache import Cache
from tests.support.builders import new_id
from tests.support.caches import redis_cache
from tests.support.definition import MODELS, AtOnce
from tests.support.pools import onlooker

SELLERS, READERS, SALES = 6, 4, 12
SALE = """
    WITH sold AS (
        INSERT INTO orders (id, channel, status, placed_at, currency, subtotal, tax, shipping, line_count,
                            version, created_at, created_by, updated_at, updated_by)
        VALUES ($1, 'web', 'placed', '2026-03-01', 'EUR', 1, 0, 0, 1, 1, now(), 'test', now(), 'test')
        RETURNING id
    ), lines AS (
        INSERT INTO order_lines (order_id, number, sku, quantity, unit_price, discount, amount, returned)
        SELECT id, 1, 'TOTE', 1, 1, 0, 1, 0 FROM sold
    )
    INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data)
    VALUES ('order.placed', 'order', $1, 1, now(), 'test', '{}', '{}')
"""


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache(entries=1_000, most_bytes=10**7, seconds=60)
        return
    async with redis_cache(redis_url) as kept:
        yield kept


class Counter:
    """Asks how many orders there are."""

    def __init__(self, pool: Pool, cache: Cache) -> None:
        self.outcomes: list[str] = []
        self._service = AnalyticsService(
            computation=AtOnce(),
            models=MODELS,
            facts=PostgresPurchaseFacts(pool),
            clock=SystemClock(),
            limits=Limits(waiting=1_000),
            cache=cache,
            observer=lambda _report, outcome: self.outcomes.append(outcome),
        )

    async def __call__(self) -> int:
        answer = await self._service.ask("summary", [("currency", "EUR"), ("as_of", "2030-01-01")])
        return int(msgspec.to_builtins(answer.data)["orders"])


async def test_what_is_begun_before_and_committed_after_an_answer_is_in_the_next(
    pool: Pool, database_url: str, cache: Cache
) -> None:
    count = Counter(pool, cache)
    async with onlooker(database_url) as late, onlooker(database_url) as early:
        transaction = late.transaction()
        await transaction.start()
        await late.execute(SALE, new_id())
        await early.execute(SALE, new_id())
        assert [await count(), await count()] == [1, 1]
        await transaction.commit()
        assert [await count(), await count()] == [2, 2]
    await number_waiting(pool)
    assert await count() == 2
    assert count.outcomes == ["counted", "cached", "counted", "cached", "cached"], "numbering events changes nothing"


async def test_every_committed_sale_is_in_every_answer_that_is_asked_for_after_it(
    pool: Pool, database_url: str, cache: Cache
) -> None:
    chance = random.Random(20261130)
    committed = 0
    selling = True
    count = Counter(pool, cache)

    async def sell() -> None:
        nonlocal committed
        async with onlooker(database_url) as connection:
            for _ in range(SALES):
                async with connection.transaction():
                    await connection.execute(SALE, new_id())
                    await asyncio.sleep(chance.random() / 50)
                committed += 1
                await asyncio.sleep(chance.random() / 50)

    async def ask() -> None:
        while selling:
            known = committed
            found = await count()
            assert known <= found <= SELLERS * SALES
            await asyncio.sleep(chance.random() / 200)

    async def number() -> None:
        while selling:
            await number_waiting(pool)
            await asyncio.sleep(0.02)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for _ in range(READERS):
            group.create_task(ask())
        group.create_task(number())
        await asyncio.gather(*(sell() for _ in range(SELLERS)))
        selling = False
    assert await count() == SELLERS * SALES == committed
    assert await count() == committed
    assert {"counted", "cached"} <= set(count.outcomes) <= {"counted", "cached", "shared"}
