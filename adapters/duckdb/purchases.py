"""Facts about purchases, counted by DuckDB over the files of the warehouse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from sqlalchemy import Select

from adapters.duckdb.dialect import LOCAL_DAY, compiled
from adapters.duckdb.engine import Cursor, Engine, SegmentGone, rows_of
from adapters.duckdb.layout import views
from adapters.duckdb.manifest import Manifest, ManifestFile
from adapters.duckdb.zones import local_day
from adapters.sql.purchases import SqlPurchaseView
from adapters.sql.rows import Row
from application.errors import Unavailable
from application.ports.purchases import PurchaseView, Told

_TRIES = 5


class StatementObserver(Protocol):
    """Told of each statement that ended, in the task that asked for it. Must be quick and never raise."""

    def __call__(self, name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        """`name` is short and stable, `sql` the text without values."""
        ...


@dataclass(slots=True)
class _Snapshot:
    """The views of one generation, in a schema of its own, and how many questions they are being asked.

    `zones` are the zones that it knows the days of.
    """

    generation: int
    schema: str
    readers: int = 0
    zones: set[str] = field(default_factory=set)


class DuckDbPurchaseFacts:
    """The shared statements over the facts of one manifest, which is the same for all parts of a question.

    Nothing is locked: a question that began goes on with the files of its manifest, whatever is written meanwhile.
    """

    def __init__(self, folder: Path, engine: Engine, *, observer: StatementObserver | None = None) -> None:
        self._folder = folder
        self._engine = engine
        self._observer = observer
        self._manifest = ManifestFile(folder)
        self._newest: _Snapshot | None = None
        self._making = asyncio.Lock()

    @property
    def store(self) -> str:
        """As health answers name it."""
        return "duckdb"

    async def revision(self) -> str:
        """Which manifest is the last one; no other one of this folder was written at the same moment."""
        manifest = self._present()
        return f"{manifest.generation}.{manifest.synced_at.isoformat()}"

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """Asked again, of what is there then, when a file went away before it was read.

        Raises Unavailable while there is no warehouse.
        """
        for _ in range(_TRIES):
            try:
                async with self._engine.questions, self._snapshot() as (snapshot, manifest):
                    cursor = self._engine.cursor()
                    try:
                        return await question(self._view(cursor, snapshot, manifest))
                    finally:
                        cursor.close()
            except SegmentGone as error:
                gone = error
        raise Unavailable(f"the warehouse changes faster than it can be read ({gone}): ask again", retry_after=1)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[tuple[_Snapshot, Manifest]]:
        async with self._making:
            manifest = self._present()
            before = self._newest
            if before is None or before.generation != manifest.generation:
                snapshot = self._newest = await _made(self._engine, manifest, self._folder)
                if before is not None and not before.readers:
                    await _dropped(self._engine, before)
            else:
                snapshot = before
            snapshot.readers += 1
        try:
            yield snapshot, manifest
        finally:
            snapshot.readers -= 1
            if snapshot is not self._newest and not snapshot.readers:
                await _dropped(self._engine, snapshot)

    def _present(self) -> Manifest:
        manifest = self._manifest.read()
        if manifest is None:
            raise Unavailable("the warehouse was never written: run `daybook warehouse sync`", retry_after=10)
        return manifest

    def _view(self, cursor: Cursor, snapshot: _Snapshot, manifest: Manifest) -> SqlPurchaseView:
        async def run(name: str, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row]:
            asked = compiled(statement)
            sql = asked.sql.replace(LOCAL_DAY, f'"day in {values.get("tz")}"')
            began, failure = perf_counter(), None
            try:
                bound = asked.bind(values)
                return await self._engine.run(cursor, lambda it: _answered(it, snapshot, manifest, sql, bound, values))
            except BaseException as error:
                failure = error
                raise
            finally:
                if self._observer is not None:
                    self._observer(name, sql, perf_counter() - began, failure)

        async def watermark() -> int:
            return manifest.place.watermark

        return SqlPurchaseView(run, watermark, flat=True)


def _answered(
    cursor: Cursor, snapshot: _Snapshot, manifest: Manifest, sql: str, bound: Sequence[Any], values: Mapping[str, Any]
) -> Sequence[Row]:
    cursor.execute(f"SET schema = '{snapshot.schema}'")
    tz = values.get("tz")
    if tz is not None and tz not in snapshot.zones:
        day = local_day(tz, manifest.first, manifest.last)
        cursor.execute(f'CREATE OR REPLACE MACRO "day in {tz}"(moment) AS {day}')
        snapshot.zones.add(tz)
    return rows_of(cursor, sql, bound)


async def _made(engine: Engine, manifest: Manifest, folder: Path) -> _Snapshot:
    snapshot = _Snapshot(manifest.generation, f"generation_{manifest.generation}")

    def make(cursor: Cursor) -> None:
        # What is left of an attempt that was broken off goes first.
        cursor.execute(f"DROP SCHEMA IF EXISTS {snapshot.schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {snapshot.schema}")
        cursor.execute(f"SET schema = '{snapshot.schema}'")
        for statement in views(manifest, folder):
            cursor.execute(statement)

    await engine.run(engine.cursor(), make)
    return snapshot


async def _dropped(engine: Engine, snapshot: _Snapshot) -> None:
    await engine.run(engine.cursor(), lambda cursor: cursor.execute(f"DROP SCHEMA IF EXISTS {snapshot.schema} CASCADE"))
