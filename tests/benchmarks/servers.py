"""Starting the servers of the benchmark, and reading what CPU time and memory they used (Linux: from /proc)."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import free_port

ROOT = Path(__file__).parents[2]
_TICK = os.sysconf("SC_CLK_TCK")

GRANIAN = [
    sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--workers", "1", "--no-ws",
    "--log-level", "warning", "--host", "127.0.0.1", "--port",
]  # fmt: skip
UVICORN = [sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--no-access-log", "--log-level", "warning", "--port"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One server to measure: its name in the table, and how it is started on a port."""

    name: str
    command: list[str]
    target: list[str]
    environment: Mapping[str, str]

    def arguments(self, port: int) -> list[str]:
        """The whole command line; one without a target takes its port from the environment."""
        return [*self.command, str(port), *self.target] if self.target else self.command


def contenders(dsn: str, folder: Path) -> list[Contender]:
    """Daybook with request ids, traces sampled at 1 %, metrics and JSON logs on, and the three peers.

    Its warehouse, which follows what is made, is in `folder`.
    """
    daybook = {
        "DATABASE_URL": dsn, "MONITORING_TRACE_SAMPLING": "0.01", "LOG_FORMAT": "json", "LOG_LEVEL": "info",
        "WORKERS": "1", "APP_ENV": "development", "WAREHOUSE_FOLDER": str(folder / "warehouse"),
    }  # fmt: skip
    peers = "tests.benchmarks.peers"
    here = {"BENCH_DSN": dsn}
    return [
        Contender(name="bare ASGI + asyncpg", command=GRANIAN, target=[f"{peers}.bare:app"], environment=here),
        Contender(
            name="Daybook", command=[str(Path(sys.executable).with_name("daybook")), "serve"], target=[],
            environment=daybook,
        ),
        Contender(
            name="Litestar + ORM, stock plugins", command=GRANIAN, target=[f"{peers}.litestar_stock:app"],
            environment=here,
        ),
        Contender(
            name="FastAPI + Pydantic + async ORM", command=UVICORN, target=[f"{peers}.fastapi_orm:app"],
            environment=here,
        ),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A started server."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of the process and all its children."""
        return Processes(self.pid).cpu_seconds()


@dataclass(frozen=True, slots=True)
class Processes:
    """A process and all its children, threads included."""

    pid: int

    def cpu_seconds(self) -> float:
        """User and system time."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def forget_peak(self) -> None:
        """What the peak is counted from."""
        for pid in _family(self.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    def peak_memory(self) -> int:
        """The most memory that each had since then, in bytes; what they share counts for each."""
        return sum(high_water(pid) for pid in _family(self.pid))


@contextmanager
def running(contender: Contender, core: int | None) -> Iterator[Running]:
    """The server from its first answer on; stopped at the end. `core` is the one CPU it may use."""
    port = free_port()
    environment = {**os.environ, **contender.environment, "PYTHONPATH": str(ROOT), "PORT": str(port)}
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        process = subprocess.Popen(
            contender.arguments(port), cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        _wait(process, port, contender.name)
        if core is not None:
            for pid in _family(process.pid):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    os.sched_setaffinity(int(task.name), {core})
        yield Running(name=contender.name, port=port, pid=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"{name} ended with code {process.returncode} before it answered")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
                probe.sendall(b"GET /v1/books?limit=1 HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
                if probe.recv(12).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{name} did not answer within 60 s")


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in task.read_text().split())
    return found


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def high_water(pid: int) -> int:
    """The most resident memory that a process had so far, in bytes; 0 when it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
