"""Which PostgreSQL is used: the one that DATABASE_URL names, or the embedded one of this folder."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A PostgreSQL to use. `ended` says why one of our own is gone by itself, and is None while it is there."""

    url: str
    ended: Callable[[], str | None]


class Note(Struct, frozen=True, kw_only=True):
    """What a server leaves for the commands of its folder: its process, where it serves, and its database."""

    pid: int
    url: str
    dsn: str


@contextmanager
def for_server(config: DatabaseConfig, serving: str) -> Iterator[Database]:
    """The database, for a server that will be at the address `serving`.

    The embedded PostgreSQL is started, and stopped in the end. Raises AlreadyRunning or Unavailable.
    """
    if config.url is not None:
        with _named(config.url.reveal()) as url:
            yield Database(url=url, ended=lambda: None)
        return
    folder = _folder(config)
    postgres = EmbeddedPostgres(folder)
    try:
        _start(postgres)
    except FolderInUse as error:
        raise AlreadyRunning(str(error)) from error

    def ended() -> str | None:
        return None if postgres.alive else f"the embedded PostgreSQL ended by itself; its log is {postgres.log}"

    try:
        postgres.announce(serving)
        note = _leave(folder, Note(pid=os.getpid(), url=serving, dsn=postgres.dsn))
        try:
            yield Database(url=postgres.dsn, ended=ended)
        finally:
            note.unlink(missing_ok=True)
    finally:
        postgres.stop()


@contextmanager
def for_command(config: DatabaseConfig, *, migrated: bool = True) -> Iterator[str]:
    """The URL of the database, for one command.

    A server of this folder that is up lends its embedded PostgreSQL. Without one it is started for as long as the
    command runs, and brought to the newest schema unless `migrated` is false. Raises AlreadyRunning or Unavailable.
    """
    if config.url is not None:
        with _named(config.url.reveal()) as url:
            yield url
        return
    folder = _folder(config)
    postgres = EmbeddedPostgres(folder)
    try:
        _start(postgres)
    except FolderInUse as error:
        note = _note(config)
        if note is None or note.pid != error.pid:
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
    """What the server left that has the embedded PostgreSQL now; None when there is none."""
    return _note(config) if config.url is None and StateFolder(_folder(config)).held() else None


def _note(config: DatabaseConfig) -> Note | None:
    """What the last server of this folder left; it may be gone."""
    try:
        return msgspec.json.decode((_folder(config) / _NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None


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


def _start(postgres: EmbeddedPostgres) -> None:
    """Starts it, waiting a while for a holder that serves nothing: another command, or a server still starting.

    Raises FolderInUse or Unavailable.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            postgres.start()
        except FolderInUse as error:
            if error.url is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        except EmbeddedPostgresError as error:
            raise Unavailable(str(error)) from error
        else:
            return


def _leave(folder: Path, note: Note) -> Path:
    path = folder / _NOTE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(note))
    return path
