"""Which PostgreSQL is used: the one that DATABASE_URL names, or the embedded one of this folder."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from adapters.embedded.errors import EmbeddedPostgresError, FolderInUse
from adapters.embedded.server import EmbeddedPostgres
from adapters.embedded.state import StateFolder
from adapters.postgres.connection import Dsn
from application.errors import OutcomeUnknown, Unavailable
from entrypoints.bootstrap import migrate
from entrypoints.bootstrap.failures import AlreadyRunning
from entrypoints.bootstrap.settings import DatabaseConfig

_NOTE: Final = "server.json"
# Another command holds the database for as long as it runs, which is not long.
_PATIENCE: Final = 15.0
_SILENCE: Final = 1.0
_logger = logging.getLogger("daybook.database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A PostgreSQL to use. `ended` says why one of our own is gone by itself, and is None while it is there."""

    url: str
    ended: Callable[[], str | None]


class Note(Struct, frozen=True, kw_only=True):
    """What a server or a worker leaves for others of its folder: its process, where it serves, and its database."""

    pid: int
    url: str | None
    dsn: str


@contextmanager
def for_server(config: DatabaseConfig, serving: str) -> Iterator[Database]:
    """The database, for a server that will be at the address `serving`.

    The embedded PostgreSQL is started, lent to others, and stopped in the end. Raises AlreadyRunning or Unavailable.
    """
    if config.url is not None:
        with _named(config.url.reveal()) as url:
            yield Database(url=url, ended=lambda: None)
        return
    postgres = EmbeddedPostgres(_folder(config))
    try:
        _start(postgres, config)
    except FolderInUse as error:
        lent = _lent(config, error)
        worker = lent is not None and lent.url is None
        raise AlreadyRunning(_of_worker(config, error.pid) if worker else str(error)) from error
    with _lending(postgres, config, serving) as database:
        yield database


@contextmanager
def for_worker(config: DatabaseConfig) -> Iterator[Database]:
    """The database, for a worker: as for a command, and the PostgreSQL that it starts is lent to others as a server's.

    Raises AlreadyRunning or Unavailable.
    """
    if config.url is not None:
        with _named(config.url.reveal()) as url:
            yield Database(url=url, ended=lambda: None)
        return
    postgres = EmbeddedPostgres(_folder(config))
    try:
        _start(postgres, config)
    except FolderInUse as error:
        note = _lent(config, error)
        if note is None:
            raise AlreadyRunning(str(error)) from error
        gone = f"process {note.pid} has stopped, and the PostgreSQL that it lent: start this worker again"
        yield Database(url=note.dsn, ended=lambda: None if holder(config) == note else gone)
        return
    with _lending(postgres, config, None) as database:
        yield database


@contextmanager
def for_command(config: DatabaseConfig, *, migrated: bool = True) -> Iterator[str]:
    """The URL of the database, for one command.

    A server or worker of this folder that is up lends its embedded PostgreSQL. Without one it is started for as long as
    the command runs, and brought to the newest schema unless `migrated` is false. Raises AlreadyRunning or Unavailable.
    """
    if config.url is not None:
        with _named(config.url.reveal()) as url:
            yield url
        return
    postgres = EmbeddedPostgres(_folder(config))
    try:
        _start(postgres, config)
    except FolderInUse as error:
        note = _lent(config, error)
        if note is None:
            raise AlreadyRunning(str(error)) from error
        yield note.dsn
        return
    try:
        if migrated:
            migrate.upgrade(postgres.dsn)
        yield postgres.dsn
    finally:
        postgres.stop()


def holder(config: DatabaseConfig) -> Note | None:
    """What the server or worker left that has the embedded PostgreSQL now; None when there is none."""
    return _note(config) if config.url is None and StateFolder(_folder(config)).held() else None


def _note(config: DatabaseConfig) -> Note | None:
    """What the last server or worker of this folder left; it may be gone."""
    try:
        return msgspec.json.decode((_folder(config) / _NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None


def _lent(config: DatabaseConfig, refusal: FolderInUse) -> Note | None:
    """What the holder left that refused the folder; None when it lends nothing."""
    note = _note(config)
    return note if note is not None and note.pid == refusal.pid else None


def _of_worker(config: DatabaseConfig, pid: int | None) -> str:
    return (
        f"The PostgreSQL data in {_folder(config)} is in use by a worker, process {pid}, which lends it to commands "
        f"and other workers, and ends it when it stops. Stop it (kill {pid}), start `daybook serve` and then the "
        "worker again, or set DATABASE_URL to another database."
    )


@contextmanager
def _lending(postgres: EmbeddedPostgres, config: DatabaseConfig, serving: str | None) -> Iterator[Database]:
    """Inside, what was started is there for others too; it is stopped in the end."""

    def ended() -> str | None:
        return None if postgres.alive else f"the embedded PostgreSQL ended by itself; its log is {postgres.log}"

    try:
        note = _leave(_folder(config), Note(pid=os.getpid(), url=serving, dsn=postgres.dsn))
        try:
            postgres.announce(serving)
            yield Database(url=postgres.dsn, ended=ended)
        finally:
            note.unlink(missing_ok=True)
    finally:
        postgres.stop()


def _folder(config: DatabaseConfig) -> Path:
    return Path(config.embedded_folder).absolute()


@contextmanager
def _named(url: str) -> Iterator[str]:
    """`url`; adds to an Unavailable inside which database it was, without the password."""
    try:
        yield url
    except OutcomeUnknown:
        raise
    except Unavailable as error:
        raise Unavailable(f"{Dsn(url)!r}: {error.detail}", retry_after=error.retry_after) from error


def _start(postgres: EmbeddedPostgres, config: DatabaseConfig) -> None:
    """Starts it, waiting a while for a holder that lends nothing: another command, or a server still starting.

    Raises FolderInUse or Unavailable.
    """
    began, told = time.monotonic(), False
    while True:
        try:
            postgres.start()
        except FolderInUse as error:
            waited = time.monotonic() - began
            if error.url is not None or _lent(config, error) is not None or waited > _PATIENCE:
                raise
            if waited > _SILENCE and not told:
                told = True
                _say_what_is_waited_for(config, error)
            time.sleep(0.1)
        except EmbeddedPostgresError as error:
            raise Unavailable(str(error)) from error
        else:
            return


def _say_what_is_waited_for(config: DatabaseConfig, refusal: FolderInUse) -> None:
    _logger.warning(
        "waiting up to %d s for %s, which has the PostgreSQL data in %s and lends it to nobody: a command, or a start",
        _PATIENCE,
        "another daybook" if refusal.pid is None else f"process {refusal.pid}",
        _folder(config),
    )


def _leave(folder: Path, note: Note) -> Path:
    path = folder / _NOTE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(note))
    return path
