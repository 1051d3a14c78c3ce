"""Jobs as a shop has them done: by the server itself, or by workers beside it."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.daybook_process import Server, command, environment, server, start
from tests.support.forked import DAYBOOK, Forked

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def schedule(running: Server, name: str) -> str:
    """The id of a schedule, which a worker may be about to plan."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := running.get(f"/v1/schedules?name={name}").json()["data"]:
            made: str = found[0]["id"]
            return made
        time.sleep(0.1)
    raise AssertionError(f"no schedule {name}")


def run_now(running: Server, schedule_id: str, **headers: str) -> str:
    answer = running.request("POST", f"/v1/schedules/{schedule_id}/run", headers=headers)
    assert answer.status == 201, answer.body
    made: str = answer.headers["location"]
    assert made.startswith("/v1/jobs/")
    return made


def done(running: Server, path: str, within: float = 20) -> dict[str, Any]:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        job: dict[str, Any] = running.get(path).json()
        if job["done"]:
            return job
        time.sleep(0.05)
    raise AssertionError(f"not done: {running.get(path).json()}")


@contextmanager
def worker(folder: Path, **settings: str) -> Iterator[Forked]:
    """`daybook worker`, once it takes jobs."""
    told = folder / "worker"
    process = start(
        DAYBOOK, ["worker"], folder, environment(LOG_FORMAT="json", **settings), told, folder / "worker.log"
    )
    try:
        deadline = time.monotonic() + 60
        while "takes jobs" not in told.read_text():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_server_does_the_jobs_it_is_asked_for_and_goes_on_with_the_trace(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url) as running:
        path = run_now(running, schedule(running, "purge-customers"), traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
        job = done(running, path)
        assert (job["state"], job["result"], job["attempt"]) == ("succeeded", {"due": 0, "erased": 0}, 1)
        assert job["updated_by"] == "job:purge-customers"
        assert running.get("/v1/jobs?state=succeeded").json()["data"][0]["id"] == job["id"]
        assert running.stop() == 0
        (line,) = [one for one in running.log if one["event"] == "job ended"]
        assert (line["trace_id"], line["request_id"]) == (TRACE, job["request_id"])


def test_a_worker_beside_the_server_does_them_where_the_server_shall_not(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, WORKER="external") as running:
        with worker(tmp_path, DATABASE_URL=database_url) as beside:
            first = done(running, run_now(running, schedule(running, "forget-jobs")))
            assert first["state"] == "succeeded"
            beside.send_signal(signal.SIGTERM)
            assert beside.wait(30) == 0
        assert "has stopped" in (tmp_path / "worker").read_text()
        path = run_now(running, schedule(running, "forget-jobs"))
        time.sleep(1)
        assert running.get(path).json()["state"] == "waiting"
        with worker(tmp_path, DATABASE_URL=database_url), worker(tmp_path, DATABASE_URL=database_url):
            waited = command(
                tmp_path, "jobs", "wait", path.rpartition("/")[2], "--timeout", "30", DATABASE_URL=database_url
            )
            assert (waited.returncode, done(running, path)["state"]) == (0, "succeeded"), waited.stderr


def test_a_shop_in_memory_does_its_jobs_too_and_has_no_other_worker(tmp_path: Path) -> None:
    with server(tmp_path, STORAGE="memory") as running:
        job = done(running, run_now(running, schedule(running, "forget-idempotency-keys")))
        assert (job["state"], job["result"]) == ("succeeded", {"forgotten": 0})
    refused = command(tmp_path, "worker", STORAGE="memory")
    assert refused.returncode == 2
    assert "no jobs that another process could run" in refused.stderr
