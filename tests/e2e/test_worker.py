"""Jobs as a shop has them done: by the server itself, or by workers beside it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.embedded.state import StateFolder
from tests.e2e.test_serve_monitored import scraped, value
from tests.support.daybook_process import Server, command, environment, server, start
from tests.support.embedded import wait_until
from tests.support.forked import DAYBOOK, Forked
from tests.support.pools import onlooker
from tests.support.servers import free_port

# What depends on the moment, or on who listens.
VARYING = frozenset({"date", "content-length", "x-request-id", "connection"})
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


class Receiver(BaseHTTPRequestHandler):
    """Takes every webhook."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quietly."""


@contextmanager
def receiver(port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), Receiver) as listening:
        threading.Thread(target=listening.serve_forever).start()
        try:
            yield
        finally:
            listening.shutdown()


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
        ended = {"kind": "purge-customers", "outcome": "succeeded"}
        wait_until(lambda: value(scraped(running), "job_duration_seconds_count", **ended) == 1)
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


def test_a_worker_says_nothing_more_when_it_has_stopped(tmp_path: Path, database_url: str) -> None:
    # By itself, since a process of the other tests ends without what Python does last.
    told = tmp_path / "told"
    with told.open("wb") as out, (tmp_path / "complaints").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints.cli.main", "worker"],
            cwd=tmp_path,
            env=environment(DATABASE_URL=database_url, ANALYTICS_STORAGE="duckdb"),
            stdout=out,
            stderr=err,
        )
        try:
            wait_until(lambda: "takes jobs" in told.read_text())
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
    assert told.read_text().endswith("The worker has stopped.\n")
    assert "leaked" not in (tmp_path / "complaints").read_text()


async def spoil(database_url: str, path: str) -> None:
    """Gives a job that waits an argument that its kind does not take."""
    async with onlooker(database_url) as connection:
        odd = """UPDATE jobs SET arguments = '{"odd": 1}' WHERE id = $1"""
        assert await connection.execute(odd, UUID(path.rpartition("/")[2])) == "UPDATE 1"


def test_a_worker_tells_of_its_jobs_and_the_server_of_what_waits(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    settings = {"DATABASE_URL": database_url, "WORKER": "external"}
    with server(tmp_path, **settings) as running:
        with worker(tmp_path, DATABASE_URL=database_url):
            purge, forget = schedule(running, "purge-customers"), schedule(running, "forget-jobs")
        failing, succeeding = run_now(running, purge), run_now(running, forget)
        asyncio.run(spoil(database_url, failing))
        # The server looks every five seconds.
        wait_until(lambda: value(scraped(running), "jobs", kind="forget-jobs", state="waiting") == 1)
        waits = scraped(running)
        assert value(waits, "jobs", state="waiting") == 2
        assert value(waits, "job_oldest_due_seconds", kind="purge-customers") > 0
        with worker(tmp_path, DATABASE_URL=database_url, WORKER_METRICS_PORT=str(port)):
            assert (done(running, failing)["state"], done(running, succeeding)["state"]) == ("failed", "succeeded")
            beside = Server(tmp_path, running.process, port)
            wait_until(lambda: value(scraped(beside), "job_duration_seconds_count") == 2)
            told = scraped(beside)
            assert value(told, "job_duration_seconds_count", kind="purge-customers", outcome="failed") == 1
            assert value(told, "job_duration_seconds_count", kind="forget-jobs", outcome="succeeded") == 1
            assert value(told, "database_query_duration_seconds_count") > 0
            assert told.keys() == scraped(running).keys()
            served, scrape = running.get("/metrics").headers, beside.get("/metrics").headers
            assert {name: scrape[name] for name in served if name not in VARYING} == {
                name: told for name, told in served.items() if name not in VARYING
            }
            assert beside.get("/health/live").body == running.get("/health/live").body
            assert [beside.get("/v1/jobs").status, beside.request("POST", "/metrics", body=b"x").status] == [404, 405]
            assert beside.get("/metrics", **{"X-Long": "x" * 100_000}).status == 400
            second = command(tmp_path, "worker", DATABASE_URL=database_url, WORKER_METRICS_PORT=str(port))
            assert second.returncode == 4
            assert f"choose another port with WORKER_METRICS_PORT={port + 1}" in second.stderr
        assert "job_duration_seconds_count" not in running.get("/metrics").body.decode()


def test_a_worker_tells_what_became_of_deliveries(tmp_path: Path, database_url: str) -> None:
    port, receiving = free_port(), free_port()
    settings = {"DATABASE_URL": database_url, "WEBHOOKS_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with (
        server(tmp_path, WORKER="external", **settings) as running,
        receiver(receiving),
        worker(tmp_path, WORKER_METRICS_PORT=str(port), **settings),
    ):
        made = running.post("/v1/webhooks", {"url": f"http://127.0.0.1:{receiving}/", "event_types": ["author.*"]})
        assert made.status == 201, made.body
        assert running.post("/v1/authors", {"name": "Ada"}).status == 201
        beside = Server(tmp_path, running.process, port)
        delivered = {"kind": "webhook-delivery", "outcome": "delivered"}
        wait_until(lambda: value(scraped(beside), "job_outcomes_total", **delivered) == 1)


def test_a_shop_in_memory_does_its_jobs_too_and_has_no_other_worker(tmp_path: Path) -> None:
    with server(tmp_path, STORAGE="memory") as running:
        job = done(running, run_now(running, schedule(running, "forget-idempotency-keys")))
        assert (job["state"], job["result"]) == ("succeeded", {"forgotten": 0})
    refused = command(tmp_path, "worker", STORAGE="memory")
    assert refused.returncode == 2
    assert "no jobs that another process could run" in refused.stderr


def test_a_worker_without_a_server_lends_its_embedded_database(quick_path: Path) -> None:
    other = quick_path / "other"
    other.mkdir()
    shared = {"DATABASE_EMBEDDED_FOLDER": str(quick_path / "postgres"), "WAREHOUSE_FOLDER": str(quick_path / "facts")}
    with worker(quick_path, **shared) as first, worker(other, **shared) as second:
        began = time.monotonic()
        listed = command(quick_path, "schedules", "list", "--name", "forget-jobs", "--format", "json", **shared)
        (kept,) = json.loads(listed.stdout)["data"]
        asked = command(quick_path, "schedules", "run", kept["id"], "--format", "json", **shared)
        job = json.loads(asked.stdout)["id"]
        waited = command(quick_path, "jobs", "wait", job, "--timeout", "30", "--format", "json", **shared)
        assert (waited.returncode, json.loads(waited.stdout)["state"]) == (0, "succeeded"), waited.stderr
        refused = command(quick_path, "serve", PORT=str(free_port()), **shared)
        assert refused.returncode == 4
        assert f"Stop it (kill {first.pid}), start `daybook serve` and then the worker again" in refused.stderr
        # Nothing of this waits for anybody.
        assert time.monotonic() - began < 14
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
        assert second.wait(30) == 5
        assert f"process {first.pid} has stopped, and the PostgreSQL that it lent" in (other / "worker.log").read_text()


def test_who_waits_for_a_command_that_has_the_database_says_so(quick_path: Path) -> None:
    folder, out, err = quick_path / "postgres", quick_path / "out", quick_path / "err"
    holder = StateFolder(folder)
    holder.acquire()
    try:
        waits = start(
            DAYBOOK, ["jobs", "list"], quick_path, environment(DATABASE_EMBEDDED_FOLDER=str(folder)), out, err
        )
        wait_until(lambda: f"waiting up to 15 s for process {os.getpid()}, which has" in err.read_text())
    finally:
        holder.release()
    assert waits.wait(60) == 0
    assert err.read_text().count("waiting") == 1
