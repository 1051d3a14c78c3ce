"""What becomes of a worker while the database is away."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.postgres.job_queue import PostgresJobQueue
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.system.system import SystemClock
from application.caller import Caller
from application.errors import Unavailable
from domain.jobs.job import Job
from tests.support.pools import eventually
from tests.support.proxy import Proxy
from tests.support.working import Hands, a_job, working

HEARTBEAT = timedelta(seconds=1)


async def ask(pool: Pool, *jobs: Job) -> None:
    async with PostgresUnitsOfWork(pool)(Caller("ada")) as uow:
        uow.jobs.enqueue(*jobs)
        await uow.commit()


def queue(pool: Pool) -> PostgresJobQueue:
    return PostgresJobQueue(pool, SystemClock(), heartbeat=HEARTBEAT, poll=timedelta(seconds=0.1))


async def test_a_worker_goes_on_when_the_database_is_there_again(pool: Pool, database_url: str) -> None:
    async with Proxy(database_url) as proxy:
        far = Pool(proxy.url, acquire_timeout=1, connect_timeout=1)
        await far.open()

        async def keep(job: Job) -> None:
            # As JobRunner does.
            ended = False
            while not ended:
                with suppress(Unavailable):
                    ended = await hands.succeed(job)

        hands = Hands(queue(far), keep)
        before, meanwhile = a_job(), a_job()
        async with working(hands):
            await ask(pool, before)
            await hands.until(1)
            proxy.refuses = True
            proxy.cut()
            await ask(pool, meanwhile)
            # Longer than a heartbeat: other workers may take what was picked here.
            await asyncio.sleep(2)
            proxy.refuses = False
            await hands.until(2)
        await far.close(2)
    assert hands.ids == [before.id, meanwhile.id]


async def test_a_worker_that_is_told_to_stop_meanwhile_says_that_it_is_away(database_url: str) -> None:
    async with Proxy(database_url) as proxy:
        far = Pool(proxy.url, acquire_timeout=1, connect_timeout=1)
        await far.open()
        hands = Hands(queue(far))
        with pytest.raises(Unavailable):
            async with working(hands) as stopping:
                await asyncio.sleep(0.5)
                proxy.refuses = True
                proxy.cut()
                await asyncio.sleep(0.5)
                stopping.set()
        await far.close(2)


async def test_a_worker_that_is_cancelled_cancels_what_it_runs_and_waits_for_it(pool: Pool) -> None:
    cleaned: list[Job] = []

    async def sleep(job: Job) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(job)

    hands = Hands(queue(pool), sleep)
    await ask(pool, a_job(), a_job())
    work = asyncio.create_task(hands.queue.work(hands.run, queues=["default"], concurrency=4, stopping=asyncio.Event()))
    await eventually(lambda: len(hands.took) == 2)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert len(cleaned) == 2
