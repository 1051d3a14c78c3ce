"""Two hundred readers and a hundred events a second: all see all, in order, and the memory of the server stays flat.

`DAYBOOK_STREAM_SECONDS` says for how long; ten minutes without it.
"""

import asyncio
import http.client
import json
import os
import re
import time
from pathlib import Path

import pytest

from tests.support.builders import isbn
from tests.support.daybook_process import Server, children, server

SECONDS = float(os.environ.get("DAYBOOK_STREAM_SECONDS", "600"))
READERS = 200
EVENTS_A_SECOND = 100
WARM_UP = 10.0
GROWTH_MB = 25.0
_ID = re.compile(rb"\nid: (\d+)\nevent: ")


class Reader:
    """Counts the events that it is told, each of which must be the next one."""

    def __init__(self) -> None:
        self.last = 0
        self.opened = asyncio.Event()

    async def read(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET /v1/events/stream?after=0 HTTP/1.1\r\nHost: x\r\n\r\n")
            rest = b"\n"
            while data := await reader.read(262_144):
                self.opened.set()
                # Chunks are told apart by their lengths in lines of their own, which may come between any two bytes.
                rest += data
                *whole, rest = rest.split(b"\n\n")
                for block in whole:
                    if found := _ID.search(b"\n" + block.replace(b"\r\n", b"\n")):
                        assert int(found[1]) == self.last + 1
                        self.last += 1
        finally:
            writer.close()


def write(port: int, count: int) -> None:
    """Books at the pace that is wanted, each an event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.monotonic()
    for number in range(count):
        book = {"title": f"Volume {number}", "author": "George Eliot", "isbn": isbn(number).value}
        connection.request("POST", "/v1/books", json.dumps(book), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201
        time.sleep(max(0.0, began + number / EVENTS_A_SECOND - time.monotonic()))
    connection.close()


def memory_mb(running: Server) -> float:
    """What the server's processes hold, shared pages in each of them."""
    found = 0
    for pid in children(running.process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        found += int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])  # type: ignore[index]  # every process has one
    return found / 1024


@pytest.mark.long
async def test_all_see_all_and_memory_stays_flat(tmp_path: Path, database_url: str) -> None:
    events = int(SECONDS * EVENTS_A_SECOND)
    with server(tmp_path, DATABASE_URL=database_url, WORKERS="2") as running:
        readers = [Reader() for _ in range(READERS)]
        reading = [asyncio.create_task(one.read(running.port)) for one in readers]
        async with asyncio.timeout(30):
            await asyncio.gather(*(one.opened.wait() for one in readers))
        writing = asyncio.create_task(asyncio.to_thread(write, running.port, events))
        await asyncio.sleep(WARM_UP)
        before, most = memory_mb(running), 0.0
        while not writing.done():
            await asyncio.sleep(1)
            assert not any(one.done() for one in reading), "nobody is sent away"
            most = max(most, memory_mb(running))
        await writing
        async with asyncio.timeout(30):
            # Each book is an event, and their author is one.
            while min(one.last for one in readers) < events + 1:  # noqa: ASYNC110  # 200 of them
                await asyncio.sleep(0.05)
        print(
            f"{READERS} readers saw {events + 1} events; {before:.0f} MB after {WARM_UP:.0f} s, {most:.0f} MB at most"
        )
        assert most < before + GROWTH_MB
        assert running.stop() == 0
        for one in reading:
            await one
