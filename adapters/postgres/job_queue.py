"""Jobs for those who run them, delivered by PgQueuer over Daybook's own pool.

Of the engine this uses the picking (by priority and time, one place at a time, a bounded number) and the heartbeat. How
a job ends is Daybook's own statement, held to the lease of the attempt: the engine ends a delivery by its id alone, so
that a worker that was taken for dead could end the one that runs the job now.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job as Delivery
from pgqueuer.domain.models import TracebackRecord
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import JOB_STATUS, Channel
from pgqueuer.domain.types import JobId as DeliveryId
from pgqueuer.queries import Queries
from sqlalchemy import DateTime, Uuid, bindparam, literal_column, null, text, update

from adapters.postgres.errors import write
from adapters.postgres.job_driver import PoolDriver
from adapters.postgres.job_rows import ENGINE_SCHEMA, JOB_OUTPUT, job_of
from adapters.postgres.job_signal import CHANNEL
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.sql.tables import jobs
from adapters.sql.tables.jobs import OPEN
from application.ports.jobs import Held
from application.ports.system import Clock
from domain.jobs.job import Job
from domain.shared.ids import JobId

# Every name is given: the engine would take those that are not from the environment.
_SETTINGS = DBSettings(
    prefix="",
    db_schema=ENGINE_SCHEMA,
    channel=Channel(CHANNEL),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
)
_NOW = bindparam("at", type_=DateTime(timezone=True))
_BEGIN = Statement(
    update(jobs)
    .values(
        state=literal_column("'running'"),
        attempt=jobs.c.attempt + literal_column("1"),
        lease=jobs.c.lease + literal_column("1"),
        started_at=_NOW,
        progress_done=null(),
        progress_total=null(),
        version=jobs.c.version + literal_column("1"),
        updated_at=_NOW,
        updated_by=literal_column("'job:'").concat(jobs.c.kind),
    )
    .where(jobs.c.id == bindparam("job_id", type_=Uuid()), text(OPEN))
    .returning(*JOB_OUTPUT),
    name="jobs.begin",
)
_DROP = Statement(
    text(
        "DELETE FROM pgqueuer.pgqueuer WHERE id = :delivery AND NOT EXISTS"
        " (SELECT FROM jobs WHERE jobs.id = :id AND jobs.state IN ('waiting', 'running'))"
    ),
    name="jobs.drop_delivery",
)
_END = Statement(
    text(
        "WITH ended AS (UPDATE jobs SET state = :state, attempt = :attempt, run_at = :run_at,"
        " progress_done = :progress_done, progress_total = :progress_total, result = CAST(:result AS jsonb),"
        " error_code = :error_code, error_message = :error_message, finished_at = :finished_at,"
        " cancel_requested_at = coalesce(cancel_requested_at, CAST(:cancelled_at AS timestamptz)),"
        " version = version + 1, updated_at = :at, updated_by = :by"
        " WHERE id = :id AND lease = :lease AND state = 'running' RETURNING id, state, run_at),"
        " gone AS (DELETE FROM pgqueuer.pgqueuer AS delivery USING ended"
        " WHERE delivery.dedupe_key = CAST(ended.id AS text)"
        " AND delivery.status IN ('queued', 'picked') AND ended.state <> 'waiting'),"
        " again AS (UPDATE pgqueuer.pgqueuer AS delivery SET status = 'queued', queue_manager_id = NULL, slot = NULL,"
        " updated = now(), execute_after = ended.run_at FROM ended WHERE delivery.dedupe_key = CAST(ended.id AS text)"
        " AND delivery.status IN ('queued', 'picked') AND ended.state = 'waiting')"
        " SELECT count(*) FROM ended"
    ),
    name="jobs.end",
)
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
_BEAT = (
    "UPDATE pgqueuer.pgqueuer SET heartbeat = now()"
    " WHERE id = ANY($1::bigint[]) AND queue_manager_id = $2 AND status = 'picked'"
)


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

    async def work(
        self, run: Callable[[Job], Awaitable[None]], *, queues: Sequence[str], concurrency: int, stopping: asyncio.Event
    ) -> None:
        """Hands out jobs until it is told to stop and all have come back; `concurrency` is at least 2."""
        driver = PoolDriver(self._pool, stopping)
        deliveries = _Deliveries(
            driver,
            qbe=QueryBuilderEnvironment(_SETTINGS),
            qbq=QueryQueueBuilder(_SETTINGS),
            qbs=QuerySchedulerBuilder(_SETTINGS),
        )
        manager = QueueManager(deliveries, channel=Channel(CHANNEL))
        deliveries.manager_id = manager.queue_manager_id

        async def take(delivery: Delivery) -> None:
            job = await self._begin(delivery)
            if job is not None:
                await run(job)
            driver.wake()

        for queue in queues:
            manager.entrypoint(queue)(take)
        engine = asyncio.create_task(
            manager.run(
                dequeue_timeout=self._poll,
                batch_size=max(1, concurrency // 2),
                max_concurrent_tasks=concurrency,
                heartbeat_timeout=self._heartbeat,
                log_aggregation_interval=timedelta(0),
            )
        )
        stop = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({engine, stop}, return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            await engine
        finally:
            stop.cancel()
            engine.cancel()

    async def _begin(self, delivery: Delivery) -> Job | None:
        job_id = UUID((delivery.payload or b"").decode())
        now = self._clock.now()
        row = await write(self._pool, lambda connection: _BEGIN.fetchrow(connection, job_id=job_id, at=now))
        if row is None:
            await write(self._pool, lambda connection: _DROP.execute(connection, delivery=delivery.id, id=job_id))
            return None
        return job_of(row)

    async def end(self, job: Job) -> bool:
        """Keeps what became of an attempt, unless its lease was lost."""
        progress, error = job.progress, job.error
        params = {
            "id": job.id,
            "lease": job.lease,
            "state": str(job.state),
            "attempt": job.attempt,
            "run_at": job.run_at,
            "progress_done": None if progress is None else progress.done,
            "progress_total": None if progress is None else progress.total,
            "result": None if job.result is None else dict(job.result),
            "error_code": None if error is None else error.code,
            "error_message": None if error is None else error.message,
            "finished_at": job.finished_at,
            "cancelled_at": job.cancel_requested_at,
            "at": job.lifecycle.updated_at,
            "by": job.lifecycle.updated_by,
        }
        return bool(await write(self._pool, lambda connection: _END.fetchval(connection, **params)))

    async def watch(self, held: Sequence[Held]) -> AbstractSet[JobId]:
        """Keeps how far these are; returns those that are to stop."""
        params = {
            "ids": [one.job_id for one in held],
            "leases": [one.lease for one in held],
            "done": [None if one.progress is None else one.progress.done for one in held],
            "totals": [None if one.progress is None else one.progress.total for one in held],
        }
        rows = await write(self._pool, lambda connection: _WATCH.fetch(connection, **params))
        return {JobId(row[0]) for row in rows}

    async def forget(self, *, finished_before: datetime, many: int) -> int:
        """Deletes jobs that succeeded or were cancelled before that."""
        return await write(
            self._pool, lambda connection: _FORGET.affected(connection, before=finished_before, many=many)
        )


class _Deliveries(Queries):
    """A delivery ends in the statement that ends its job, and gives a sign of life only while it is this worker's."""

    manager_id: UUID | None = None

    async def log_jobs(self, job_status: list[tuple[Delivery, JOB_STATUS, TracebackRecord | None]]) -> None:
        """Nothing: see above."""

    async def update_heartbeat(self, job_ids: list[DeliveryId]) -> None:
        """Of those that nobody else holds by now."""
        await self.driver.execute(_BEAT, list(set(job_ids)), self.manager_id)
