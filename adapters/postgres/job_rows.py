"""Jobs as rows, each of those that are not done with its delivery: a row of the engine's table (PgQueuer).

A delivery is written with its job and ends with it, in the same statement, so that there is one exactly while something
is to be done. Who holds it is the engine's business; whether an attempt may end its job is told by the lease alone.
"""

from collections.abc import Callable
from typing import Any

from asyncpg import Record
from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, Insert, insert

from adapters.postgres.kinds import Change, Kind, Params
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.sql.tables import jobs
from adapters.sql.tables.jobs import KEYED
from domain.jobs.job import Job, JobError, JobState, Progress
from domain.shared.ids import JobId

ENGINE_SCHEMA = "pgqueuer"
deliveries = Table(
    "pgqueuer",
    MetaData(),
    Column("id", BigInteger(), primary_key=True),
    Column("priority", Integer()),
    Column("status", ENUM(name="pgqueuer_status", schema=ENGINE_SCHEMA, create_type=False)),
    Column("entrypoint", Text()),
    Column("dedupe_key", Text()),
    Column("queue_manager_id", Uuid()),
    Column("execute_after", DateTime(timezone=True)),
    schema=ENGINE_SCHEMA,
)
_QUEUED: ColumnElement[Any] = literal_column(f"CAST('queued' AS {ENGINE_SCHEMA}.pgqueuer_status)")
_UNFINISHED = text("status IN ('queued', 'picked') AND dedupe_key IS NOT NULL")
JOB_OUTPUT = [
    jobs.c[name]
    for name in (
        "id",
        "kind",
        "arguments",
        "queue",
        "priority",
        "run_at",
        "unique_key",
        "state",
        "attempt",
        "lease",
        "progress_done",
        "progress_total",
        "result",
        "error_code",
        "error_message",
        "request_id",
        "traceparent",
        "started_at",
        "finished_at",
        "cancel_requested_at",
        *LIFECYCLE,
    )
]


def job_values(job: Job) -> tuple[object, ...]:
    """A row, in the order of the table's columns."""
    progress, error = job.progress, job.error
    return (
        job.id,
        job.kind,
        dict(job.arguments),
        job.queue,
        job.priority,
        job.run_at,
        job.unique_key,
        job.state,
        job.attempt,
        job.lease,
        None if progress is None else progress.done,
        None if progress is None else progress.total,
        None if job.result is None else dict(job.result),
        None if error is None else error.code,
        None if error is None else error.message,
        job.request_id,
        job.traceparent,
        job.started_at,
        job.finished_at,
        job.cancel_requested_at,
        *lifecycle_values(job.lifecycle),
    )


def job_of(row: Record) -> Job:
    """The aggregate of a row of JOB_OUTPUT."""
    return Job(
        id=JobId(row[0]),
        kind=row[1],
        arguments=row[2],
        queue=row[3],
        priority=row[4],
        run_at=row[5],
        unique_key=row[6],
        state=JobState(row[7]),
        attempt=row[8],
        lease=row[9],
        progress=None if row[10] is None else Progress(done=row[10], total=row[11]),
        result=row[12],
        error=None if row[13] is None else JobError(code=row[13], message=row[14]),
        request_id=row[15],
        traceparent=row[16],
        started_at=row[17],
        finished_at=row[18],
        cancel_requested_at=row[19],
        lifecycle=lifecycle_of(row[20:25]),
    )


# What is so of every new one is written in the statement: a value less to send is time saved for the change that asks.
_NEW = {
    "state": "'waiting'",
    "attempt": "0",
    "lease": "0",
    **dict.fromkeys(("progress_done", "progress_total", "result", "error_code", "error_message"), "NULL"),
    **dict.fromkeys(("started_at", "finished_at", "cancel_requested_at"), "NULL"),
    "version": "1",
}


def _always(value: str) -> Callable[[ColumnElement[Any]], ColumnElement[Any]]:
    return lambda _given: literal_column(value)


class _Jobs(Kind[Job]):
    """Jobs, with their deliveries."""

    def __init__(self) -> None:
        saves = (
            "queue",
            "priority",
            "run_at",
            "state",
            "attempt",
            "progress_done",
            "progress_total",
            "result",
            "error_code",
            "error_message",
            "finished_at",
            "cancel_requested_at",
            "updated_at",
            "updated_by",
        )
        super().__init__(jobs, job_values, saves=saves, also=(deliveries,))
        for name, value in _NEW.items():
            self.rows.added[name] = _always(value)
        self._not_sent = {f"{jobs.name}_{name}" for name in _NEW}

    def adding(self, one: Job) -> Params:
        """The values for `add`, without those that are the same for all."""
        return {name: value for name, value in super().adding(one).items() if name not in self._not_sent}

    def add(self, gate: CTE | None) -> list[Change]:
        """The statement that adds one and its delivery."""
        return [_delivered(self.rows.insert_one(gate))]

    def add_many(self, gate: CTE | None) -> list[Change]:
        """The statement that adds many and their deliveries."""
        return [_delivered(self.rows.insert_many(gate))]

    def save_lines(self, gate: CTE) -> list[Change]:
        """The delivery of one that is to be run again; that of one that was cancelled is dropped when it is due."""
        asked = select(
            bindparam("saved_priority", type_=Integer()),
            _QUEUED,
            bindparam("saved_queue", type_=Text()),
            cast(gate.c.id, Text),
            bindparam("saved_run_at", type_=DateTime(timezone=True)),
        ).where(bindparam("saved_state", type_=Text()) == literal_column("'waiting'"))
        again = insert(deliveries).from_select(_DELIVERY, asked)
        # Under a new id: who has picked the one before, and not begun yet, does not hold this one.
        changed = {
            "id": again.excluded.id,
            "status": again.excluded.status,
            "queue_manager_id": null(),
            "execute_after": again.excluded.execute_after,
        }
        return [again.on_conflict_do_update(index_elements=["dedupe_key"], index_where=_UNFINISHED, set_=changed)]


# The job's id is the key of which the engine lets there be one.
_DELIVERY = ["priority", "status", "entrypoint", "dedupe_key", "execute_after"]


def _delivered(added: Insert) -> Insert:
    kept = (
        added.on_conflict_do_nothing(index_elements=["unique_key"], index_where=text(KEYED))
        .returning(jobs.c.id, jobs.c.queue, jobs.c.priority, jobs.c.run_at, jobs.c.created_at)
        .cte("jobs_added")
    )
    # What may begin at once does so by the clock of the database, which is the engine's.
    due = case((kept.c.run_at <= kept.c.created_at, func.now()), else_=kept.c.run_at)
    asked = select(kept.c.priority, _QUEUED, kept.c.queue, cast(kept.c.id, Text), due)
    return insert(deliveries).from_select(_DELIVERY, asked)


JOBS = _Jobs()
