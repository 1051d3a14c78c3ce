"""What PgQueuer asks of its table, for one worker.

Of the engine this uses the picking (by priority and time, one place at a time) and the heartbeat. The rest is
Daybook's own:

- Jobs are begun as they are picked, in one statement for all of them, and only those whose delivery this worker still
  holds: one that was stopped for so long that it counted as dead begins nothing.
- How many are at hand is counted here. The engine would count the deliveries that bear the worker's name, among them
  those whose run fell, and with enough of these it would never pick one again.
- A delivery ends in the statement that ends its job (adapters/postgres/job_ends.py). One that is asked for again gets
  a new id, so that nobody takes it for the one before, whose run has perhaps not come back.
"""

from datetime import timedelta
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
    ARRAY,
    BigInteger,
    DateTime,
    Text,
    Uuid,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    text,
    update,
)

from adapters.postgres.errors import write
from adapters.postgres.job_driver import PoolDriver
from adapters.postgres.job_rows import ENGINE_SCHEMA, JOB_OUTPUT, deliveries, job_of
from adapters.postgres.job_signal import CHANNEL
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.sql.tables import jobs
from adapters.sql.tables.jobs import OPEN
from application.errors import Unavailable
from application.ports.system import Clock
from domain.jobs.job import Job

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
_HELD = (
    select(deliveries.c.id.label("delivery"), cast(deliveries.c.dedupe_key, Uuid()).label("job"))
    .where(
        deliveries.c.id == bindparam("deliveries", type_=ARRAY(BigInteger())).any_(),
        deliveries.c.queue_manager_id == bindparam("worker", type_=Uuid()),
        cast(deliveries.c.status, Text) == literal_column("'picked'"),
    )
    .cte("held")
)
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
    .where(jobs.c.id == _HELD.c.job, text(OPEN))
    .returning(*JOB_OUTPUT, _HELD.c.delivery),
    name="jobs.begin",
)
_DROP = Statement(
    text(
        "DELETE FROM pgqueuer.pgqueuer AS delivery WHERE id = ANY(CAST(:deliveries AS bigint[]))"
        " AND queue_manager_id = :worker AND NOT EXISTS"
        " (SELECT FROM jobs WHERE jobs.id = CAST(delivery.dedupe_key AS uuid) AND jobs.state IN ('waiting', 'running'))"
    ),
    name="jobs.drop_deliveries",
)
_RELEASE = Statement(
    text(
        "UPDATE pgqueuer.pgqueuer SET status = 'queued', queue_manager_id = NULL"
        " WHERE id = ANY(CAST(:deliveries AS bigint[])) AND queue_manager_id = :worker AND status = 'picked'"
    ),
    name="jobs.release",
)
_BEAT = (
    "UPDATE pgqueuer.pgqueuer SET heartbeat = now()"
    " WHERE id = ANY($1::bigint[]) AND queue_manager_id = $2 AND status = 'picked'"
)


class Deliveries(Queries):
    """The deliveries of a worker that has at most `concurrency` jobs at hand; `at_hand` are these, by delivery."""

    def __init__(self, pool: Pool, driver: PoolDriver, clock: Clock, *, concurrency: int) -> None:
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
        room = self._concurrency - len(self.at_hand)
        picked = await super().dequeue(room, entrypoints, queue_manager_id, None, heartbeat_timeout)
        # Its own, after a sign of life that came late, is what it runs already.
        new = [one for one in picked if one.id not in self.at_hand and one.id not in self.contexts]
        if not new:
            return []
        try:
            return await self._begin(new)
        except Unavailable:
            return []  # they are picked again once their heartbeat is late

    async def _begin(self, picked: list[Delivery]) -> list[Delivery]:
        ids = [one.id for one in picked]
        mine = {"deliveries": ids, "worker": self.worker}
        if self._poolside.stopping.is_set():
            await write(self._pool, lambda connection: _RELEASE.execute(connection, **mine))
            return []
        at = self._clock.now()
        rows = await write(self._pool, lambda connection: _BEGIN.fetch(connection, at=at, **mine))
        begun = {DeliveryId(row["delivery"]): job_of(row) for row in rows}
        self.at_hand |= begun
        if len(begun) < len(ids):
            rest = {"deliveries": [one for one in ids if one not in begun], "worker": self.worker}
            await write(self._pool, lambda connection: _DROP.execute(connection, **rest))
        return [one for one in picked if one.id in begun]

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
