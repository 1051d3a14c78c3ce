"""What can go wrong with the embedded PostgreSQL, each error saying what to do about it."""

import errno
from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot start or stop. The message is meant for the person at the terminal."""


class EmbeddedPostgresMissing(EmbeddedPostgresError):
    """The wheel that brings PostgreSQL is not installed, or not for this platform."""


class FolderInUse(EmbeddedPostgresError):
    """Another running Daybook holds the state folder.

    `pid` is that process and `url` the address it serves, both None where it has not said so.
    """

    def __init__(self, folder: Path, *, pid: int | None, url: str | None) -> None:
        holder = f"process {pid}" if pid is not None else "a process that did not leave its number"
        place = f", serving {url}" if url is not None else ""
        stop = f"stop it (kill {pid})" if pid is not None else "stop it"
        super().__init__(
            f"The PostgreSQL data in {folder} is in use by another running daybook: {holder}{place}. "
            f"Use that one, or {stop} and start again, or set DATABASE_URL to another database."
        )
        self.pid = pid
        self.url = url


class FolderUnusable(EmbeddedPostgresError):
    """The state folder cannot be created, read, written or locked."""


class DiskFull(EmbeddedPostgresError):
    """The disk of the state folder, or of shared memory, is full."""


class InitialisationFailed(EmbeddedPostgresError):
    """A new database cluster could not be created. The message ends with what initdb said last."""


class StartFailed(EmbeddedPostgresError):
    """PostgreSQL did not come up. The message ends with the last lines of its log."""


class StillRunning(EmbeddedPostgresError):
    """Processes of an earlier run on this data folder did not end when asked to."""


class NoUnprivilegedAccount(EmbeddedPostgresError):
    """We are root, PostgreSQL refuses to be root, and no other account can run it."""


def unusable(folder: Path, error: OSError) -> EmbeddedPostgresError:
    """The error for something the system refused in `folder`: `DiskFull` or `FolderUnusable`."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"No space left for PostgreSQL in {folder}: {error}. Free some (it needs about 100 MB) and start again."
        )
    return FolderUnusable(
        f"The folder {folder} cannot be used for PostgreSQL: {error}. "
        f"Make it readable and writable for this account, or set DATABASE_URL to another database."
    )


def failure(kind: type[EmbeddedPostgresError], what: str, output: str, *, folder: Path) -> EmbeddedPostgresError:
    """The error for a program that failed: `kind`, or `DiskFull` when its output says so.

    `output` is what the program wrote; its last 20 lines become part of the message.
    """
    tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-20:]) or "    (it said nothing)"
    if "No space left on device" in output:
        return DiskFull(
            f"{what}: no space left on a disk. Free some space for {folder} (PostgreSQL itself needs about 100 MB; "
            f"shared memory and the temporary folder count too) and start again. Its last words:\n{tail}"
        )
    return kind(f"{what}. Its last words:\n{tail}")
