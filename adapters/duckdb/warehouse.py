"""The folder of a warehouse, and the one who writes to it."""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from io import BufferedWriter
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from adapters.duckdb.engine import Engine
from adapters.duckdb.layout import MOMENTS
from adapters.duckdb.manifest import Change, Manifest, ManifestFile, Segment, status_of, sync_folder, with_change
from adapters.duckdb.segments import Made, Segments, segment_of
from application.errors import Conflict, Unavailable
from application.ports.warehouse import (
    Changed,
    FactPart,
    Facts,
    FactTable,
    FactWriter,
    WarehouseBusy,
    WarehouseStatus,
)

_SPOOL_BYTES: Final = 256 << 20
_INCOMING: Final = "incoming"
# A run of small segments is joined when together they have a good part of the rows of the one before them.
_MANY: Final = 8
_GROWTH: Final = 4


class DuckDbFactStore:
    """A folder with a manifest. Who writes holds a lock that ends with its process; who reads needs none.

    Files that no manifest names any more are kept for `keep`, for questions that were begun before.
    """

    def __init__(self, folder: Path, engine: Engine, *, keep: timedelta = timedelta(seconds=60)) -> None:
        self._folder = folder
        self._engine = engine
        self._keep = keep
        self._manifest = ManifestFile(folder)

    async def status(self) -> WarehouseStatus | None:
        """What the manifest says."""
        manifest = self._manifest.read()
        return None if manifest is None else status_of(manifest)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[FactWriter]:
        """The one writer of the machine."""
        (self._folder / _INCOMING).mkdir(parents=True, exist_ok=True)
        with _locked(self._folder):
            yield DuckDbFactWriter(self._folder, self._engine, keep=self._keep)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "writer.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WarehouseBusy("another process writes to the warehouse: wait until it is done") from None
        yield


class DuckDbFactWriter:
    """Writes files first and names them in a new manifest then: what was broken off is found by `tidy`."""

    def __init__(self, folder: Path, engine: Engine, *, keep: timedelta) -> None:
        self._folder = folder
        self._keep = keep
        self._manifest = ManifestFile(folder)
        self._segments = Segments(folder, engine)

    async def take(self, facts: Facts, *, at: datetime) -> WarehouseStatus:
        """Replaces all there is, or takes back what has changed and adds it as it is now."""
        before = self._there(facts)
        changed = facts.changed if before is not None else None
        generation = 1 if before is None else before.generation + 1
        spool = _Spool(self._folder / _INCOMING, self._segments, generation)
        async for part in facts.parts:
            await spool.add(part)
        made = await spool.ended()
        withdrawn = None
        if before is not None and changed is not None:
            ids = changed.orders | changed.returns
            held = [(table, before.of(table.value)) for table in (FactTable.ORDERS, FactTable.RETURNS)]
            withdrawn = await self._segments.withdrawals(held, ids, generation) if ids else None
        named = (
            await self._named(FactTable.BOOKS, spool, before, changed),
            await self._named(FactTable.CUSTOMERS, spool, before, changed),
        )
        after = Manifest(
            generation=generation,
            place=facts.place,
            synced_at=at,
            books=named[0],
            customers=named[1],
            **_grown(before if changed is not None else None, segment_of(generation, made, withdrawn), made, at),
            changes=_changes(before if changed is not None else None, made, withdrawn, generation, at),
        )
        if before is not None and after.files == before.files:
            # Nothing else to be read: whoever reads goes on with what is open.
            after = replace(after, generation=before.generation)
        return await asyncio.to_thread(self._publish, before, after, at)

    async def compact(self, *, whole: bool, at: datetime) -> bool:
        """Joins the last segments, as many as are small beside the one before them, or all of them."""
        before = self._manifest.read()
        if before is None:
            return False
        first = 0 if whole else _first_to_join(before.segments)
        joined = before.segments[first:]
        if len(joined) < 2 and not any(one.withdrawn for one in before.segments if whole):
            return False
        generation = before.generation + 1
        segment = await self._segments.joined(joined, generation, keep_withdrawals=first > 0)
        after = replace(before, generation=generation, segments=(*before.segments[:first], segment))
        await asyncio.to_thread(self._publish, before, after, at)
        return True

    async def tidy(self, *, at: datetime) -> None:
        """Deletes files that are of no manifest, those that were of an earlier one a while later."""
        try:
            manifest = self._manifest.read()
        except Unavailable:
            return  # which files it names nobody knows before it is written anew
        kept = set() if manifest is None else set(manifest.files)
        if manifest is not None:
            kept |= {name for name, since in manifest.retired.items() if at - since < self._keep}
        for path in (*(self._folder / _INCOMING).iterdir(), *self._folder.glob("*.parquet")):
            if path.name not in kept:
                path.unlink()

    def _there(self, facts: Facts) -> Manifest | None:
        """The manifest; None also in place of one that cannot be read, when all of it is told anew."""
        try:
            found = self._manifest.read()
        except Unavailable:
            if facts.changed is not None:
                raise
            found = None
        if found is None and facts.changed is not None:
            raise Conflict("there is no warehouse that these facts could be added to: all of them are needed")
        return found

    async def _named(self, table: FactTable, spool: "_Spool", before: Manifest | None, changed: Changed | None) -> str:
        told = spool.of(table)
        if before is None or changed is None:
            return (await self._segments.named(table, told)).name
        name: str = getattr(before, table.value)
        gone: frozenset[UUID] = getattr(changed, table.value)
        return (await self._segments.named(table, told, before=name, gone=gone)).name if gone else name

    def _publish(self, before: Manifest | None, after: Manifest, at: datetime) -> WarehouseStatus:
        retired = {}
        if before is not None:
            there = {path.name for path in self._folder.glob("*.parquet")}
            retired = {name: since for name, since in before.retired.items() if name in there}
            retired |= dict.fromkeys(before.files - after.files, at)
        after = replace(after, retired=retired)
        sync_folder(self._folder)
        self._manifest.write(after)
        return status_of(after)


class _Spool:
    """What is told, a file a table, made into segments whenever one is large."""

    def __init__(self, folder: Path, segments: Segments, generation: int) -> None:
        self._folder = folder
        self._segments = segments
        self._generation = generation
        self._files: dict[FactTable, BufferedWriter] = {}
        self._made: dict[FactTable, list[Made]] = {}

    async def add(self, part: FactPart) -> None:
        """Takes some rows."""
        file = self._files.get(part.table)
        if file is None:
            file = self._files[part.table] = (self._folder / f"{part.table}.csv").open("wb")
        file.write(part.rows)
        if part.table in MOMENTS and file.tell() >= _SPOOL_BYTES:
            await self._make(part.table)

    async def ended(self) -> dict[FactTable, list[Made]]:
        """The files of all facts."""
        for table in [one for one in self._files if one in MOMENTS]:
            await self._make(table)
        for file in self._files.values():
            file.close()
        return self._made

    def of(self, table: FactTable) -> Path | None:
        """The file of books or of customers, if any were told."""
        return self._folder / f"{table}.csv" if table in self._files else None

    async def _make(self, table: FactTable) -> None:
        file = self._files.pop(table)
        file.close()
        path = self._folder / f"{table}.csv"
        self._made.setdefault(table, []).append(await self._segments.facts(table, path, self._generation))
        path.unlink()


def _grown(
    before: Manifest | None, segment: Segment, made: dict[FactTable, list[Made]], at: datetime
) -> dict[str, Any]:
    years = [day.year for files in made.values() for one in files for day in one.days]
    if before is None:
        segments: tuple[Segment, ...] = (segment,)
    else:
        segments = (*before.segments, segment) if segment.files else before.segments
        years += [before.first, before.last]
    return {
        "segments": segments,
        "first": min(years, default=at.year),
        "last": max(years, default=at.year),
        "retired": {},
    }


def _changes(
    before: Manifest | None, made: dict[FactTable, list[Made]], withdrawn: Made | None, generation: int, at: datetime
) -> tuple[Change, ...]:
    """Those before, and the one from the first day of what is told now or taken back."""
    if before is None:
        return (Change(since=date.min, generation=generation, at=at),)
    told = [one for files in made.values() for one in files]
    days = [day for one in (*told, *([] if withdrawn is None else [withdrawn])) for day in one.days]
    return (
        with_change(before.changes, Change(since=min(days), generation=generation, at=at)) if days else before.changes
    )


def _first_to_join(segments: Sequence[Segment]) -> int:
    """Where the run of small segments at the end begins that are worth being joined; their number when none are."""
    sizes = [one.order_rows + one.sale_rows + one.return_rows + one.withdrawn for one in segments]
    first = len(sizes)
    joined = 0
    while first and (sizes[first - 1] <= _GROWTH * joined or len(sizes) - first < _MANY):
        first -= 1
        joined += sizes[first]
    return first if len(sizes) - first > _MANY else len(sizes)
