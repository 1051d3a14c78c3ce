"""Jobs for those who run them, delivered by PgQueuer over Daybook's own pool.

How a job ends is Daybook's own statement, held to the lease of the attempt: the engine ends a delivery by its id alone,
so that a worker that was taken for dead could end the one that runs the job now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job as Delivery
from pgqueuer.domain.types import Channel
from pgqueuer.domain.types import JobId as DeliveryId
from sqlalchemy import text

from adapters.postgres.errors import raise_translated, write
from adapters.postgres.job_deliveries import Deliveries
from adapters.postgres.job_driver import PoolDriver
from adapters.postgres.job_ends import Ends
from adapters.postgres.job_signal import CHANNEL
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.ports.jobs import Held
from application.ports.system import Clock
from domain.jobs.job import Job
from domain.shared.ids import JobId

_WATCH = Statement(
    text(
        "WITH held AS (SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:leases AS integer[]), CAST(:done AS bigint[]),"
        " CAST(:totals AS bigint[])) AS held(id, lease, done, total)),"
        " noted AS (UPDATE jobs SET progress_done = held.done, progress_total = held.total FROM held"
        " WHERE jobs.id = held.id AND jobs.lease = held.lease AND jobs.state = 'running' AND held.done IS NOT NULL)"
        " SELECT held.id FROM held LEFT JOIN jobs"
        " ON jobs.id = held.id AND jobs.lease = held.lease AND jobs.state = 'running'"
        " WHERE jobs.id IS NULL OR jobs.cancel_requested_at IS NOT NULL"
    ),
    name="jobs.watch",
)
_FORGET = Statement(
    text(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < :before"
        " AND state IN ('succeeded', 'cancelled') ORDER BY finished_at LIMIT :many)"
    ),
    name="jobs.forget",
)
# The engine's own buffers are not used; what comes into them is thrown away in large pieces.
_BUFFERED = 1000


class PostgresJobQueue:
    """`heartbeat` is after how long a worker that gives no sign of life counts as dead, `poll` how often is looked for
    what nobody told of: a job whose time has come, or whose worker has died.
    """

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        *,
        heartbeat: timedelta = timedelta(seconds=10),
        poll: timedelta = timedelta(seconds=1),
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._heartbeat = heartbeat
        self._poll = poll
        self._ends = Ends(pool)

    async def work(
        self, run: Callable[[Job], Awaitable[None]], *, queues: Sequence[str], concurrency: int, stopping: asyncio.Event
    ) -> None:
        """Hands out jobs until it is told to stop and all have come back."""
        driver = PoolDriver(self._pool, stopping)
        deliveries = Deliveries(self._pool, driver, self._clock, self._ends, concurrency=concurrency)
        manager = QueueManager(deliveries, channel=Channel(CHANNEL))
        deliveries.worker, deliveries.contexts = manager.queue_manager_id, manager.job_context
        runs: dict[DeliveryId, asyncio.Task[object] | None] = {}

        async def take(delivery: Delivery) -> None:
            runs[delivery.id] = asyncio.current_task()
            try:
                await run(deliveries.at_hand[delivery.id])
            finally:
                del runs[delivery.id]
                del deliveries.at_hand[delivery.id]
                driver.wake()

        for queue in queues:
            manager.entrypoint(queue)(take)
        engine = asyncio.create_task(
            manager.run(
                dequeue_timeout=self._poll,
                batch_size=_BUFFERED,
                heartbeat_timeout=self._heartbeat,
                log_aggregation_interval=timedelta(0),
            )
        )
        stop = asyncio.create_task(_pass_on(stopping, manager.shutdown))
        try:
            await asyncio.wait({engine})
        finally:
            stop.cancel()
            if not engine.done():
                for one in (*runs.values(), engine):
                    if one is not None:
                        one.cancel()
                await asyncio.wait({engine})
        try:
            engine.result()
        except Exception as error:
            raise_translated(error)

    async def end(self, job: Job) -> bool:
        """Keeps what became of an attempt, unless its lease was lost."""
        return await self._ends.keep(job)

    async def watch(self, held: Sequence[Held]) -> AbstractSet[JobId]:
        """Keeps how far these are; returns those that are to stop."""
        params = {
            "ids": [one.job_id for one in held],
            "leases": [one.lease for one in held],
            "done": [None if one.progress is None else one.progress.done for one in held],
            "totals": [None if one.progress is None else one.progress.total for one in held],
        }
        async with self._ends.apart:
            rows = await write(self._pool, lambda connection: _WATCH.fetch(connection, **params))
        return {JobId(row[0]) for row in rows}

    async def forget(self, *, finished_before: datetime, many: int) -> int:
        """Deletes jobs that succeeded or were cancelled before that."""
        return await write(
            self._pool, lambda connection: _FORGET.affected(connection, before=finished_before, many=many)
        )


async def _pass_on(stopping: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stopping.wait()
    shutdown.set()
