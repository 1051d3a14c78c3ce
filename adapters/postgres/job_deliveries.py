"""What PgQueuer asks of its table, for one worker.

Of the engine this uses the picking (by priority and time, one place at a time) and the heartbeat. The rest is
Daybook's own:

- Jobs are begun in the statement that picks their deliveries. So there is one commit for all of them, and nobody who
  was stopped in between, and counted as dead meanwhile, begins a job beside the one who has it now.
- How many are at hand is counted here. The engine would count the deliveries that bear the worker's name, among them
  those whose run fell, and with enough of these it would never pick one again.
- A delivery ends in the statement that ends its job (adapters/postgres/job_ends.py). One that is asked for again gets
  a new id, so that nobody takes it for the one before, whose run has perhaps not come back.
"""

# ruff: noqa: S608  # the engine's own text and names of columns alone go into the statement

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.models import Context, TracebackRecord
from pgqueuer.domain.models import Job as Delivery
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import JOB_STATUS, Channel, QueueEntrypoint, QueueManagerId
from pgqueuer.domain.types import JobId as DeliveryId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries
from sqlalchemy import (
    text,
)

from adapters.postgres.errors import write
from adapters.postgres.job_driver import PoolDriver
from adapters.postgres.job_ends import Ends
from adapters.postgres.job_rows import ENGINE_SCHEMA, JOB_OUTPUT, job_of
from adapters.postgres.job_signal import CHANNEL
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.errors import Unavailable
from application.ports.system import Clock
from domain.jobs.job import LOST, Job

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
_OPEN = "jobs.state IN ('waiting', 'running')"
_LOST = "jobs.state = 'running'"
_PICKED = "SELECT * FROM claimed"
_COLUMNS = [f"j{place}" for place in range(len(JOB_OUTPUT))]
_RETURNED = ", ".join(f"jobs.{one.name} AS {name}" for one, name in zip(JOB_OUTPUT, _COLUMNS, strict=True))
_DROP = Statement(
    text(
        "DELETE FROM pgqueuer.pgqueuer AS delivery WHERE id = ANY(CAST(:deliveries AS bigint[]))"
        " AND queue_manager_id = :worker AND NOT EXISTS"
        " (SELECT FROM jobs WHERE jobs.id = CAST(delivery.dedupe_key AS uuid) AND jobs.state IN ('waiting', 'running'))"
    ),
    name="jobs.drop_deliveries",
)
_BEAT = (
    "UPDATE pgqueuer.pgqueuer SET heartbeat = now()"
    " WHERE id = ANY($1::bigint[]) AND queue_manager_id = $2 AND status = 'picked'"
)


class Deliveries(Queries):
    """The deliveries of a worker that has at most `concurrency` jobs at hand; `at_hand` are these, by delivery."""

    def __init__(self, pool: Pool, driver: PoolDriver, clock: Clock, ends: Ends, *, concurrency: int) -> None:
        super().__init__(
            driver,
            qbe=QueryBuilderEnvironment(_SETTINGS),
            qbq=QueryQueueBuilder(_SETTINGS),
            qbs=QuerySchedulerBuilder(_SETTINGS),
        )
        self.at_hand: dict[DeliveryId, Job] = {}
        self.contexts: dict[DeliveryId, Context] = {}
        self.worker: UUID | None = None
        self._pool = pool
        self._poolside = driver
        self._clock = clock
        self._ends = ends
        self._concurrency = concurrency

    @property
    def full(self) -> bool:
        """Whether there is room for no more. Whatever comes back wakes the engine."""
        return len(self.at_hand) >= self._concurrency or self._poolside.stopping.is_set()

    async def dequeue(
        self,
        batch_size: int,  # noqa: ARG002  # what there is room for is counted here
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,  # noqa: ARG002  # likewise
        heartbeat_timeout: timedelta,
    ) -> list[Delivery]:
        """Picks as many as there is room for, and begins their jobs."""
        self._poolside.looked()
        if self.full:
            return []
        query = self.qbq.build_dequeue_query(
            batch_size=self._concurrency - len(self.at_hand),
            entrypoints=list(entrypoints),
            concurrency_limits=[0 for _ in entrypoints],
            queue_manager_id=queue_manager_id,
            global_concurrency_limit=None,
            heartbeat_timeout=heartbeat_timeout,
        )
        sql = _begun(query.sql, len(query.args))
        rows = await self._poolside.records(sql, *query.args, self._clock.now(), [*self.contexts, *self.at_hand])
        # Its own, after a sign of life that came late, is what it runs already.
        picked = [(Delivery.model_validate(dict(row)), row) for row in rows if row["id"] not in self.contexts]
        begun = [(delivery, job_of(row)) for delivery, row in picked if row["j0"] is not None]
        if len(begun) < len(picked):
            await self._drop([delivery.id for delivery, row in picked if row["j0"] is None])
        if self._poolside.stopping.is_set():
            await self._hand_back([job for _, job in begun])
            return []
        self.at_hand |= {delivery.id: job for delivery, job in begun}
        return [delivery for delivery, _ in begun]

    async def _drop(self, ids: list[DeliveryId]) -> None:
        with suppress(Unavailable):  # they come again
            await write(self._pool, lambda connection: _DROP.execute(connection, deliveries=ids, worker=self.worker))

    async def _hand_back(self, jobs: list[Job]) -> None:
        with suppress(Unavailable):  # they are picked again once their heartbeat is late
            await asyncio.gather(*(self._ends.keep(job.hand_back(at=self._clock.now())) for job in jobs))

    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """None that could be picked while there is no room."""
        return 0 if self.full else await super().eligible_queued_work(entrypoints)

    async def next_deferred_eta(self, entrypoints: list[QueueEntrypoint]) -> timedelta | None:
        """Likewise."""
        return None if self.full else await super().next_deferred_eta(entrypoints)

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        """Likewise."""
        return 0 if self.full else await super().queued_work(entrypoints)

    async def log_jobs(self, job_status: list[tuple[Delivery, JOB_STATUS, TracebackRecord | None]]) -> None:
        """Nothing: see above."""

    async def update_heartbeat(self, job_ids: list[DeliveryId]) -> None:
        """Of those that nobody else holds by now."""
        await self.driver.execute(_BEAT, list(set(job_ids)), self.worker)


@lru_cache(maxsize=8)
def _begun(picking: str, values: int) -> str:
    """The engine's statement that picks deliveries, which begins their jobs as well.

    The value after its own ones is the time, and the next one the deliveries whose jobs run here already. A row is the
    columns of the job, all null where it is done or gone, and those of the delivery.
    """
    before, found, _ = picking.rpartition(_PICKED)
    if not found:
        raise RuntimeError(f"another version of PgQueuer: its statement no longer ends with {_PICKED}")
    at, own = f"${values + 1}::timestamptz", f"${values + 2}::bigint[]"
    return (
        f"{before}, begun AS (UPDATE jobs SET state = 'running', attempt = jobs.attempt + 1, lease = jobs.lease + 1,"
        f" started_at = {at}, progress_done = NULL, progress_total = NULL, version = jobs.version + 1,"
        f" error_code = CASE WHEN {_LOST} THEN '{LOST.code}' ELSE jobs.error_code END,"
        f" error_message = CASE WHEN {_LOST} THEN '{LOST.message}' ELSE jobs.error_message END,"
        f" updated_at = {at}, updated_by = 'job:' || jobs.kind FROM claimed"
        f" WHERE jobs.id = CAST(claimed.dedupe_key AS uuid) AND {_OPEN} AND NOT claimed.id = ANY({own})"
        f" RETURNING {_RETURNED}, claimed.id AS delivery)"
        f" SELECT {', '.join(_COLUMNS)}, claimed.* FROM claimed LEFT JOIN begun ON begun.delivery = claimed.id"
        " ORDER BY claimed.priority DESC, claimed.id"
    )
