"""Start and stop an embedded PostgreSQL."""

import asyncio
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import asyncpg

from adapters.embedded import account, binaries, processes
from adapters.embedded.cluster import DATABASE, ROLE, Cluster, take_account
from adapters.embedded.errors import FolderUnusable, StartFailed, StillRunning, failure, unusable
from adapters.embedded.state import StateFolder

_logger = logging.getLogger(__name__)
_START_SECONDS: Final = 120
_PORT: Final = "5432"
_UNDURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL server whose data lies in `folder`, reached over a Unix socket that only this account can enter.

    One process at a time holds a folder; servers in different folders run side by side. `durable=False` gives up
    surviving a crash of the machine, for tests. Not for use from several threads at once, nor inside a running event
    loop.

    When the process that holds it is killed, PostgreSQL shuts down by itself on Linux (started in the main thread). In
    any case the next start finds what still runs on the folder, ends it and starts anew.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._state = StateFolder(folder)
        self._durable = durable
        self._holder: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._run_folder: Path | None = None
        self._dsn: str | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        """The address of the database, for asyncpg, SQLAlchemy and libpq. Raises RuntimeError while not started."""
        if self._dsn is None:
            raise RuntimeError("the embedded PostgreSQL has not been started")
        return self._dsn

    @property
    def alive(self) -> bool:
        """Whether the server that was started still runs. May be asked from any thread."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def log(self) -> Path:
        """The file that PostgreSQL writes its log to."""
        return self._state.log

    def start(self) -> str:
        """Start the server, on the first time with a new database, and return its DSN once it has answered a query:
        `postgresql://daybook:<password>@/daybook?host=<socket folder>&port=5432`.

        Started already, it just returns the DSN. Raises a subclass of `EmbeddedPostgresError`, and then leaves nothing
        running and the folder free.
        """
        if self._dsn is not None:
            return self._dsn
        installation = binaries.installed()
        self._holder = os.getpid()
        try:
            self._state.acquire()
            self._dsn = self._start(installation)
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise unusable(self._state.folder, error) from error
            raise
        return self._dsn

    def announce(self, url: str | None) -> None:
        """Leave the address that the holder serves, if any, so that a second start in this folder can name it."""
        self._state.announce(url)

    def stop(self) -> None:
        """Shut the server down (sessions are ended, nothing committed is lost) and free the folder.

        Nothing happens when it is not running, or in a process forked from the one that started it. Raises
        `StillRunning` when PostgreSQL does not end.
        """
        if self._holder != os.getpid():
            return
        try:
            if self._process is not None:
                _end(self._state.data)
                self._process.wait()
        finally:
            self._process = self._dsn = self._holder = None
            if self._run_folder is not None:
                shutil.rmtree(self._run_folder, ignore_errors=True)
                self._run_folder = None
            self._state.release()

    def _start(self, installation: binaries.Installation) -> str:
        state = self._state
        state.clear_attempts()
        is_new = not state.data.exists()
        if not is_new:
            self._check_version()
        runs_as = take_account(account.candidates(state.data)) if os.geteuid() == 0 else None
        if not is_new:
            _end(state.data)
            (state.data / "postmaster.pid").unlink(missing_ok=True)
        data = state.new_data(runs_as) if is_new else state.data
        name = processes.cluster_name(data)
        self._run_folder = state.run_folder(name, runs_as)
        cluster = Cluster(installation=installation, account=runs_as, data=data)
        if runs_as is not None:
            cluster = cluster.reachable(self._run_folder)
        password = state.password()
        if is_new:
            password = state.new_password()
            cluster.initialise(password, durable=self._durable)
            data.rename(state.data)
            cluster = Cluster(installation=cluster.installation, account=runs_as, data=state.data)
            _logger.info("new database in %s", state.data)
        elif password is None:
            password = state.new_password()
            cluster.single_user([f"ALTER ROLE {ROLE} PASSWORD '{password}'"])
        dsn = f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(self._run_folder))}&port={_PORT}"
        self._launch(cluster, name, self._run_folder, dsn)
        return dsn

    def _check_version(self) -> None:
        version_file = self._state.data / "PG_VERSION"
        if not version_file.is_file():
            raise FolderUnusable(
                f"{self._state.data} is not a database of PostgreSQL (it has no PG_VERSION). "
                "Move it away to start with an empty one."
            )
        version = version_file.read_text().strip()
        if version != binaries.MAJOR_VERSION:
            raise FolderUnusable(
                f"{self._state.data} was made by PostgreSQL {version}, and this is {binaries.MAJOR_VERSION}. Dump it "
                f"with the old version and restore it here, or move it away to start with an empty database."
            )

    def _launch(self, cluster: Cluster, name: str, run_folder: Path, dsn: str) -> None:
        settings = {
            "cluster_name": name,
            "listen_addresses": "",
            "unix_socket_directories": str(run_folder),
            "unix_socket_permissions": "0700",
            "port": _PORT,
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            **({} if self._durable else _UNDURABLE),
        }
        log = self._state.open_log()
        try:
            already_said = os.fstat(log).st_size
            self._process = cluster.spawn(settings, log=log)
        finally:
            os.close(log)
        self._wait_until_it_answers(self._process, run_folder, dsn, already_said)

    def _wait_until_it_answers(
        self, process: subprocess.Popen[bytes], run_folder: Path, dsn: str, already_said: int
    ) -> None:
        deadline = time.monotonic() + _START_SECONDS
        refusal = "it made no socket"
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise self._failure(f"PostgreSQL ended while it started (exit code {process.returncode})", already_said)
            if (run_folder / f".s.PGSQL.{_PORT}").exists():
                try:
                    asyncio.run(_ask(dsn))
                except asyncpg.InvalidAuthorizationSpecificationError as error:
                    raise StartFailed(
                        f"PostgreSQL refuses the password in {self._state.folder / 'password'} ({error}). "
                        "Delete that file and start again: a new password is then set."
                    ) from error
                except (asyncpg.CannotConnectNowError, OSError, TimeoutError) as error:
                    refusal = str(error)  # it recovers from a crash, or listens any moment now
                except asyncpg.PostgresError as error:
                    raise self._failure(f"PostgreSQL runs and refuses a query ({error})", already_said) from error
                else:
                    return
            time.sleep(0.01)
        raise self._failure(f"PostgreSQL did not answer within {_START_SECONDS} s ({refusal})", already_said)

    def _failure(self, what: str, already_said: int) -> Exception:
        with self._state.log.open("rb") as log:
            log.seek(already_said)
            said = log.read().decode(errors="replace")
        return failure(StartFailed, f"{what}; its log is {self._state.log}", said, folder=self._state.folder)


async def _ask(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.fetchval("SELECT 1", timeout=10)
    finally:
        await connection.close(timeout=10)


def _end(data: Path) -> None:
    """End whatever still runs on the data. Raises `StillRunning`."""
    left = processes.end(processes.cluster_name(data), uid=data.stat().st_uid)
    if left:
        numbers = ", ".join(str(process.pid) for process in left)
        raise StillRunning(
            f"PostgreSQL still runs on {data} and does not end: process {numbers}. It may be waiting for a disk; "
            f"start again when it has gone."
        )
