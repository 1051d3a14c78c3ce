"""Servers that are killed: what was acknowledged is there, nothing is left running, and the next start works."""

import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_worker import run_now, schedule
from tests.support.builders import isbn
from tests.support.daybook_process import Server, children, command, command_of, server, wait_until_gone

_WRITERS = 4


class Writers:
    """Add books from several connections, one after the other, and remember those that the server acknowledged."""

    def __init__(self, running: Server, *, first: int = 1) -> None:
        self._running = running
        self._lock = threading.Lock()
        self._numbers: Iterator[int] = iter(range(first, first + 10**6))
        self.acknowledged: list[str] = []
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(_WRITERS)]

    def until(self, acknowledged: int) -> None:
        """Starts, and returns when so many were acknowledged; writing goes on."""
        self._wanted = acknowledged
        for thread in self._threads:
            thread.start()
        assert self.enough.wait(120), f"{len(self.acknowledged)} of {acknowledged} writes"

    def stopped(self) -> list[str]:
        """The ISBNs that were acknowledged, once the last writer has met the end of the server."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        return self.acknowledged

    def _write(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._running.port, timeout=30)
        try:
            while True:
                with self._lock:
                    number = isbn(next(self._numbers)).value
                book = {"title": f"Volume {number}", "author": "George Eliot", "isbn": number}
                connection.request("POST", "/v1/books", json.dumps(book), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 201:
                    return
                with self._lock:
                    self.acknowledged.append(number)
                    if len(self.acknowledged) >= self._wanted:
                        self.enough.set()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()


def kept(running: Server) -> set[str]:
    """The ISBN of every book there is."""
    found: set[str] = set()
    path = "/v1/books?limit=100"
    while True:
        page = running.get(path).json()
        found |= {book["isbn"] for book in page["data"]}
        if page["next_cursor"] is None:
            return found
        path = f"/v1/books?limit=100&cursor={page['next_cursor']}"


def kill_while_writing(folder: Path, writes: int) -> None:
    with server(folder) as running:
        writers = Writers(running)
        writers.until(writes)
        started = children(running.process.pid)
        assert len(started) == 2, "PostgreSQL and one process that serves"
        running.process.kill()
        acknowledged = writers.stopped()
        wait_until_gone(running.process.pid, *started)
    with server(folder) as again:
        assert set(acknowledged) <= kept(again)
        assert again.post("/v1/books", {"title": "A", "author": "B", "isbn": isbn(99_999_999).value}).status == 201


def test_every_acknowledged_write_outlives_a_kill(quick_path: Path) -> None:
    kill_while_writing(quick_path, writes=100)


def test_a_server_that_is_killed_takes_its_processes_along_whatever_they_do(quick_path: Path) -> None:
    with server(quick_path, WORKERS="2") as running:
        assert running.post("/v1/books", {"title": "A", "author": "B", "isbn": isbn(1).value}).status == 201
        started = children(running.process.pid)
        reader = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        reader.request("GET", "/v1/events/stream")
        assert reader.getresponse().status == 200
        purge = schedule(running, "purge-customers")
        for _ in range(20):
            run_now(running, purge)
        running.process.kill()
        # The grace of jobs alone would be 20 s.
        wait_until_gone(running.process.pid, *started, seconds=5)
        reader.close()
    with server(quick_path, PORT=str(running.port)) as again:
        assert kept(again) == {isbn(1).value}


def test_a_server_that_is_gone_is_not_named_to_who_finds_its_port_taken(quick_path: Path) -> None:
    with server(quick_path) as running:
        started = children(running.process.pid)
        refused = command(quick_path, "serve", PORT=str(running.port))
        assert f"stop it (kill {running.process.pid})" in refused.stderr
        running.process.kill()
        wait_until_gone(running.process.pid, *started)
    with socket.create_server(("127.0.0.1", running.port)):
        refused = command(quick_path, "serve", PORT=str(running.port))
    assert refused.returncode == 4
    assert str(running.process.pid) not in refused.stderr
    assert "stop what is there, or choose another port" in refused.stderr


@pytest.mark.long
@pytest.mark.parametrize("attempt", range(10))
def test_every_acknowledged_write_outlives_a_kill_in_a_thousand(quick_path: Path, attempt: int) -> None:
    kill_while_writing(quick_path, writes=1_000 + attempt * 37)


@pytest.mark.long
def test_every_acknowledged_write_outlives_two_hundred_kills(quick_path: Path) -> None:
    """Each at another moment of its server's life, each on what all before it left."""
    acknowledged: set[str] = set()
    for kill in range(200):
        with server(quick_path) as running:
            assert acknowledged <= kept(running), f"after {kill} kills"
            writers = Writers(running, first=1 + kill * 10_000)
            writers.until(1 + kill * 37 % 50)
            started = children(running.process.pid)
            running.process.kill()
            acknowledged |= set(writers.stopped())
            wait_until_gone(running.process.pid, *started)
    with server(quick_path) as again:
        assert acknowledged <= kept(again)


def test_a_server_whose_database_is_killed_ends_with_a_word_and_starts_again(quick_path: Path) -> None:
    with server(quick_path) as running:
        assert running.post("/v1/books", {"title": "A", "author": "B", "isbn": isbn(1).value}).status == 201
        (postgres,) = [pid for pid in children(running.process.pid) if "postgres" in command_of(pid)]
        os.kill(postgres, signal.SIGKILL)
        assert running.process.wait(30) == 1
        assert "error: the embedded PostgreSQL ended by itself; its log is " in running.err
    with server(quick_path) as again:
        assert kept(again) == {isbn(1).value}


def test_a_process_that_is_killed_is_replaced(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, WORKERS="2") as running:
        before = set(children(running.process.pid))
        killed = max(before)
        os.kill(killed, signal.SIGKILL)
        wait_until_gone(killed)
        deadline = threading.Event()
        for _ in range(300):
            now = set(children(running.process.pid))
            if len(now) == 2 and killed not in now:
                break
            deadline.wait(0.1)
        else:
            raise AssertionError(f"not replaced: {before}, {now}")
        assert {running.get("/health").status for _ in range(20)} == {200}
        assert running.stop() == 0
