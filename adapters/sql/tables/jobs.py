"""Jobs and schedules. What delivers jobs is a matter of the engine (adapters/postgres/job_rows.py)."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, text

from adapters.sql.tables.columns import (
    ANY_LINE,
    DOCUMENT,
    MOMENT,
    check,
    index_latest,
    index_latest_where_given,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

jobs = Table(
    "jobs",
    metadata,
    key(),
    Column("kind", line(100), nullable=False),
    Column("arguments", DOCUMENT, nullable=False),
    Column("queue", line(100), nullable=False),
    Column("priority", Integer(), nullable=False),
    Column("run_at", MOMENT, nullable=False),
    Column("unique_key", line(255)),
    Column("state", line(20), nullable=False),
    Column("attempt", Integer(), nullable=False),
    Column("lease", Integer(), nullable=False),
    Column("progress_done", BigInteger()),
    Column("progress_total", BigInteger()),
    Column("result", DOCUMENT),
    Column("error_code", line(100)),
    Column("error_message", ANY_LINE),
    Column("request_id", ANY_LINE),
    Column("traceparent", ANY_LINE),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("cancel_requested_at", MOMENT),
    *lifecycle(deletable=False),
    check("lease_of_attempt", "attempt BETWEEN 0 AND lease"),
    check("whole_error", "(error_code IS NULL) = (error_message IS NULL)"),
)
OPEN = "state IN ('waiting', 'running')"
"""Of the jobs that are not done."""
KEYED = f"{OPEN} AND unique_key IS NOT NULL"
"""Of those that keep others of their key out."""
# A job is written three times, and its state, which changes each time, is in an index: so each one costs three entries.
Index("uq_jobs_open_unique_key", jobs.c.unique_key, unique=True, postgresql_where=text(KEYED)).ddl_if(
    dialect="postgresql"
)
Index(
    "ix_jobs_not_succeeded",
    jobs.c.kind,
    jobs.c.state,
    jobs.c.run_at,
    postgresql_where=text(f"{OPEN} OR state = 'failed'"),
).ddl_if(dialect="postgresql")
Index("ix_jobs_finished_at", jobs.c.finished_at, postgresql_where=jobs.c.finished_at.is_not(None)).ddl_if(
    dialect="postgresql"
)
index_latest(jobs, "created_at")
index_latest(jobs, "created_at", "kind")
index_latest(jobs, "created_at", "state")
index_latest_where_given(jobs, "unique_key")

schedules = Table(
    "schedules",
    metadata,
    key(),
    Column("name", line(100), nullable=False),
    Column("kind", line(100), nullable=False),
    Column("cron", line(100), nullable=False),
    Column("tz", line(64), nullable=False),
    Column("arguments", DOCUMENT, nullable=False),
    Column("catch_up", line(20), nullable=False),
    Column("paused", Boolean(), nullable=False),
    Column("next_at", MOMENT),
    Column("last_at", MOMENT),
    *lifecycle(deletable=True),
)
unique_among_living(schedules, "name")
Index("ix_schedules_next_at", schedules.c.next_at, postgresql_where=schedules.c.next_at.is_not(None)).ddl_if(
    dialect="postgresql"
)
index_latest(schedules, "created_at")
index_latest(schedules, "updated_at")
index_text(schedules, "name")
