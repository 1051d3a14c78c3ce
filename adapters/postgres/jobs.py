"""Jobs in PostgreSQL, for those who ask for them and those who wait for them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import bindparam, select, text

from adapters.postgres.errors import read
from adapters.postgres.job_rows import JOB_OUTPUT, JOBS, job_of
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import jobs as job_table
from application.caller import Caller
from application.errors import NotFound
from application.jobs.models import JobRead
from application.listing import Listing, Page
from application.ports.jobs import QueueDepth
from domain.jobs.job import Job
from domain.shared.ids import JobId

_GET = Statement(select(*JOB_OUTPUT).where(job_table.c.id == bindparam("id")), name="jobs.get")
_DEPTHS = Statement(
    text(
        "SELECT kind, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'running'),"
        " count(*) FILTER (WHERE state = 'failed'), min(run_at) FILTER (WHERE state = 'waiting' AND run_at <= now())"
        " FROM jobs WHERE state IN ('waiting', 'running') OR state = 'failed' GROUP BY kind ORDER BY kind"
    ),
    name="jobs.depths",
)
_LISTS = ListStatements(job_table, JOB_OUTPUT)


class PostgresJobRepository:
    """Jobs for writing."""

    def __init__(self, pool: Pool, pending: Pending, caller: Caller) -> None:
        self._pool = pool
        self._pending = pending
        self._caller = caller

    async def get(self, job_id: JobId) -> Job:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=job_id))
        if row is None:
            raise NotFound("job", job_id)
        return job_of(row)

    def enqueue(self, *jobs: Job) -> None:
        """Keeps new jobs at commit."""
        by = self._caller
        self._pending.add_many(
            JOBS, [replace(job, request_id=by.request_id, traceparent=by.traceparent) for job in jobs]
        )

    def save(self, job: Job) -> Job:
        """Keeps a changed job at commit, under the next version."""
        saved = replace(job, lifecycle=job.lifecycle.next_version())
        self._pending.save(JOBS, saved)
        return saved


class PostgresJobReader:
    """Jobs for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, job_id: UUID) -> JobRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=job_id))
        if row is None:
            raise NotFound("job", job_id)
        return JobRead.of(job_of(row))

    async def list(self, listing: Listing) -> Page[JobRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[JobRead.of(job_of(row)) for row in page.items], has_more=page.has_more, total=page.total)

    async def depths(self) -> Sequence[QueueDepth]:
        """How many wait, run and have failed, by kind."""
        rows = await read(self._pool, _DEPTHS.fetch)
        return [
            QueueDepth(kind=row[0], waiting=row[1], running=row[2], failed=row[3], oldest_due=row[4]) for row in rows
        ]
