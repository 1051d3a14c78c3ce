"""Files of facts: made of what is told, joined, and found to be taken back."""

# ruff: noqa: S608  # names of this program's own files, tables and columns alone go into the text

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from adapters.duckdb.engine import Cursor, Engine, SegmentGone, files_from, quoted
from adapters.duckdb.layout import GENERATION, MOMENTS, columns, standing
from adapters.duckdb.manifest import Segment
from adapters.sql.facts import FACT_IDS
from application.errors import Unavailable
from application.ports.warehouse import FactTable

_LISTED: Final = "CAST(from_json(categories, '[\"VARCHAR\"]') AS VARCHAR[]) AS categories"
_FORMAT: Final = "(FORMAT parquet, COMPRESSION zstd)"


@dataclass(frozen=True, slots=True)
class Made:
    """A file of the folder; `days` are the first and the last one (UTC) of its facts, if there are any, and `latest` is
    the last moment of them.
    """

    name: str
    rows: int
    bytes: int
    days: tuple[date, ...] = ()
    currencies: tuple[str, ...] = ()
    latest: datetime | None = None


class Segments:
    """Makes files in a folder; each is on the disk for good when it is told."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine

    async def facts(self, table: FactTable, told: Path, generation: int) -> Made:
        """A file of the facts that stand in the CSV file `told`."""
        return await self._made(table, f"SELECT *, {generation} AS {GENERATION} FROM {_csv(table, told)}")

    async def named(
        self, table: FactTable, told: Path | None, *, before: str | None = None, gone: Iterable[UUID] = ()
    ) -> Made:
        """The file of books or of customers: what `told` says, and what `before` says of others than those `gone`."""
        parts = []
        if told is not None:
            listed = ", ".join(_LISTED if kind == "VARCHAR[]" else name for name, kind in columns(table).items())
            parts.append(f"SELECT {listed} FROM {_csv(table, told)}")
        if before is not None:
            parts.append(f"SELECT * FROM {files_from([self._folder / before])} WHERE id NOT IN (SELECT id FROM gone)")
        if not parts:
            nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns(table).items())
            parts.append(f"SELECT {nothing} WHERE false")
        return await self._made(table, " UNION ALL ".join(parts), ids=gone)

    async def withdrawals(
        self, files: Sequence[tuple[FactTable, Sequence[str]]], ids: Iterable[UUID], generation: int
    ) -> Made | None:
        """A file of those of the ids that these files hold facts of; None when they hold none."""
        known = " UNION ALL ".join(
            f"SELECT {FACT_IDS[table]} AS id, CAST({MOMENTS[table]} AS DATE) AS since "
            f"FROM {files_from([self._folder / name for name in names])} "
            f"WHERE {FACT_IDS[table]} IN (SELECT id FROM gone)"
            for table, names in files
            if names
        )
        if not known:
            return None
        query = f"SELECT id, {generation} AS {GENERATION}, min(since) AS since FROM ({known}) GROUP BY id"
        made = await self._made(None, query, ids=ids)
        if made.rows:
            return made
        (self._folder / made.name).unlink()
        return None

    async def joined(self, segments: Sequence[Segment], generation: int, *, keep_withdrawals: bool) -> Segment:
        """One segment of all facts of these that stand; what they take back of earlier ones is told with it."""
        withdrawals = self._paths(segments, "withdrawals")
        made: dict[FactTable, Made] = {}
        for table in MOMENTS:
            if files := self._paths(segments, table.value):
                made[table] = await self._made(
                    table, standing(table, files, withdrawn=bool(withdrawals)), withdrawals=withdrawals
                )
        taken_back = None
        if keep_withdrawals and withdrawals:
            query = (
                f"SELECT id, max({GENERATION}) AS {GENERATION}, min(since) AS since "
                f"FROM {files_from(withdrawals)} GROUP BY id"
            )
            taken_back = await self._made(None, query)
        return segment_of(generation, {table: [one] for table, one in made.items()}, taken_back)

    def _paths(self, segments: Sequence[Segment], kind: str) -> list[Path]:
        return [self._folder / name for one in segments for name in getattr(one, kind)]

    async def _made(
        self,
        table: FactTable | None,
        query: str,
        *,
        ids: Iterable[UUID] = (),
        withdrawals: Sequence[Path] = (),
    ) -> Made:
        name = f"{table or 'withdrawals'}-{uuid4().hex}.parquet"
        path = self._folder / name

        def make(cursor: Cursor) -> Made:
            cursor.execute("CREATE OR REPLACE TEMPORARY TABLE gone (id UUID)")
            if ids:
                cursor.execute("INSERT INTO gone SELECT unnest($1::UUID[])", [[str(one) for one in ids]])
            if withdrawals:
                cursor.execute(
                    f"CREATE OR REPLACE TEMPORARY TABLE withdrawn AS SELECT id, max({GENERATION}) AS {GENERATION} "
                    f"FROM {files_from(withdrawals)} GROUP BY id"
                )
            (rows,) = cursor.execute(f"COPY ({query}) TO {quoted(str(path))} {_FORMAT}").fetchone() or (0,)
            made = Made(name, rows, _kept(path))
            return replace(made, **_about(cursor, table, path)) if rows else made

        cursor = self._engine.cursor()
        try:
            return await self._engine.run(cursor, make)
        except SegmentGone as error:
            raise Unavailable(f"the warehouse cannot be written: {error}") from error
        finally:
            cursor.close()


def segment_of(generation: int, made: dict[FactTable, list[Made]], withdrawals: Made | None) -> Segment:
    """The segment of these files."""

    def names(table: FactTable) -> tuple[str, ...]:
        return tuple(one.name for one in made.get(table, ()))

    def rows(table: FactTable) -> int:
        return sum(one.rows for one in made.get(table, ()))

    of_facts = [one for table in MOMENTS for one in made.get(table, ())]
    return Segment(
        generation=generation,
        orders=names(FactTable.ORDERS),
        sales=names(FactTable.SALES),
        returns=names(FactTable.RETURNS),
        withdrawals=() if withdrawals is None else (withdrawals.name,),
        order_rows=rows(FactTable.ORDERS),
        sale_rows=rows(FactTable.SALES),
        return_rows=rows(FactTable.RETURNS),
        withdrawn=0 if withdrawals is None else withdrawals.rows,
        currencies=tuple(sorted({currency for one in of_facts for currency in one.currencies})),
        latest=max((one.latest for one in of_facts if one.latest is not None), default=None),
        bytes=sum(one.bytes for one in of_facts) + (0 if withdrawals is None else withdrawals.bytes),
    )


def _csv(table: FactTable, path: Path) -> str:
    kinds = ", ".join(
        f"{quoted(name)}: {quoted('VARCHAR' if kind == 'VARCHAR[]' else kind)}" for name, kind in columns(table).items()
    )
    return (
        f"read_csv({quoted(str(path))}, columns = {{{kinds}}}, auto_detect = false, header = false, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false)"
    )


def _about(cursor: Cursor, table: FactTable | None, path: Path) -> dict[str, Any]:
    """What is told of a file that is not empty."""
    if table is None:
        (first,) = cursor.execute(f"SELECT min(since) FROM {files_from([path])}").fetchone() or ()
        return {"days": (first,)}
    if table not in MOMENTS:
        return {}
    moment = MOMENTS[table]
    query = f"SELECT min({moment}), max({moment}), list(DISTINCT currency) FROM {files_from([path])}"
    first, latest, currencies = cursor.execute(query).fetchone() or ()
    return {
        "days": (first.date(), latest.date()),
        "currencies": tuple(sorted(currencies)),
        "latest": latest.replace(tzinfo=UTC),
    }


def _kept(path: Path) -> int:
    """Its size; it outlasts a power failure from here on."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return path.stat().st_size
