"""`daybook` in processes of their own, forked from one that has imported it: a start takes milliseconds, not a second.

What a command does after its imports is all there: arguments, environment, folder, standard streams, signals, exit
code. That the installed script starts from nothing is held by tests/e2e/test_main.py and tests/e2e/cli/test_upkeep.py.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from entrypoints.cli.main import main

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["entrypoints.cli.main", "entrypoints.cli.serve", "entrypoints.cli.worker", "entrypoints.cli.analytics"]
)


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
    out: Path,
    err: Path,
    stdin: Path = Path(os.devnull),
) -> Forked:
    """Begins `daybook` with these arguments; what it writes goes into files."""
    for file in (out, err):
        file.write_bytes(b"")
    streams = (str(stdin), str(out), str(err))
    process = _FORKING.Process(target=_be, args=(tuple(arguments), str(folder), dict(environment), streams))
    process.start()
    return Forked(process)


def _be(arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[str]) -> None:
    # What the parent was to do at its end is not for this one, nor is how that starts processes.
    atexit._clear()
    multiprocessing.set_start_method(None, force=True)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # as long as the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    os.chdir(folder)
    sys.argv = ["daybook", *arguments]
    try:
        main()
    finally:
        atexit._run_exitfuncs()
