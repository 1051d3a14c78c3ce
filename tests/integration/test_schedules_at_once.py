"""Two schedulers and two workers on one PostgreSQL: of 500 ticks none is missed and none comes twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from adapters.postgres.pool import Pool
from domain.jobs.schedule import CatchUp
from tests.support.builders import MORNING, minutes
from tests.support.clocks import SetClock
from tests.support.pools import eventually, opened
from tests.support.postgres_case import postgres_ports
from tests.support.scheduling import planned, schedules_on, time_of
from tests.support.working import Hands, working

# Minutes between two looks of a scheduler: mostly in time, now and then after a pause that is to be caught up with.
STEPS = [1, 1, 0, 2, 1, 0.5, 0.5, 30, 1, 1, 3, 9]


@pytest.fixture
async def second_pool(database_url: str) -> AsyncIterator[Pool]:
    async with opened(database_url) as one:
        yield one


async def test_500_ticks(pool: Pool, second_pool: Pool) -> None:
    clocks = SetClock(), SetClock()
    first, second = (
        schedules_on(postgres_ports(each), clock) for each, clock in zip((pool, second_pool), clocks, strict=True)
    )
    made = [
        await planned(first, f"schedule {n}", cron, catch_up=CatchUp.ALL)
        for n, cron in enumerate(["* * * * *", "*/2 * * * *", "* * * * *", "*/5 * * * *"])
    ]
    hands = [Hands(queue) for each in (pool, second_pool) if (queue := postgres_ports(each).job_queue) is not None]

    async with working(hands[0], concurrency=10), working(hands[1], concurrency=10):
        step, asked = 0, 0
        while asked < 500:
            for clock in clocks:
                clock.at += timedelta(minutes=STEPS[step % len(STEPS)])
            # One of them is a little ahead, as clocks are.
            clocks[1].at += timedelta(milliseconds=step % 3)
            asked += sum(await asyncio.gather(first.tick(), second.tick(), first.tick(), second.tick()))
            step += 1
        await eventually(lambda: len(hands[0].took) + len(hands[1].took) >= asked, within=20)
        await asyncio.sleep(0.3)

    runs = Counter(time_of(job.unique_key) for one in hands for job in one.took)
    until = clocks[1].at
    expected = Counter(
        {(str(one.id), time): 1 for one, every in zip(made, (1, 2, 1, 5), strict=True) for time in _times(every, until)}
    )
    assert runs == expected
    assert runs.total() == asked >= 500
    assert all(one.took for one in hands)


def _times(every: int, until: datetime) -> list[datetime]:
    count = int((until - MORNING) / minutes(every))
    return [MORNING + minutes(every * n) for n in range(1, count + 1)]
