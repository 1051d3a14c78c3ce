"""A worker for a process of its own, to be killed: its arguments are URL HEARTBEAT CONCURRENCY GRACE.

What its jobs do they write into two tables of `LEDGER`: `ledger` has each job once, and `tally` counts the effects, in
the same transaction.
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from msgspec import Struct

from adapters.postgres.job_queue import PostgresJobQueue
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.jobs.kinds import JobKind, JobRun
from application.jobs.running import JobRunner
from domain.jobs.job import Job
from domain.jobs.retry import RetryPolicy
from domain.shared.events import Scalar
from domain.shared.ids import JobId

LEDGER = """
    CREATE TABLE ledger (job_id uuid PRIMARY KEY, lease integer NOT NULL);
    CREATE TABLE tally (effects integer NOT NULL);
    INSERT INTO tally VALUES (0);
"""
_POLL = timedelta(seconds=0.2)


class Takes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long it takes; and whether it asks for another job, when it is done."""

    ms: int = 0
    again: bool = False


class Write:
    """Has its effect in a transaction that stays open for a while."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._units = PostgresUnitsOfWork(pool)
        self._clock = SystemClock()
        self._ids = Uuid7Generator(self._clock)

    async def run(self, run: JobRun) -> Mapping[str, Scalar] | None:
        job = run.job
        async with self._pool.acquire() as connection, connection.transaction():
            added = await connection.fetchval(
                "INSERT INTO ledger VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1", job.id, job.lease
            )
            await asyncio.sleep(float(job.arguments.get("ms") or 0) / 1000)
            if added:
                await connection.execute("UPDATE tally SET effects = effects + 1")
        if job.arguments.get("again"):
            await self._ask_for_another(run)
        return {"lease": job.lease}

    async def _ask_for_another(self, run: JobRun) -> None:
        # Two of them, when this is run again after the first one is done, have the key in common.
        async with self._units(run.caller) as uow:
            uow.jobs.enqueue(
                Job.ask(
                    JobId(self._ids.new()),
                    kind="write",
                    at=self._clock.now(),
                    by=run.caller.actor,
                    arguments={"ms": 1},
                    unique_key=f"after:{run.job.id}",
                )
            )
            await uow.commit()


class Wait:
    """Takes a minute, unless it was handed back before."""

    async def run(self, run: JobRun) -> Mapping[str, Scalar] | None:
        if run.job.lease == 1:
            await asyncio.sleep(60)
        return None


class Poison:
    """Takes its process with it."""

    async def run(self, _run: JobRun, /) -> Mapping[str, Scalar] | None:
        os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(60)
        return None


class Silent:
    """No telemetry."""

    @contextmanager
    def running(self, job: Job) -> Iterator[None]:  # of the protocol
        yield

    def ended(self, job: Job, seconds: float, error: BaseException | None) -> None:
        pass

    def handed_back(self, job: Job) -> None:
        pass

    def lost(self, job: Job) -> None:
        pass


def kinds(pool: Pool) -> list[JobKind]:
    # Who is killed a hundred times may meet one job several times.
    often = RetryPolicy(attempts=50, first=timedelta(seconds=0.1), longest=timedelta(seconds=1))
    return [
        JobKind(name="write", about="", handler=Write(pool), takes=Takes, retry=often),
        JobKind(name="delicate", about="", handler=Write(pool), takes=Takes, retry=RetryPolicy(attempts=3)),
        JobKind(name="wait", about="", handler=Wait(), retry=often),
        JobKind(name="poison", about="", handler=Poison(), retry=RetryPolicy(attempts=3)),
    ]


async def _work(url: str, heartbeat: float, concurrency: int, grace: float) -> None:
    pool = Pool(url)
    await pool.open()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    clock = SystemClock()
    runner = JobRunner(
        queue=PostgresJobQueue(pool, clock, heartbeat=timedelta(seconds=heartbeat), poll=_POLL),
        kinds=kinds(pool),
        clock=clock,
        chance=random.random,
        telemetry=Silent(),
    )
    print("ready", flush=True)
    await runner.work(queues=["default"], concurrency=concurrency, stopping=stopping, grace=grace)
    await pool.close()


def main() -> None:
    """With what the command line says."""
    asyncio.run(_work(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
