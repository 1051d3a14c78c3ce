"""The dead letter on the command line, on PostgreSQL."""

import asyncio
import json

from adapters.postgres.job_queue import PostgresJobQueue
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.system.system import SystemClock
from application.caller import Caller
from domain.jobs.job import Job, JobError
from tests.support.commands import Run, made
from tests.support.working import Hands, a_job, now, working

JSON = ("--format", "json")


async def _failed(url: str, jobs: dict[str, str], unique_key: str | None = None) -> None:
    """Jobs that have failed, by their kinds, each with an error of that code."""
    pool = Pool(url)
    await pool.open()
    try:
        queue = PostgresJobQueue(pool, clock=SystemClock())
        async with PostgresUnitsOfWork(pool)(Caller("ada")) as uow:
            uow.jobs.enqueue(*(a_job(kind, unique_key=unique_key) for kind in jobs))
            await uow.commit()

        async def fail(job: Job) -> None:
            await queue.end(job.fail(JobError(code=jobs[job.kind], message="no"), at=now()))

        hands = Hands(queue, fail)
        async with working(hands):
            await hands.until(len(jobs))
    finally:
        await pool.close()


def states(daybook: Run) -> dict[str, str]:
    _, out, _ = daybook("jobs", "list", *JSON)
    return {job["kind"]: job["state"] for job in json.loads(out)["data"]}


def test_the_dead_letter_is_emptied_by_kind_and_by_error(daybook: Run, database_url: str) -> None:
    asyncio.run(_failed(database_url, {"a": "not-found", "b": "unavailable", "c": "unavailable", "d": "unexpected"}))
    code, _, error = daybook("jobs", "retry-failed", "--kind", "b", "--code", "unavailable")
    assert (code, error) == (0, "1 of 1 jobs that had failed were asked for again\n")
    assert states(daybook) == {"a": "failed", "b": "waiting", "c": "failed", "d": "failed"}
    assert daybook("jobs", "cancel-failed", "--code", "not-found")[2] == "1 of 1 jobs that had failed were given up\n"
    assert states(daybook)["a"] == "cancelled"
    assert daybook("jobs", "cancel-failed")[2] == "2 of 2 jobs that had failed were given up\n"
    assert daybook("jobs", "retry-failed")[2] == "0 of 0 jobs that had failed were asked for again\n"


def test_one_that_waits_already_keeps_no_other_from_being_asked_for_again(daybook: Run, database_url: str) -> None:
    for kind in ("a", "b"):
        asyncio.run(_failed(database_url, {kind: "unavailable"}, unique_key="one"))
    asyncio.run(_failed(database_url, {"c": "unavailable"}))
    code, _, error = daybook("jobs", "retry-failed")
    first, last = error.splitlines()
    assert (code, last) == (0, "2 of 3 jobs that had failed were asked for again")
    assert first.endswith(": another job with this unique key waits or runs already")
    # The newest first.
    assert states(daybook) == {"a": "failed", "b": "waiting", "c": "waiting"}


def test_a_job_and_a_schedule_are_shown_by_either_word(daybook: Run, database_url: str) -> None:
    asyncio.run(_failed(database_url, {"a": "unexpected"}))
    (job,) = json.loads(daybook("jobs", "list", *JSON)[1])["data"]
    schedule = made(daybook, "schedules", "create", "--name", "x", "--kind", "purge-customers", "--cron", "0 3 * * *")
    for word in ("get", "show"):
        assert made(daybook, "jobs", word, job["id"]) == job
        assert made(daybook, "schedules", word, schedule["id"]) == schedule


def test_who_waits_looks_once_at_least(daybook: Run, database_url: str) -> None:
    asyncio.run(_failed(database_url, {"a": "unexpected"}))
    (job,) = json.loads(daybook("jobs", "list", *JSON)[1])["data"]
    code, _, error = daybook("jobs", "wait", job["id"], "--timeout", "0", *JSON)
    assert (code, error) == (1, "error: the job has failed: unexpected: no\n")
    daybook("jobs", "retry", job["id"])
    code, _, error = daybook("jobs", "wait", job["id"], "--timeout", "0")
    assert (code, error.splitlines()[-1]) == (1, f"error: the job {job['id']} is not done after 0 s")
    for wrong in ("-1", "nan", "inf"):
        code, _, error = daybook("jobs", "wait", job["id"], "--timeout", wrong)
        assert (code, f"not {wrong}" in error) == (2, True)
