"""Workers in processes of their own, killed at random points under load: no job is lost, and each effect comes once."""

import asyncio
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.caller import Caller
from domain.jobs.job import Job
from tests.support.builders import a_book
from tests.support.forked import Piped
from tests.support.job_worker import LEDGER
from tests.support.pools import eventually
from tests.support.working import a_job

HEARTBEAT = 1.0
CALLER = Caller("ada", request_id="req-1")
# Milliseconds for which the transaction of a job stays open.
LENGTHS = [0, 0, 0, 1, 5, 20, 50, 150, 1000]

Worker = Piped
Start = Callable[..., Worker]


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    """Starts workers; those that are left are killed."""
    started: list[Worker] = []

    def one(*, concurrency: int = 12, grace: float = 1) -> Worker:
        arguments = [database_url, str(HEARTBEAT), str(concurrency), str(grace)]
        worker = Piped(*arguments, program="tests.support.job_worker:main")
        started.append(worker)
        return worker

    yield one
    for worker in started:
        worker.close()


async def ready(worker: Worker) -> None:
    assert await asyncio.to_thread(worker.stdout.readline) == "ready\n"


async def ended(worker: Worker) -> int:
    return await asyncio.to_thread(worker.wait, 30)


async def ask(pool: Pool, *jobs: Job) -> None:
    """With a change of the shop, in units of one and of several statements."""
    async with PostgresUnitsOfWork(pool)(CALLER) as uow:
        uow.books.add(a_book())
        uow.jobs.enqueue(*jobs)
        await uow.commit()


async def value(pool: Pool, query: str, *values: object) -> Any:
    async with pool.acquire() as connection:
        return await connection.fetchval(query, *values)


async def open_jobs(pool: Pool) -> int:
    return int(await value(pool, "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running')"))


async def killed(pool: Pool, start: Start, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    async with pool.acquire() as connection:
        await connection.execute(LEDGER)
    asked: list[Job] = []
    enough = asyncio.Event()

    async def load() -> None:
        while not enough.is_set():
            jobs = [
                a_job("write", arguments={"ms": chance.choice(LENGTHS), "again": chance.random() < 0.2})
                for _ in range(chance.choice([1, 1, 1, 5]))
            ]
            await ask(pool, *jobs)
            asked.extend(jobs)
            await asyncio.sleep(0.03)

    loading = asyncio.create_task(load())
    workers = [start(), start()]
    for worker in workers:
        await ready(worker)
    for _ in range(kills):
        await asyncio.sleep(chance.random())
        victim = chance.randrange(len(workers))
        workers[victim].kill()
        await ended(workers[victim])
        workers[victim] = start()
        if chance.random() < 0.2:  # while it starts, too
            await asyncio.sleep(chance.random() / 10)
            workers[victim].kill()
            await ended(workers[victim])
            workers[victim] = start()
        await ready(workers[victim])
    enough.set()
    await loading
    await eventually(lambda: none_is_open(pool), within=60)

    states = await value(pool, "SELECT json_object_agg(state, n) FROM (SELECT state, count(*) n FROM jobs GROUP BY 1)")
    everything = await value(pool, "SELECT count(*) FROM jobs")
    assert states == {"succeeded": everything}
    assert everything >= len(asked)
    assert await value(pool, "SELECT count(*) FROM jobs WHERE id = ANY($1)", [job.id for job in asked]) == len(asked)
    assert await value(pool, "SELECT count(*) FROM jobs WHERE id NOT IN (SELECT job_id FROM ledger)") == 0
    assert await value(pool, "SELECT effects FROM tally") == everything
    assert await value(pool, "SELECT count(*) FROM pgqueuer.pgqueuer") == 0
    follows = "SELECT count(DISTINCT unique_key) FROM jobs WHERE unique_key IS NOT NULL"
    assert await value(pool, follows) == sum(job.arguments["again"] is True for job in asked)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert await ended(worker) == 0


async def none_is_open(pool: Pool) -> bool:
    return not await open_jobs(pool)


async def test_killed_under_load_nothing_is_lost_and_each_effect_comes_once(pool: Pool, start: Start) -> None:
    await killed(pool, start, kills=4, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
async def test_killed_a_hundred_times(pool: Pool, start: Start, seed: int) -> None:
    await killed(pool, start, kills=25, seed=seed)


async def test_what_a_killed_worker_ran_is_picked_up_soon_after_the_restart(pool: Pool, start: Start) -> None:
    jobs = [a_job("wait") for _ in range(6)]
    await ask(pool, *jobs)
    worker = start()
    running = "SELECT count(*) FROM jobs WHERE state = 'running'"

    async def all_run() -> bool:
        return bool(await value(pool, running) == 6)

    await eventually(all_run, within=20)
    worker.kill()
    await ended(worker)
    again = start()
    await ready(again)
    began = time.monotonic()
    await eventually(lambda: none_is_open(pool), within=HEARTBEAT + 5)
    assert time.monotonic() - began < HEARTBEAT + 5
    assert await value(pool, "SELECT count(*) FROM jobs WHERE state = 'succeeded' AND lease = 2 AND attempt = 2") == 6


async def test_a_poison_job_ends_in_the_dead_letter_and_the_queue_goes_on(pool: Pool, start: Start) -> None:
    async with pool.acquire() as connection:
        await connection.execute(LEDGER)
    good = [a_job("write", arguments={"ms": 30}) for _ in range(60)]
    await ask(pool, *good[:30], a_job("poison"), *good[30:])
    deaths = 0
    worker = start()
    deadline = time.monotonic() + 40
    while await open_jobs(pool):
        assert time.monotonic() < deadline
        if worker.poll() is not None:
            deaths += 1
            worker = start()
        await asyncio.sleep(0.05)
    assert deaths == 3
    dead = "SELECT kind || ' ' || error_code || ' ' || attempt FROM jobs WHERE state = 'failed'"
    assert await value(pool, dead) == "poison worker-lost 4"
    assert await value(pool, "SELECT count(*) FROM jobs WHERE kind = 'write' AND state = 'succeeded'") == 60
    assert await value(pool, "SELECT effects FROM tally") == 60


async def test_a_poison_job_takes_no_other_along(pool: Pool, start: Start) -> None:
    async with pool.acquire() as connection:
        await connection.execute(LEDGER)
    # All are picked together, and none has come to an end when the process dies.
    good = [a_job("delicate", arguments={"ms": 50}) for _ in range(9)]
    await ask(pool, *good[:4], a_job("poison"), *good[4:])
    worker = start()
    deadline = time.monotonic() + 60
    while await open_jobs(pool):
        assert time.monotonic() < deadline
        if worker.poll() is not None:
            worker = start()
        await asyncio.sleep(0.05)
    assert await value(pool, "SELECT string_agg(kind, ' ') FROM jobs WHERE state = 'failed'") == "poison"
    assert await value(pool, "SELECT effects FROM tally") == len(good)


async def test_told_to_stop_a_worker_ends_what_it_runs_or_hands_it_back(pool: Pool, start: Start) -> None:
    async with pool.acquire() as connection:
        await connection.execute(LEDGER)
    short = [a_job("write", arguments={"ms": 300}) for _ in range(4)]
    long, waiting = [a_job("wait") for _ in range(4)], [a_job("write", priority=-1) for _ in range(5)]
    await ask(pool, *short, *long, *waiting)
    worker = start(concurrency=8, grace=1)

    async def all_run() -> bool:
        return bool(await value(pool, "SELECT count(*) FROM jobs WHERE lease > 0") >= 8)

    await eventually(all_run, within=20)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert await ended(worker) == 0
    assert time.monotonic() - began < 5
    assert await value(pool, "SELECT count(*) FROM jobs WHERE state = 'running'") == 0
    ids = [job.id for job in short]
    assert await value(pool, "SELECT count(*) FROM jobs WHERE id = ANY($1) AND state = 'succeeded'", ids) == 4
    back = "SELECT count(*) FROM jobs WHERE kind = 'wait' AND state = 'waiting' AND attempt = 0 AND lease = 1"
    assert await value(pool, back) == 4
    await ready(start())
    # At once, and not once a heartbeat was missed.
    await eventually(lambda: none_is_open(pool), within=0.9 * HEARTBEAT)
    assert await value(pool, "SELECT count(*) FROM jobs WHERE state = 'succeeded' AND attempt = 1") == 13
    assert await value(pool, "SELECT effects FROM tally") == 9
