"""Processes that hold an embedded PostgreSQL, to contend with and to kill, and what runs on a folder."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from adapters.embedded import processes
from adapters.embedded.processes import ServerProcess

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:8123"

# Holds a folder until its standard input ends; started from a thread, the kernel does not tie PostgreSQL to it.
_HOLDER = f"""
import os, sys, threading
from pathlib import Path
from adapters.embedded.server import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
if "in_thread" in sys.argv:
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
else:
    server.start()
server.announce("{URL}")
child = 0
if "forking" in sys.argv:
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tell, b".")
        os.read(0, 1)
        os._exit(0)
    os.read(begun, 1)
try:
    print(server.dsn, child, flush=True)
    os.read(0, 1)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    os.read(0, 1)
server.stop()
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a folder, the address it got, and a child that it forked (0: none)."""

    process: subprocess.Popen[str]
    dsn: str
    child: int

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()


def start_holder(folder: Path, *ways: str) -> "subprocess.Popen[str]":
    """A process that is about to hold the folder; `ways`: in_thread, forking."""
    return subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder), *ways],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def held(folder: Path, *ways: str) -> Iterator[Holder]:
    """Have another process hold the folder; at the end it stops, unless it was killed."""
    process = start_holder(folder, *ways)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        dsn, child = process.stdout.readline().split()
        yield Holder(process, dsn, int(child))
        process.stdin.close()
        process.wait(timeout=30)


def running_on(folder: Path) -> list[ServerProcess]:
    """The PostgreSQL processes that run on the folder, postmaster first."""
    data = folder / "data"
    return processes.of_cluster(processes.cluster_name(data), uid=data.stat().st_uid)


def wait_until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait for something to become true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def ask(dsn: str, query: str) -> object:
    """The first value of a query."""

    async def run() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(run())


def do(dsn: str, *statements: str) -> None:
    """Run statements, one after the other."""

    async def run() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
