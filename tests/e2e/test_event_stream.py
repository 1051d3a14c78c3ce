"""The event stream of real servers: what readers see, on one process or another, and how a stream ends."""

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import asyncpg
import pytest

from tests.e2e.test_serve_monitored import scraped, value
from tests.support.builders import isbn
from tests.support.daybook_process import Server, children, server
from tests.support.event_streams import EventStream, Told, event_stream


@pytest.fixture
def running(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with server(tmp_path, DATABASE_URL=database_url, STREAM_HEARTBEAT_SECONDS="0.5") as started:
        yield started


def create(running: Server, *numbers: int) -> list[str]:
    """Books, each one event; their ids."""
    made = []
    for number in numbers:
        book = {"title": f"Volume {number}", "author": "George Eliot", "isbn": isbn(number).value}
        answer = running.post("/v1/books", book)
        assert answer.status == 201, answer.body
        made.append(answer.json()["id"])
    return made


def create_batch(running: Server, *, first: int, count: int) -> int:
    """Books in one request; how many were made."""
    book = {"op": "create", "title": "Volume", "author": "George Eliot"}
    rows = [{**book, "isbn": isbn(first + n).value} for n in range(count)]
    made: int = running.post("/v1/books/batch", {"rows": rows}).json()["created"]
    return made


def books(stream: EventStream, count: int) -> list[Told]:
    """The next events that a book was created."""
    created = (one for one in stream.events() if one.fields["event"] == "book.created")
    return list(islice(created, count))


def test_readers_of_two_servers_see_the_same_and_all(two_servers: list[Server]) -> None:
    one, other = two_servers
    with event_stream(one.port) as first, event_stream(other.port) as second:
        assert (first.status, second.status) == (200, 200)
        assert first.headers["content-type"] == "text/event-stream"
        assert first.headers["cache-control"] == "no-store"
        assert first.headers["x-accel-buffering"] == "no"
        opening = next(first.blocks()).fields
        assert opening == {"retry": "2000", "id": "0"}
        began = time.monotonic()
        made = [*create(one, 1, 2), *create(other, 3), *create(one, 4)]
        seen = list(islice(first.events(), 5))
        assert time.monotonic() - began < 5
        assert [told.sequence for told in seen] == [1, 2, 3, 4, 5]
        assert [told.event["aggregate_id"] for told in seen if told.fields["event"] == "book.created"] == made
        # As the list tells them.
        assert [told.event for told in seen] == one.get("/v1/events").json()["data"]
        assert [told.fields for told in islice(second.events(), 5)] == [told.fields for told in seen]


def test_what_was_missed_comes_first_without_gap_or_double(running: Server) -> None:
    create(running, 1)
    with event_stream(running.port) as stream:
        assert int(next(stream.blocks()).fields["id"]) >= 1
        create(running, 2)
        (seen,) = books(stream, 1)
    create(running, 3, 4)
    for query, headers in (
        ("", {"Last-Event-ID": str(seen.sequence)}),
        (f"?after={seen.sequence}", {}),
        # The header is the newer one: an EventSource sends its first address each time.
        ("?after=0", {"Last-Event-ID": str(seen.sequence)}),
    ):
        with event_stream(running.port, query, headers) as again:
            assert next(again.blocks()).sequence == seen.sequence
            create(running, len(headers) * 10 + len(query) + 5)
            sequences = [one.sequence for one in islice(again.events(), 3)]
            assert sequences == list(range(seen.sequence + 1, seen.sequence + 4))
    with event_stream(running.port, "?after=0") as whole:
        assert [one.sequence for one in islice(whole.events(), 4)] == [1, 2, 3, 4]


def test_filters(running: Server) -> None:
    # Each time a book and its deletion, and an author the first time.
    for number, (query, kinds) in enumerate(
        [
            ("?type=book.deleted", ["book.deleted"]),
            ("?type=book.deleted,book.created", ["book.created", "book.deleted"]),
            ("?type=book.deleted&type=book.created", ["book.created", "book.deleted"]),
            ("?aggregate=book", ["book.created", "book.deleted"]),
            ("?aggregate=author,book&type=book.deleted", ["book.deleted"]),
            ("?aggregate=author&type=book.created", []),
        ]
    ):
        before = running.get("/v1/events?sort=-sequence&limit=1").json()["data"]
        replayed = create(running, number)[0]
        with event_stream(running.port, f"{query}&after={before[0]['sequence'] if before else 0}") as stream:
            assert running.request("DELETE", f"/v1/books/{replayed}").status == 204
            last = running.get("/v1/events?sort=-sequence&limit=1").json()["data"][0]["sequence"]
            seen: list[str] = []
            for block in stream.blocks():
                if "data" in block.fields:
                    seen.append(block.fields["event"])
                # A sign of life says how far it has got, whatever was left out.
                elif block.comments and block.sequence == last:
                    break
            assert seen == kinds


def test_a_sign_of_life(running: Server) -> None:
    create(running, 1)
    with event_stream(running.port) as stream:
        blocks = stream.blocks()
        assert next(blocks).comments == []
        began = time.monotonic()
        for _ in range(3):
            block = next(blocks)
            assert (block.comments, block.fields) == (["still here"], {"id": "2"})
        assert 1 < time.monotonic() - began < 4


def test_what_cannot_be_asked_is_a_problem_before_it_begins(running: Server) -> None:
    create(running, 1)
    for query, headers, pointers in (
        ("?after=x&type=Book&colour=red", {}, ["after", "colour", "type"]),
        ("", {"Last-Event-ID": "x"}, ["Last-Event-ID"]),
        ("?after=99", {}, ["after"]),
        ("", {"Last-Event-ID": "99"}, ["Last-Event-ID"]),
        ("?after=1&after=1", {}, ["after"]),
        ("?after=x&after=y&after=1&colour=red&colour=blue", {}, ["after", "colour"]),
        ("?type=", {}, ["type"]),
    ):
        answer = running.get(f"/v1/events/stream{query}", **headers)
        assert answer.status == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert sorted(one["pointer"] for one in answer.json()["errors"]) == pointers
    head = running.request("HEAD", "/v1/events/stream")
    assert (head.status, head.headers["content-type"], head.body) == (200, "text/event-stream", b"")
    assert running.request("POST", "/v1/events/stream").status == 405


def test_no_more_streams_than_there_may_be(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, STREAM_READERS="2") as running:
        with event_stream(running.port), event_stream(running.port):
            refused = running.get("/v1/events/stream")
            assert (refused.status, refused.json()["code"]) == (503, "too-many-readers")
            assert int(refused.headers["retry-after"]) > 0
            assert value(scraped(running), "event_stream_readers") == 2
        # Those who left are noticed, although there is nothing to send to them.
        eventually_open(running)
        assert value(scraped(running), "event_stream_readers_dropped_total") == 0


def test_those_who_come_together_are_no_more_than_there_may_be(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, STREAM_READERS="5") as running, ExitStack() as streams:
        connections = [
            streams.enter_context(socket.create_connection(("127.0.0.1", running.port), 30)) for _ in range(60)
        ]
        for one in connections:
            one.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        statuses = Counter(one.recv(12)[-3:] for one in connections)
        assert statuses == {b"200": 5, b"503": 55}
        # What is refused or asked for its head alone keeps no place.
        streams.close()
        eventually_open(running)
        for _ in range(6):
            assert running.get("/v1/events/stream?after=999").status == 400
            assert running.request("HEAD", "/v1/events/stream").status == 200
        assert value(scraped(running), "event_stream_readers") == 0


def test_who_is_gone_before_it_begins_keeps_no_place(tmp_path: Path, database_url: str) -> None:
    async def ask_and_go(running: Server) -> None:
        connection = await asyncpg.connect(database_url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
                with socket.create_connection(("127.0.0.1", running.port)) as one:
                    one.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n")
                    await asyncio.to_thread(until_readers, running, 1)
                # While the database keeps it waiting still.
                await asyncio.to_thread(until_readers, running, 0)
        finally:
            await connection.close()

    with server(tmp_path, DATABASE_URL=database_url, STREAM_READERS="1") as running:
        asyncio.run(ask_and_go(running))
        with event_stream(running.port) as stream:
            assert stream.status == 200


def until_readers(running: Server, count: int, within: float = 10) -> None:
    deadline = time.monotonic() + within
    while value(scraped(running), "event_stream_readers") != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def eventually_open(running: Server) -> None:
    until_readers(running, 0)
    with event_stream(running.port) as stream:
        assert stream.status == 200


def test_one_that_reads_too_slowly_is_sent_away_and_goes_on_where_it_was(tmp_path: Path) -> None:
    # Where books are made quickest: megabytes of events go into the buffers of the system before anybody is slow.
    with server(tmp_path, STORAGE="memory", STREAM_BUFFER_BYTES="4096") as running, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", running.port))
        slow.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        stream = EventStream(slow)
        with ThreadPoolExecutor(1) as thread, event_stream(running.port) as quick:
            seen: list[int] = []
            reading = thread.submit(lambda: seen.extend(one.sequence for one in quick.events()))
            for n in range(60):
                assert create_batch(running, first=1_000 + n * 500, count=500) == 500
            deadline = time.monotonic() + 20
            while not value(families := scraped(running), "event_stream_readers_dropped_total"):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            last = running.get("/v1/events?sort=-sequence&limit=1").json()["data"][0]["sequence"]
            deadline = time.monotonic() + 20
            while len(seen) < last and time.monotonic() < deadline:
                time.sleep(0.02)
            assert seen == list(range(1, last + 1)), "who reads is told all, however slow another one is"
            slowly = [one.sequence for one in stream.events()]
            assert slowly == list(range(1, len(slowly) + 1))
            assert len(slowly) < last
            with event_stream(running.port, headers={"Last-Event-ID": str(len(slowly))}) as again:
                missed = [one.sequence for one in islice(again.events(), last - len(slowly))]
                assert missed == list(range(len(slowly) + 1, last + 1)), "what it missed is read for it again"
            assert running.stop() == 0
            reading.result(10)
    assert value(families, "event_stream_readers_dropped_total") == 1


@pytest.mark.parametrize(("storage", "how"), [("postgres", signal.SIGTERM), ("memory", signal.SIGINT)])
def test_a_stop_ends_streams(tmp_path: Path, database_url: str, storage: str, how: signal.Signals) -> None:
    settings = {"STORAGE": storage, **({"DATABASE_URL": database_url} if storage == "postgres" else {})}
    with server(tmp_path, **settings) as running, event_stream(running.port) as one, event_stream(running.port) as two:
        create(running, 1)
        assert books(one, 1)
        began = time.monotonic()
        assert running.stop(how) == 0
        assert time.monotonic() - began < 5, "long before the time that a stop may take"
        for stream in (one, two):
            assert "book.created" in [told.fields["event"] for told in stream.events()] or stream is one
        assert not [line for line in running.log if line["level"] in ("warning", "error")]


def test_a_process_that_is_stopped_by_itself_ends_streams(tmp_path: Path, database_url: str) -> None:
    """Told to stop past its parent: the signal alone has to do."""
    with server(tmp_path, DATABASE_URL=database_url) as running, event_stream(running.port) as stream:
        (worker,) = children(running.process.pid)
        create(running, 1)
        assert books(stream, 1)
        os.kill(worker, signal.SIGTERM)
        assert list(stream.events()) == []


def test_it_ends_after_its_time(tmp_path: Path) -> None:
    with server(tmp_path, STORAGE="memory", STREAM_LIFETIME_SECONDS="0.3") as running:
        with event_stream(running.port) as stream:
            assert [one.fields for one in stream.blocks()] == [{"retry": "2000", "id": "0"}]
        families = scraped(running)
        route = {"route": "/v1/events/stream", "status": "2xx"}
        assert value(families, "http_request_duration_seconds_count", **route) == 1
        assert value(families, "http_request_duration_seconds_sum", **route) < 0.2, "the time until it began"


def test_a_server_whose_database_is_gone_for_a_while_goes_on(running: Server, database_url: str) -> None:
    async def cut() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()

    with event_stream(running.port) as stream:
        create(running, 1)
        assert books(stream, 1)
        asyncio.run(cut())
        create(running, 2, 3)
        assert [one.event["version"] for one in books(stream, 2)] == [1, 1]
