"""Facts about purchases, counted by DuckDB over the files of the warehouse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.duckdb.asking import Asking, Snapshot, StatementObserver
from adapters.duckdb.engine import Cursor, Engine, SegmentGone
from adapters.duckdb.layout import views
from adapters.duckdb.manifest import Manifest, ManifestFile
from adapters.duckdb.view import DuckDbPurchaseView, Kept
from application.errors import Unavailable
from application.ports.purchases import PurchaseView, Told

_TRIES = 5


class DuckDbPurchaseFacts:
    """The shared statements over the facts of one manifest, which is the same for all parts of a question.

    Nothing is locked: a question that began goes on with the files of its manifest, whatever is written meanwhile.
    """

    def __init__(self, folder: Path, engine: Engine, *, observer: StatementObserver | None = None) -> None:
        self._folder = folder
        self._engine = engine
        self._observer = observer
        self._manifest = ManifestFile(folder)
        self._kept = Kept()
        self._newest: Snapshot | None = None
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
                    asking = Asking(self._engine, snapshot, manifest, self._observer)
                    try:
                        return await question(
                            DuckDbPurchaseView(asking, self._kept, most_bytes=self._engine.memory_bytes)
                        )
                    finally:
                        asking.close()
            except SegmentGone as error:
                gone = error
        raise Unavailable(f"the warehouse changes faster than it can be read ({gone}): ask again", retry_after=1)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[tuple[Snapshot, Manifest]]:
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


async def _made(engine: Engine, manifest: Manifest, folder: Path) -> Snapshot:
    snapshot = Snapshot(manifest.generation)

    def make(cursor: Cursor) -> None:
        # What is left of an attempt that was broken off goes first.
        cursor.execute(f"DROP SCHEMA IF EXISTS {snapshot.schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {snapshot.schema}")
        cursor.execute(f"SET schema = '{snapshot.schema}'")
        for statement in views(manifest, folder):
            cursor.execute(statement)

    await engine.run(engine.cursor(), make)
    return snapshot


async def _dropped(engine: Engine, snapshot: Snapshot) -> None:
    await engine.run(engine.cursor(), lambda cursor: cursor.execute(f"DROP SCHEMA IF EXISTS {snapshot.schema} CASCADE"))
