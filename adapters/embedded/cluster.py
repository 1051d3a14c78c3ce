"""One cluster: its data, the programs that work on it, and the account they run as."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adapters.embedded import binaries
from adapters.embedded.account import Account
from adapters.embedded.binaries import Installation
from adapters.embedded.errors import InitialisationFailed, NoUnprivilegedAccount, StartFailed, failure
from adapters.embedded.launch import CANNOT_BECOME, Terms

ROLE: Final = "daybook"
DATABASE: Final = "daybook"
_logger = logging.getLogger(__name__)
_LAUNCH: Final = Path(__file__).with_name("launch.py")
_PROGRAM_SECONDS: Final = 300
# Wherever the folder lies, its own working directory is what a process can reach without a right on the folders above.
_WORKING_DIRECTORY: Final = Path("/proc/self/cwd")
# Only the role of the application may come in, and only with its password. The superuser cannot log in at all:
# what needs one is done in single-user mode, while the server is down.
_HOST_BASED_ACCESS: Final = f"local all {ROLE} scram-sha-256\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The cluster in the folder `data`; `account` is None when it runs as we do."""

    installation: Installation
    account: Account | None
    data: Path

    def initialise(self, password: str, *, durable: bool) -> None:
        """Make a cluster in the empty folder `data`: UTF-8, ordered by code point, with the role and the database
        `daybook`. `durable` waits until it is on the disk. Raises `InitialisationFailed` or `DiskFull`.
        """
        arguments = [
            "--username=postgres",
            "--auth-local=reject",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        ]
        self._initdb(arguments)
        (self.data / "pg_hba.conf").write_text(_HOST_BASED_ACCESS)
        self.single_user(
            [
                f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
                f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
                # A broken constraint would leave the value, an e-mail address for one, in the log of the server.
                f"ALTER ROLE {ROLE} SET log_error_verbosity TO terse",
                f"ALTER ROLE {ROLE} SET log_min_error_statement TO panic",
            ]
        )
        if durable:
            self._initdb(["--sync-only"])

    def single_user(self, statements: Iterable[str]) -> None:
        """Run statements as superuser while no server runs on the data. Raises `InitialisationFailed` or `DiskFull`."""
        done = self.run(
            self.installation.postgres,
            ["--single", "-F", "-D", self._data_argument(), "postgres"],
            standard_input="".join(f"{statement};\n" for statement in statements),
        )
        # Single-user mode goes on after an error and leaves with 0.
        if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise failure(
                InitialisationFailed,
                "PostgreSQL could not make its role and database",
                done.stderr,
                folder=self.data.parent,
            )

    def run(
        self, program: Path, arguments: Iterable[str], *, standard_input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the installation to its end, with the data folder as its working directory.

        Raises `InitialisationFailed` when it takes longer than five minutes.
        """
        command = launch_command(self.account, program, arguments, end_with=os.getpid())
        with subprocess.Popen(  # noqa: S603 - a program of the wheel
            command,
            cwd=self.data,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, complaints = process.communicate(standard_input, timeout=_PROGRAM_SECONDS)
            except BaseException as error:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)  # initdb has children, which would go on writing
                if isinstance(error, subprocess.TimeoutExpired):
                    raise InitialisationFailed(
                        f"{program.name} was not done within {_PROGRAM_SECONDS} s. Is its disk very slow?"
                    ) from error
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, complaints)

    def spawn(self, settings: dict[str, str], *, log: int) -> subprocess.Popen[bytes]:
        """Start the server with these settings and return at once; what it says goes to the descriptor `log`.

        In a session of its own: Ctrl-C at the terminal is for us, and the server ends after our last query. On Linux
        it shuts down by itself when we are killed. The kernel ties that to the thread that started it, so it is left
        out in any other than the main thread, which alone is sure to live as long as the process.
        """
        end_with = os.getpid() if threading.current_thread() is threading.main_thread() else None
        arguments = ["-D", self._data_argument()]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        return subprocess.Popen(  # noqa: S603 - a program of the wheel
            launch_command(self.account, self.installation.postgres, arguments, end_with=end_with),
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def reachable(self, run_folder: Path) -> "Cluster":
        """The same cluster with programs that its account can run: the wheel's, else a copy. Raises `StartFailed`.

        A copy for this run only goes to `run_folder`, when there is no place where one could be kept.
        """
        if self.trial().returncode == 0:
            return self
        shared = binaries.shared_copy(self.installation)
        if shared is not None and (cluster := replace(self, installation=shared)).trial().returncode == 0:
            _logger.info("PostgreSQL runs from the copy in %s, which its account can read", shared.root)
            return cluster
        cluster = replace(self, installation=binaries.copy_into(self.installation, run_folder))
        trial = cluster.trial()
        if trial.returncode != 0:
            raise failure(StartFailed, "The programs of PostgreSQL cannot be run", trial.stderr, folder=run_folder)
        return cluster

    def _initdb(self, arguments: list[str]) -> None:
        done = self.run(self.installation.initdb, ["-D", self._data_argument(), *arguments])
        if done.returncode != 0:
            raise failure(
                InitialisationFailed,
                "initdb could not make the database",
                done.stdout + done.stderr,
                folder=self.data.parent,
            )

    def trial(self) -> subprocess.CompletedProcess[str]:
        """Run the program that does the least, to see whether the account can; `returncode` is 0 when so."""
        # initdb, since unlike the server it also needs a shared library of the wheel.
        return self.run(self.installation.initdb, ["--version"])

    def _data_argument(self) -> str:
        if self.account is not None and _WORKING_DIRECTORY.exists():
            return str(_WORKING_DIRECTORY)
        return str(self.data)


def launch_command(
    account: Account | None, program: Path, arguments: Iterable[str], *, end_with: int | None
) -> list[str]:
    """The command that runs `program` as `account`, with nothing of our environment that PostgreSQL would listen to."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    terms = Terms(
        uid=account.uid if account is not None else None,
        gid=account.gid if account is not None else None,
        end_with=end_with,
        environment=environment,
    )
    return [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(terms), str(program), *arguments]


def take_account(candidates: Iterable[Account]) -> Account:
    """The first of `candidates` that we may become. Raises `NoUnprivilegedAccount` when there is none."""
    refusals = []
    for account in candidates:
        trial = subprocess.run(  # noqa: S603 - our own script
            launch_command(account, Path("/"), [], end_with=None), capture_output=True, text=True, check=False
        )
        if trial.returncode != CANNOT_BECOME:
            return account
        refusals.append(f"{account.name}: {trial.stderr.strip()}")
    raise NoUnprivilegedAccount(
        "PostgreSQL refuses to run as root, and no other account can run it here "
        f"({'; '.join(refusals[:3]) or 'the data belongs to root'}). "
        "Start Daybook as an ordinary user, or set DATABASE_URL to another database."
    )
