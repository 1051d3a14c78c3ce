"""The SQL of a round that brings the facts forward. It holds names, numbers of generations and this program's own ids.

What is told is staged as Parquet in temporary tables, as texts, so that nothing on the way takes a value for something
less exact. One transaction then withdraws what has changed, adds it as it is now, and says which place that is. That is
what a MERGE would do, which fakesnow cannot run inside a transaction (docs/decisions/0031).
"""

# ruff: noqa: S608  # names of tables that the settings were asked about, and of columns, alone go into the text

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, DateTime, Uuid

from adapters.snowflake.facts import columns
from adapters.snowflake.loading import kept_as, put
from adapters.snowflake.names import FactNames, parts_of
from adapters.sql.facts import FACT_IDS
from application.ports.warehouse import FactTable, Place

CHANGED: Final = "changed_ids"
"""The temporary table of what may have changed."""
CHANGED_COLUMNS: Final = ("told", "gone_id")
"""Which table it is of, and its id."""
PLACE: Final = ("generation", "sequence", "watermark", "event", "synced_at", "orders", "sales", "returns", "withdrawn")
"""The columns of a place."""


def staged(table: FactTable) -> str:
    """The temporary table of what was told."""
    return f"told_{table.value}"


def stage(table: str, names: Sequence[str]) -> str:
    """A temporary table of texts."""
    return f"CREATE OR REPLACE TEMPORARY TABLE {table} ({', '.join(f'{name} VARCHAR' for name in names)})"


def upload(table: str, names: Sequence[str], path: str) -> Sequence[str]:
    """A file of Parquet into a table of texts."""
    picked = ", ".join(f"$1:{name}::VARCHAR" for name in names)
    return [
        put(path, table),
        (
            f"COPY INTO {table} ({', '.join(names)}) FROM (SELECT {picked} FROM @%{table}) "
            "FILE_FORMAT = (TYPE = PARQUET) PURGE = TRUE"
        ),
    ]


# ---- who writes


def introduce(names: FactNames) -> str:
    """The row of who writes, where there is none yet."""
    return (
        f"INSERT INTO {names.writers} (places) SELECT {_quoted(names.places)} FROM "
        f"(SELECT COUNT(*) AS present FROM {names.writers} WHERE places = {_quoted(names.places)}) AS counted "
        "WHERE counted.present = 0"
    )


def hold(names: FactNames, holder: str, seconds: int) -> str:
    """Takes or keeps the right to write for so many seconds by Snowflake's clock; no row when somebody else has it."""
    return (
        f"UPDATE {names.writers} SET holder = '{holder}', "
        f"held_until = DATEADD(second, {seconds}, CURRENT_TIMESTAMP()) WHERE places = {_quoted(names.places)} "
        f"AND (holder IS NULL OR holder = '{holder}' OR held_until < CURRENT_TIMESTAMP())"
    )


def release(names: FactNames, holder: str) -> str:
    """Gives it up."""
    return f"UPDATE {names.writers} SET holder = NULL WHERE holder = '{holder}'"


def kinds_of(names: FactNames) -> str:
    """`kind` of what is there under the names that are written to, of which none may be a view."""
    found = []
    for name in [*(names.of_table(table) for table in FactTable), names.places]:
        database, schema, bare = parts_of(name)
        where = f"WHERE table_schema = {_quoted(schema)} AND table_name = {_quoted(bare)}"
        found.append(f'SELECT table_type AS kind FROM "{database}".information_schema.tables {where}')
        found.append(f"SELECT 'VIEW' AS kind FROM \"{database}\".information_schema.views {where}")
    return " UNION ALL ".join(found)


# ---- a round


def newest(names: FactNames, told: Sequence[str] = PLACE) -> str:
    """The place that is read now.

    Not the first one by order: behind a primary key DuckDB 2.0, which stands in for Snowflake in tests, gives rows that
    were deleted a say in that.
    """
    return (
        f"SELECT {', '.join(told)} FROM {names.places} WHERE generation = (SELECT MAX(generation) FROM {names.places})"
    )


def withdraw(names: FactNames, table: FactTable, generation: int) -> str:
    """What has changed holds no more."""
    name, told = names.of_table(table), "orders" if table is FactTable.SALES else table.value
    return (
        f"UPDATE {name} SET withdrawn = {generation} FROM {CHANGED} AS gone "
        f"WHERE {FACT_IDS[table]} = REPLACE(gone.gone_id, '-', '') AND gone.told = '{told}' AND withdrawn IS NULL"
    )


def empty(names: FactNames) -> Sequence[str]:
    """Nothing of what was there, and no place."""
    return [f"DELETE FROM {name}" for name in [*(names.of_table(table) for table in FactTable), names.places]]


def add(names: FactNames, table: FactTable, generation: int) -> str:
    """What was told, as from this generation on."""
    of = columns(table)
    return (
        f"INSERT INTO {names.of_table(table)} ({', '.join(one.name for one in of)}, generation) "
        f"SELECT {', '.join(_as_kept(one) for one in of)}, {generation} FROM {staged(table)} AS told"
    )


def _as_kept(column: Column[Any]) -> str:
    text = f"told.{column.name}"
    match column.type:
        case Uuid():
            return f"REPLACE({text}, '-', '')"
        case JSON():
            return f"CAST(PARSE_JSON({text}) AS ARRAY)"
        case DateTime():
            # Told in UTC, without saying so.
            text = f"REPLACE({text}, ' ', 'T') || '+00:00'"
    return f"CAST({text} AS {kept_as(column)})"


def count(names: FactNames) -> str:
    """How many facts hold, and how many orders and returns were withdrawn and still lie there."""
    orders, sales, returns = names.orders, names.sales, names.returns
    return (
        f"SELECT (SELECT COUNT(*) FROM {orders} WHERE withdrawn IS NULL) AS orders, "
        f"(SELECT COUNT(*) FROM {sales} WHERE withdrawn IS NULL) AS sales, "
        f"(SELECT COUNT(*) FROM {returns} WHERE withdrawn IS NULL) AS returns, "
        f"(SELECT COUNT(*) FROM {orders} WHERE withdrawn IS NOT NULL) "
        f"+ (SELECT COUNT(DISTINCT return_id) FROM {returns} WHERE withdrawn IS NOT NULL) AS withdrawn"
    )


def arrive(names: FactNames, place: Place, generation: int, counts: Sequence[int], at: datetime) -> str:
    """Says which place the facts are of."""
    numbers = ", ".join(str(one) for one in counts)
    return (
        f"INSERT INTO {names.places} ({', '.join(PLACE)}) VALUES ({generation}, {place.sequence}, {place.watermark}, "
        f"{_quoted(place.event)}, '{_moment(at)}', {numbers})"
    )


# ---- what nobody needs any more


def needed(names: FactNames, since: datetime) -> str:
    """`first`, the first generation that there is, and `needed`, the one that was read at a moment: None before all."""
    return (
        "SELECT MIN(generation) AS first, "
        f"MAX(CASE WHEN synced_at <= '{_moment(since)}' THEN generation END) AS needed "
        f"FROM {names.places}"
    )


def forget(names: FactNames, tables: Sequence[FactTable], generation: int) -> Sequence[str]:
    """Rows that were withdrawn by then."""
    return [f"DELETE FROM {names.of_table(table)} WHERE withdrawn <= {generation}" for table in tables]


def forget_places(names: FactNames, generation: int) -> str:
    """The places before it, of which not all facts are there any more."""
    return f"DELETE FROM {names.places} WHERE generation < {generation}"


def recount(names: FactNames, counts: Sequence[int]) -> str:
    """Says anew how many there are, in the newest place."""
    numbers = ", ".join(f"{name} = {number}" for name, number in zip(PLACE[-4:], counts, strict=True))
    return f"UPDATE {names.places} SET {numbers} WHERE generation = (SELECT MAX(generation) FROM {names.places})"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
