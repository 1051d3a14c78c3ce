"""Which processes belong to a data folder, told by what they are and never by a number found in a file.

Every PostgreSQL started here carries `cluster_name=<name>` on its command line, and PostgreSQL puts the name into the
titles of its children (`postgres: <name>: checkpointer`). The name is made from the device and inode of the data
folder. A running server has that folder as its working directory, so the inode cannot be given to another folder
meanwhile: two live servers never share a name, not even in copies of one project.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProcess:
    """A running PostgreSQL process: the postmaster, or one of its children."""

    pid: int
    is_postmaster: bool


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number, whatever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def cluster_name(data: Path) -> str:
    """The name of the cluster in the folder `data`, which must exist."""
    status = data.stat()
    return f"daybook-{status.st_dev:x}-{status.st_ino:x}"


def of_cluster(name: str, *, uid: int) -> list[ServerProcess]:
    """The running processes of the cluster `name` that run as `uid`, postmaster first."""
    found = []
    for pid, owner, command in _mentioning(name):
        words = command.split()
        is_postmaster = f"cluster_name={name}" in words
        if owner == uid and (is_postmaster or command.startswith(f"postgres: {name}: ")):
            found.append(ServerProcess(pid=pid, is_postmaster=is_postmaster))
    return sorted(found, key=lambda process: not process.is_postmaster)


def send(process: ServerProcess, name: str, *, uid: int, signum: signal.Signals) -> None:
    """Signal a process of the cluster `name`, and only that: nothing happens when it has ended, even when its number
    has been given to another process by now.
    """
    if hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal"):
        try:
            handle = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return
        except OSError:
            pass  # a kernel, or a sandbox, without pidfd: the number is all there is
        else:
            try:
                if process in of_cluster(name, uid=uid):
                    signal.pidfd_send_signal(handle, signum)
            except ProcessLookupError:
                pass
            finally:
                os.close(handle)
            return
    if process in of_cluster(name, uid=uid):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signum)


def end(name: str, *, uid: int) -> list[ServerProcess]:
    """Bring the cluster `name` to an end, as cleanly as it lets us. Returns the processes that are left after 50 s.

    A postmaster is asked for a fast shutdown. Children without one leave by themselves, most of them at once. Who is
    still there is told to drop everything, and at last killed: the write-ahead log then restores every commit.
    """
    left = of_cluster(name, uid=uid)
    if any(process.is_postmaster for process in left):
        left = _signal_and_wait(left[:1], name, uid=uid, signum=signal.SIGINT, seconds=30)
    else:
        left = _wait_gone(name, uid=uid, seconds=2)
    if left:
        left = _signal_and_wait(left, name, uid=uid, signum=signal.SIGQUIT, seconds=10)
    if left:
        left = _signal_and_wait(left, name, uid=uid, signum=signal.SIGKILL, seconds=10)
    return left


def _signal_and_wait(
    processes: list[ServerProcess], name: str, *, uid: int, signum: signal.Signals, seconds: float
) -> list[ServerProcess]:
    for process in processes:
        send(process, name, uid=uid, signum=signum)
    return _wait_gone(name, uid=uid, seconds=seconds)


def _wait_gone(name: str, *, uid: int, seconds: float) -> list[ServerProcess]:
    deadline = time.monotonic() + seconds
    while (left := of_cluster(name, uid=uid)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _mentioning(name: str) -> Iterator[tuple[int, int, str]]:
    """(pid, uid, command line) of every process that we may see and whose command line holds `name`."""
    if (_PROC / "self" / "status").exists():
        return _from_proc(name)
    return _from_ps(name)


def _from_proc(name: str) -> Iterator[tuple[int, int, str]]:
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if name in command:
                status = (entry / "status").read_text()
                yield int(entry.name), int(status.partition("\nUid:")[2].split(None, 1)[0]), command
        except OSError:
            continue  # it ended while we looked


def _from_ps(name: str) -> Iterator[tuple[int, int, str]]:
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=,uid=,command="],  # noqa: S607 - its place differs between systems
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    for line in listing.stdout.splitlines():
        if name in line:
            pid, owner, command = line.split(None, 2)
            yield int(pid), int(owner), command
