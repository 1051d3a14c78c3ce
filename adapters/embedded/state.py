"""The state folder of an embedded PostgreSQL: what is kept between runs, and who holds it now.

lock            locked for as long as its holder runs; holds {"pid": ..., "url": ...}
password        of the role `daybook`, mode 0600
data/           the cluster
postgres.log    what PostgreSQL said, the previous 5 MB in postgres.log.1
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from adapters.embedded.account import Account
from adapters.embedded.errors import FolderInUse, FolderUnusable, unusable
from adapters.embedded.processes import cluster_name, is_alive

_LOG_LIMIT: Final = 5_000_000
# 104 bytes on macOS and 108 on Linux, the closing zero included.
_SOCKET_PATH_LIMIT: Final = 103
_SOCKET_NAME: Final = ".s.PGSQL.5432"
# PostgreSQL reads its list of socket folders with commas and quotes, asyncpg reads a host with commas.
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._+-]+")


class StateFolder:
    """One state folder, held by at most one process at a time.

    The folder is made when it is missing. The mode and owner of what exists already are left as they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self._lock_path = self.folder / "lock"
        self._password_path = self.folder / "password"
        self._lock: int | None = None
        os.register_at_fork(after_in_child=self._let_go)

    def acquire(self) -> None:
        """Take the folder for this process. Raises `FolderInUse` when another has it, `FolderUnusable` when it cannot
        be made, written or locked.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unusable(self.folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise self._in_use() from None
        except OSError as error:
            os.close(lock)
            raise FolderUnusable(
                f"The folder {self.folder} cannot be locked: {error}. It may lie on a network disk; "
                f"use a folder on a local one, or set DATABASE_URL to another database."
            ) from error
        self._lock = lock
        self._give_away(self._lock_path)
        self.announce(None)

    def announce(self, url: str | None) -> None:
        """Leave our pid, and the address we serve, for the next who comes and finds the folder taken."""
        if self._lock is not None:
            note = json.dumps({"pid": os.getpid(), "url": url}).encode()
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, note, 0)

    def release(self) -> None:
        """Give the folder back, without what a broken-off first start has left; nothing happens when it is not ours."""
        if self._lock is not None:
            self.clear_attempts()
            os.ftruncate(self._lock, 0)
            self._let_go()

    def password(self) -> str | None:
        """The password of the role `daybook`, None before there is a cluster."""
        return self._password_path.read_text().strip() if self._password_path.exists() else None

    def new_password(self) -> str:
        """Make and keep a random password."""
        password = secrets.token_urlsafe(32)
        self._password_path.unlink(missing_ok=True)
        with os.fdopen(os.open(self._password_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._give_away(self._password_path)
        return password

    def open_log(self) -> int:
        """A file descriptor that appends to the log; the caller closes it."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.rename(self.log.with_suffix(".log.1"))
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._give_away(self.log)
        return log

    def clear_attempts(self) -> None:
        """Remove what first starts have left that were broken off."""
        for left in self.folder.glob("new-*"):
            for place in _short_places():
                _remove_run_folders(place, cluster_name(left), left.stat().st_uid)
            shutil.rmtree(left, ignore_errors=True)

    def new_data(self, account: Account | None) -> Path:
        """An empty folder in which a cluster can be made, to be renamed to `data` once it is whole."""
        return _private_folder(self.folder, "new-", account)

    def run_folder(self, cluster: str, account: Account | None) -> Path:
        """A private folder for the socket of the cluster of that name, short enough for one. Those that its earlier
        runs could not remove are removed. Raises `FolderUnusable` when no place for it can be found.
        """
        prefix = f"{cluster}-"
        owner = account.uid if account is not None else os.geteuid()
        refused = []
        for place in _short_places():
            length = len(os.fsencode(place)) + 1 + len(prefix) + 8 + 1 + len(_SOCKET_NAME)
            if length > _SOCKET_PATH_LIMIT or not _PLAIN_PATH.fullmatch(str(place)):
                refused.append(f"{place} (too long, or with a blank or another odd character)")
                continue
            try:
                _remove_run_folders(place, cluster, owner)
                return _private_folder(place, prefix, account)
            except OSError as error:
                refused.append(f"{place} ({error.strerror})")
        raise FolderUnusable(
            f"No folder can be made for the socket of PostgreSQL. Tried: {'; '.join(refused)}. "
            f"Set TMPDIR to a short, writable folder."
        )

    def held(self) -> bool:
        """Whether a process has the folder. What it has left in the folder tells nothing of that: it may be gone."""
        try:
            lock = os.open(self._lock_path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _in_use(self) -> FolderInUse:
        try:
            note = json.loads(self._lock_path.read_text())
            if is_alive(note["pid"]):
                return FolderInUse(self.folder, pid=note["pid"], url=note["url"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return FolderInUse(self.folder, pid=None, url=None)  # it has come or gone this very moment

    def _let_go(self) -> None:
        """Close the lock. In a forked child this leaves the parent's hold as it is, and keeps it from outliving it."""
        if self._lock is not None:
            lock, self._lock = self._lock, None
            os.close(lock)

    def _give_away(self, path: Path) -> None:
        """Let a file that root made belong to whom the folder belongs to, who may come back without root."""
        if os.geteuid() == 0:
            owner = self.folder.stat()
            os.chown(path, owner.st_uid, owner.st_gid)


def _short_places() -> list[Path]:
    """Where a socket's folder may be made, best first. Not the runtime folder of a login, which goes with the login."""
    return [Path("/tmp"), Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/dev/shm")]  # noqa: S108 - a folder of mode 0700 is made in it, under a name that nobody can foresee


def _private_folder(place: Path, prefix: str, account: Account | None) -> Path:
    """A new folder of mode 0700 in `place`, owned by `account` or by us."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def _remove_run_folders(place: Path, cluster: str, owner: int) -> None:
    """Remove the run folders of earlier runs of a cluster, but none that somebody else has put there."""
    for folder in place.glob(f"{cluster}-*"):
        status = folder.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == owner:
            shutil.rmtree(folder, ignore_errors=True)
