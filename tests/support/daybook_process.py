"""`daybook` in a process of its own: a server to talk to and to kill, and commands."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.forked import DAYBOOK, Forked, forked
from tests.support.servers import free_port

# A start from nothing, for what a test holds of that; all others are forked.
COMMAND = (sys.executable, "-m", "entrypoints.cli.main")
APART = {"PERFORMANCE_ANALYTICS_PROCESS": "true"}
_START_SECONDS = 90.0
# Names of settings that the machine of the tests may have for itself.
_OURS = re.compile(
    r"(APP|SERVER|LOGGING|LOG|DATABASE|SECURITY|WORKER|MAIL|WEBHOOKS|MONITORING|PERFORMANCE|STREAM|SNOWFLAKE|OTEL)_.*|"
    r"STORAGE|ANALYTICS_(STORAGE|SEGMENTS_FILE)|HOST|PORT|WORKERS?|ALLOWED_ORIGINS"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A server that was started in `folder`; its two outputs are there as `out` and `err`."""

    def __init__(self, folder: Path, process: Forked, port: int) -> None:
        self.folder = folder
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log; what is no JSON fails here."""
        return [json.loads(line) for line in self.err.splitlines()]

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: object) -> Answer:
        return self.request("POST", path, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own, so that any process of the server may get it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        """Until it has said that it is."""
        deadline = time.monotonic() + _START_SECONDS
        while "Ctrl-C stops it." not in self.out:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no server (exit code {self.process.poll()}):\n{self.out}{self.err}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(how)
        return self.process.wait(60)


def environment(**given: str) -> dict[str, str]:
    """The environment of this process without what sets Daybook, and with what is given.

    A server of a test has no process of its own for reports unless the test says `APART`: its start takes a second.
    Reports have a share of the processors, which tests keep busy. Nor has it a warehouse unless the test says which
    `ANALYTICS_STORAGE`; "" is what nobody has set.
    """
    kept = {name: value for name, value in os.environ.items() if not _OURS.fullmatch(name)}
    counting = {} if "STORAGE" in given else {"ANALYTICS_STORAGE": "postgres"}
    apart = {"PERFORMANCE_ANALYTICS_PROCESS": "false", "PERFORMANCE_ANALYTICS_IDLE": "false"}
    return {**kept, "NO_COLOR": "1", **apart, **counting, **given}


@contextmanager
def server(folder: Path, *, program: str = DAYBOOK, **settings: str) -> Iterator[Server]:
    """`daybook serve` in `folder`, ready, on a free port unless one is given; ended at last if it still runs.

    `program` is what to start in place of `daybook`.
    """
    with starting_server(folder, program=program, **settings) as running:
        running.wait_until_ready()
        yield running


@contextmanager
def starting_server(folder: Path, *, program: str = DAYBOOK, **settings: str) -> Iterator[Server]:
    """As `server`, not yet ready, and perhaps never."""
    port = int(settings.get("PORT") or free_port())
    around = environment(**{"PORT": str(port), "LOG_FORMAT": "json", **settings})
    out, err = folder / "out", folder / "err"
    process = start(program, ["serve"], folder, around, out, err)
    running = Server(folder, process, port)
    try:
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def command(
    folder: Path, *arguments: str, typed: str | None = None, program: str = DAYBOOK, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """One command in `folder`, run to its end."""
    with tempfile.TemporaryDirectory() as streams:
        out, err, stdin = (Path(streams) / name for name in ("out", "err", "in"))
        stdin.write_text(typed or "")
        process = start(program, arguments, folder, environment(**settings), out, err, stdin)
        try:
            code = process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(["daybook", *arguments], code, out.read_text(), err.read_text())


def start(
    program: str,
    arguments: Sequence[str],
    folder: Path,
    around: Mapping[str, str],
    out: Path,
    err: Path,
    stdin: Path = Path(os.devnull),
) -> Forked:
    """`daybook`, or another program with these arguments; what it writes goes into the files."""
    with stdin.open("rb") as reading, out.open("wb") as writing, err.open("wb") as complaining:
        streams = (reading.fileno(), writing.fileno(), complaining.fileno())
        return forked(arguments, folder=folder, environment=around, streams=streams, program=program)


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(one) for one, parent, state in rows if int(parent) == pid and not state.startswith("Z")]


def command_of(pid: int) -> str:
    """The name of the program that a process runs."""
    listed = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return listed.stdout.strip()


def runs(pid: int) -> bool:
    """Whether a process still runs; one that ended and was not asked for its end does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and not listed.stdout.strip().startswith("Z")


def wait_until_gone(*pids: int, seconds: float = 30) -> None:
    """Until none of the processes runs any more."""
    deadline = time.monotonic() + seconds
    while any(runs(pid) for pid in pids):
        if time.monotonic() > deadline:
            raise AssertionError(f"still there: {[pid for pid in pids if runs(pid)]}")
        time.sleep(0.05)
