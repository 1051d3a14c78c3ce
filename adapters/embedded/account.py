"""Whom PostgreSQL runs as. It refuses to be root, so root hands it to an account that exists already."""

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The account made for PostgreSQL first (Linux and macOS name it differently), then the ones with no rights at all.
_PREFERRED = ("postgres", "_postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of this machine that is not root, with its own group."""

    uid: int
    gid: int
    name: str


def candidates(data: Path) -> Iterator[Account]:
    """The accounts that may run the cluster in the folder `data`, best first; none when there is no need to change.

    Data that exists already belongs to an account, and only that one can run it.
    """
    if os.geteuid() != 0:
        return
    if data.exists():
        status = data.stat()
        if status.st_uid != 0:
            yield Account(uid=status.st_uid, gid=status.st_gid, name=_name(status.st_uid))
        return
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in [name for name in _PREFERRED if name in known] + [name for name in known if name not in _PREFERRED]:
        yield Account(uid=known[name].pw_uid, gid=known[name].pw_gid, name=name)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
