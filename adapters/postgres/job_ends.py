"""How attempts end: as many at once as have ended while the ones before were being kept, in one statement.

Each is held to its lease. What is to be done again gets its delivery under a new id, and what is done loses it.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import text

from adapters.postgres.errors import write
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.errors import ApplicationError
from domain.jobs.job import Job
from domain.shared.ids import JobId

_MOST_AT_ONCE = 200
_END = Statement(
    text(
        "WITH given AS (SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:leases AS integer[]), CAST(:states AS text[]),"
        " CAST(:attempts AS integer[]), CAST(:run_ats AS timestamptz[]), CAST(:dones AS bigint[]),"
        " CAST(:totals AS bigint[]), CAST(:results AS text[]), CAST(:codes AS text[]), CAST(:messages AS text[]),"
        " CAST(:finished AS timestamptz[]), CAST(:cancelled AS timestamptz[]), CAST(:ats AS timestamptz[]),"
        " CAST(:bys AS text[])) AS given(id, lease, state, attempt, run_at, done, total, result, code, message,"
        " finished_at, cancelled_at, at, by)),"
        # Of one that was asked to stop while it ran, no other attempt is made.
        " found AS (SELECT given.*, given.state = 'waiting' AND jobs.cancel_requested_at IS NOT NULL AS unwanted"
        " FROM given JOIN jobs ON jobs.id = given.id AND jobs.lease = given.lease AND jobs.state = 'running'"
        " FOR UPDATE OF jobs),"
        " ended AS (UPDATE jobs SET state = CASE WHEN unwanted THEN 'cancelled' ELSE found.state END,"
        " attempt = found.attempt, run_at = found.run_at,"
        " progress_done = found.done, progress_total = found.total, result = CAST(found.result AS jsonb),"
        " error_code = found.code, error_message = found.message,"
        " finished_at = CASE WHEN unwanted THEN found.at ELSE found.finished_at END,"
        " cancel_requested_at = coalesce(jobs.cancel_requested_at, found.cancelled_at),"
        " version = jobs.version + 1, updated_at = found.at, updated_by = found.by FROM found"
        " WHERE jobs.id = found.id"
        " RETURNING jobs.id, jobs.lease, jobs.state, jobs.run_at),"
        " gone AS (DELETE FROM pgqueuer.pgqueuer AS delivery USING ended"
        " WHERE delivery.dedupe_key = CAST(ended.id AS text)"
        " AND delivery.status IN ('queued', 'picked') AND ended.state <> 'waiting'),"
        " again AS (UPDATE pgqueuer.pgqueuer AS delivery SET id = nextval('pgqueuer.pgqueuer_id_seq'),"
        " status = 'queued', queue_manager_id = NULL, updated = now(), execute_after = ended.run_at FROM ended"
        " WHERE delivery.dedupe_key = CAST(ended.id AS text)"
        " AND delivery.status IN ('queued', 'picked') AND ended.state = 'waiting')"
        " SELECT id, lease FROM ended"
    ),
    name="jobs.end",
)


class _End(NamedTuple):
    job: Job
    kept: "asyncio.Future[bool]"


class Ends:
    """Keeps what became of attempts. Who changes several jobs that run holds `apart`, or the two could deadlock."""

    def __init__(self, pool: Pool) -> None:
        self.apart = asyncio.Lock()
        self._pool = pool
        self._waiting: list[_End] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, job: Job) -> bool:
        """Whether it was kept: not when its lease was lost. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        end = _End(job, loop.create_future())
        self._waiting.append(end)
        if self._task is None:
            self._task = loop.create_task(self._keep())
        return await end.kept

    async def _keep(self) -> None:
        try:
            while self._waiting:
                ends, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
                async with self.apart:
                    await self._keep_some(ends)
        finally:
            self._task = None

    async def _keep_some(self, ends: Sequence[_End]) -> None:
        try:
            rows = await write(self._pool, lambda connection: _END.fetch(connection, **_params(ends)))
        except ApplicationError as error:
            _refuse(ends, error)
        except Exception as error:
            if len(ends) == 1:
                _refuse(ends, error)
                return
            # One of them cannot be kept: the others can.
            for end in ends:
                await self._keep_some([end])
        else:
            kept = {(JobId(row[0]), row[1]) for row in rows}
            for end in ends:
                if not end.kept.done():
                    end.kept.set_result((end.job.id, end.job.lease) in kept)


def _refuse(ends: Sequence[_End], error: Exception) -> None:
    for end in ends:
        if not end.kept.done():
            end.kept.set_exception(error)


def _params(ends: Sequence[_End]) -> dict[str, object]:
    jobs = [one.job for one in ends]
    return {
        "ids": [job.id for job in jobs],
        "leases": [job.lease for job in jobs],
        "states": [job.state for job in jobs],
        "attempts": [job.attempt for job in jobs],
        "run_ats": [job.run_at for job in jobs],
        "dones": [None if job.progress is None else job.progress.done for job in jobs],
        "totals": [None if job.progress is None else job.progress.total for job in jobs],
        "results": [None if job.result is None else msgspec.json.encode(dict(job.result)).decode() for job in jobs],
        "codes": [None if job.error is None else job.error.code for job in jobs],
        "messages": [None if job.error is None else job.error.message for job in jobs],
        "finished": [job.finished_at for job in jobs],
        "cancelled": [job.cancel_requested_at for job in jobs],
        "ats": [job.lifecycle.updated_at for job in jobs],
        "bys": [job.lifecycle.updated_by for job in jobs],
    }
