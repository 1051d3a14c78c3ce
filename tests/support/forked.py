"""`daybook` in processes of their own, forked from one that has imported it: a start takes milliseconds, not a second.

What a command does after its imports is all there: arguments, environment, folder, standard streams, signals, exit
code. That the installed script starts from nothing is held by tests/e2e/test_main.py and tests/e2e/cli/test_upkeep.py.
"""

import atexit
import json
import multiprocessing
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.support.preloaded"])
_ONE_AT_A_TIME = threading.Lock()
# Asks for a fork in its own place, and ends as that does.
# The path of the interpreter may be longer than such a first line may be, or have a space in it.
_TYPED = """#!/bin/sh
'''exec' "{python}" -IS "$0" "$@"
' '''
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    told = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    socket.send_fds(asked, [json.dumps(told).encode()], [0, 1, 2])
    sys.exit(int(asked.recv(16)))
"""
_MOST = 1 << 20

# A program is the function of a module that does it all, with the arguments in `sys.argv`.
DAYBOOK = "entrypoints.cli.main:main"


class Forked:
    """A running `daybook`, with what a `subprocess.Popen` has."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("daybook", timeout or 0)
        return code

    def send_signal(self, which: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def forked(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    program: str = DAYBOOK,
) -> Forked:
    """Begins `daybook`, or another program, with these arguments and, as descriptors, its three standard streams."""
    return Forked(_begun(arguments, folder, environment, streams, program))


class Piped(Forked):
    """One that is talked to: `stdin` and `stdout` are pipes to it, and what it complains of is there at its end."""

    def __init__(
        self,
        *arguments: str,
        folder: Path = Path(),
        environment: Mapping[str, str] = os.environ,
        program: str = DAYBOOK,
    ) -> None:
        with ExitStack() as theirs:
            reading, typing = os.pipe()
            out, writing = os.pipe()
            for descriptor in (reading, writing):
                theirs.callback(os.close, descriptor)
            self.stdin: IO[bytes] = os.fdopen(typing, "wb")  # as long as this
            self.stdout: IO[str] = os.fdopen(out, encoding="utf-8")
            self._err = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
            streams = (reading, writing, self._err.fileno())
            super().__init__(_begun(arguments, folder.absolute(), environment, streams, program))

    def communicate(self, typed: bytes = b"", *, timeout: float = 60) -> tuple[int, str, str]:
        """Its exit code and what it wrote, once it has read this and ended."""
        with suppress(BrokenPipeError), self.stdin:
            self.stdin.write(typed)
        code = self.wait(timeout)
        self._err.seek(0)
        return code, self.stdout.read(), self._err.read()

    def close(self) -> None:
        """Ends it if it still runs."""
        self.kill()
        self.wait()
        for stream in (self.stdin, self.stdout, self._err):
            with suppress(BrokenPipeError):
                stream.close()


@contextmanager
def typed(folder: Path) -> Iterator[Path]:
    """The path of a `daybook` in `folder` that a shell may run for as long as the block: each run of it is a fork."""
    # The address of a socket may not be longer than some 100 characters, which the folder's may be.
    with tempfile.TemporaryDirectory(prefix="daybook-") as short, socket.socket(socket.AF_UNIX) as listening:
        address = f"{short}/asked"
        command = folder / "daybook"
        command.write_text(_TYPED.format(python=sys.executable, address=address))
        command.chmod(0o755)
        listening.bind(address)
        listening.listen()
        answering = threading.Thread(target=_answer, args=(listening,), daemon=True)
        answering.start()
        yield command
        listening.shutdown(socket.SHUT_RDWR)
        answering.join()


def _begun(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    program: str,
) -> BaseProcess:
    handed = [_Handed(one) for one in streams]
    process = FORKING.Process(target=_be, args=(program, tuple(arguments), str(folder), dict(environment), handed))
    with _ONE_AT_A_TIME:
        process.start()
    return process


def _answer(listening: socket.socket) -> None:
    while True:
        try:
            asked, _ = listening.accept()
        except OSError:  # the block has ended
            return
        threading.Thread(target=_run, args=(asked,), daemon=True).start()


def _run(asked: socket.socket) -> None:
    with asked:
        text, descriptors, _, _ = socket.recv_fds(asked, _MOST, 3)
        told = json.loads(text)
        given = {**told, "folder": Path(told["folder"])}
        stdin, out, err = descriptors
        process = forked(given.pop("arguments"), streams=(stdin, out, err), **given)
        for one in descriptors:
            os.close(one)
        asked.sendall(str(process.wait()).encode())


class _Handed:
    """A descriptor of this process, which the new one gets as one of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _taken, (DupFd(self._descriptor),)


def _taken(handed: Any) -> int:
    descriptor: int = handed.detach()
    return descriptor


def _be(
    program: str, arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[int]
) -> None:
    # What the parent was to do at its end is not for this one, nor is how that starts processes.
    atexit._clear()
    multiprocessing.set_start_method(None, force=True)
    os.environ.clear()
    os.environ.update(environment)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # as long as the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    os.chdir(folder)
    sys.argv = ["daybook", *arguments]
    try:
        pkgutil.resolve_name(program)()
    finally:
        atexit._run_exitfuncs()
