"""What is in the folder of a warehouse: the one file that says so, replaced as a whole.

A segment is some files of facts that never change. A fact that was taken back (its order was cancelled, or belongs to
another customer now) stays where it is until a compaction; an entry among the `withdrawn` says that what earlier
generations hold of this id does not count. Books and customers are a file each, written anew when one of them changes,
so that the folder holds nothing of a customer but what the last one says.
"""

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from application.ports.warehouse import Place, WarehouseStatus, WarehouseUnreadable

FORMAT: Final = 2
_NAME = "manifest.json"
# No zone is further from UTC than 26 hours.
_MARGIN: Final = timedelta(days=2)


class Segment(Struct, frozen=True, kw_only=True):
    """Facts that came together. `bytes` is the size of all its files, `withdrawn` how many ids it takes back.

    `latest` is the last moment of its facts; None where it has none, and where an earlier program did not say.
    """

    generation: int
    orders: tuple[str, ...] = ()
    sales: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    withdrawals: tuple[str, ...] = ()
    order_rows: int = 0
    sale_rows: int = 0
    return_rows: int = 0
    withdrawn: int = 0
    currencies: tuple[str, ...] = ()
    latest: datetime | None = None
    bytes: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        """All its files."""
        return (*self.orders, *self.sales, *self.returns, *self.withdrawals)


class Change(Struct, frozen=True, kw_only=True):
    """With which generation something changed, from which day (UTC) on; `at` tells it from one of an older folder."""

    since: date
    generation: int
    at: datetime


class Manifest(Struct, frozen=True, kw_only=True):
    """All that readers need. The generation grows with each; `retired` are files that were of earlier ones, and since
    when they are of none.

    `first` and `last` are the first and the last year in which something was bought or came back. `changes` are the
    last ones from each day on: what came later and reaches further back takes the place of what was before.
    """

    format: int = FORMAT
    generation: int
    place: Place
    synced_at: datetime
    first: int
    last: int
    segments: tuple[Segment, ...]
    books: str
    customers: str
    changes: tuple[Change, ...] = ()
    retired: dict[str, datetime]

    @property
    def files(self) -> frozenset[str]:
        """The files that count."""
        return frozenset({self.books, self.customers, *(name for one in self.segments for name in one.files)})

    def last_change_before(self, day: date) -> Change | None:
        """The last change of what lies before this local day, of whatever zone; None when nothing does."""
        return max((one for one in self.changes if one.since < day + _MARGIN), key=_generation, default=None)

    @property
    def currencies(self) -> frozenset[str]:
        """Those of all its facts, and perhaps of some that were taken back."""
        return frozenset(currency for one in self.segments for currency in one.currencies)

    @property
    def latest(self) -> datetime | None:
        """No fact is of a later moment; None where that is not known."""
        known = [one.latest for one in self.segments if one.currencies]
        told = [one for one in known if one is not None]
        return max(told) if told and len(told) == len(known) else None

    def of(self, table: str) -> tuple[str, ...]:
        """The files of one kind of facts, the earliest first."""
        return tuple(name for one in self.segments for name in getattr(one, table))


def _generation(change: Change) -> int:
    return change.generation


def with_change(before: Sequence[Change], change: Change) -> tuple[Change, ...]:
    """The changes with one more."""
    return (*(one for one in before if one.since < change.since), change)


class ManifestFile:
    """The manifest in its folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._stamp: tuple[int, int, int] | None = None
        self._read: Manifest | None = None

    def read(self) -> Manifest | None:
        """The manifest as it is now; None without one. Raises WarehouseUnreadable when it is none of this version."""
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._read, self._stamp = msgspec.json.decode(self._path.read_bytes(), type=Manifest), stamp
        except FileNotFoundError:
            self._read = self._stamp = None
        except (OSError, msgspec.DecodeError) as error:
            raise WarehouseUnreadable(
                f"the warehouse cannot be read ({error}): run `daybook warehouse rebuild`"
            ) from error
        if self._read is not None and self._read.format != FORMAT:
            raise WarehouseUnreadable(
                f"the warehouse is of format {self._read.format}, this program reads {FORMAT}: "
                "run `daybook warehouse rebuild`"
            )
        return self._read

    def write(self, manifest: Manifest) -> None:
        """Puts it in the place of the one that is there, at once and for good."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(manifest))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)


def sync_folder(folder: Path) -> None:
    """Has the names of the files in it outlast a power failure."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def status_of(manifest: Manifest) -> WarehouseStatus:
    """What a manifest says."""
    return WarehouseStatus(
        place=manifest.place,
        synced_at=manifest.synced_at,
        generation=manifest.generation,
        orders=sum(one.order_rows for one in manifest.segments),
        sales=sum(one.sale_rows for one in manifest.segments),
        returns=sum(one.return_rows for one in manifest.segments),
        withdrawn=sum(one.withdrawn for one in manifest.segments),
        segments=len(manifest.segments),
        bytes=sum(one.bytes for one in manifest.segments),
    )
