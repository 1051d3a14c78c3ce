"""One question's way to the facts of one manifest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select

from adapters.duckdb.dialect import LOCAL_DAY, compiled
from adapters.duckdb.engine import Cursor, Engine, rows_of
from adapters.duckdb.manifest import Manifest
from adapters.duckdb.zones import local_day
from adapters.sql.rows import Row

T = TypeVar("T")
Columns = Mapping[str, npt.NDArray[Any]]


class StatementObserver(Protocol):
    """Told of each statement that ended, in the task that asked for it. Must be quick and never raise."""

    def __call__(self, name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        """`name` is short and stable, `sql` the text without values."""
        ...


@dataclass(slots=True)
class Snapshot:
    """The views of one generation, in a schema of its own, and how many questions they are being asked.

    `zones` are the zones that it knows the days of.
    """

    generation: int
    readers: int = 0
    zones: set[str] = field(default_factory=set)

    @property
    def schema(self) -> str:
        """The name of the schema."""
        return f"generation_{self.generation}"


class Asking:
    """Statements go to the snapshot one after another, by a cursor of the question's own."""

    def __init__(
        self, engine: Engine, snapshot: Snapshot, manifest: Manifest, observer: StatementObserver | None
    ) -> None:
        self.manifest = manifest
        self._engine = engine
        self._snapshot = snapshot
        self._observer = observer
        self._cursor = engine.cursor()

    async def rows(self, name: str, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row]:
        """The rows of a statement."""
        return await self._asked(name, statement, values, rows_of)

    async def columns(self, name: str, statement: Select[Any], values: Mapping[str, Any]) -> Columns:
        """The columns of a statement's rows, as arrays."""
        return await self._asked(name, statement, values, _columns_of)

    async def apart(self, work: Callable[[], T]) -> T:
        """What `work` returns, in a thread of those that count."""
        return await self._engine.run(self._cursor, lambda _: work())

    async def watermark(self) -> int:
        """That of the manifest."""
        return self.manifest.place.watermark

    def close(self) -> None:
        """Nothing is asked any more."""
        self._cursor.close()

    async def _asked(
        self,
        name: str,
        statement: Select[Any],
        values: Mapping[str, Any],
        read: Callable[[Cursor, str, Sequence[Any]], T],
    ) -> T:
        asked = compiled(statement)
        sql = asked.sql.replace(LOCAL_DAY, f'"day in {values.get("tz")}"')
        began, failure = perf_counter(), None

        def ask(cursor: Cursor) -> T:
            self._know_days(cursor, values.get("tz"))
            return read(cursor, sql, bound)

        try:
            bound = asked.bind(values)
            return await self._engine.run(self._cursor, ask)
        except BaseException as error:
            failure = error
            raise
        finally:
            if self._observer is not None:
                self._observer(name, sql, perf_counter() - began, failure)

    def _know_days(self, cursor: Cursor, tz: str | None) -> None:
        cursor.execute(f"SET schema = '{self._snapshot.schema}'")
        if tz is not None and tz not in self._snapshot.zones:
            day = local_day(tz, self.manifest.first, self.manifest.last)
            cursor.execute(f'CREATE OR REPLACE MACRO "day in {tz}"(moment) AS {day}')
            self._snapshot.zones.add(tz)


def _columns_of(cursor: Cursor, sql: str, values: Sequence[Any]) -> Columns:
    found = cursor.execute(sql, values).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}
