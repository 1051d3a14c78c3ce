"""The numbered files make the tables that the statements ask, and can be applied as often as one likes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import JSON, Column, DateTime, Integer, Numeric, String, Table, Uuid, text

from adapters.snowflake import schema
from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.names import FactNames
from adapters.snowflake.schema import SchemaFile, schema_files, upgrade
from adapters.snowflake.stores import SnowflakeHealth
from adapters.sql.tables import metadata
from application.errors import Unavailable
from application.ports.history import HistoryBatch
from tests.support.builders import a_customer
from tests.support.snowflake_case import TABLES
from tests.support.store_case import told

NAMES = FactNames.of("DAYBOOK", "PUBLIC")
ANY_LENGTH = 16_777_216
# A column cannot be added, if it is not there, with a value for the rows that are there.
ADDED_LATER = {"rating_count", "rating_sum"}
# What only those who write need, what is told of single people, and what is counted as facts.
NOT_IN_A_WAREHOUSE = {
    *("events", "idempotency_keys", "book_authors", "jobs", "schedules"),
    *("event_consumers", "webhooks", "deliveries"),
    *("orders", "order_lines", "returns", "return_lines"),
    *("addresses", "consents", "merges", "groups", "group_members", "segments", "snapshots", "snapshot_members"),
}
COLUMNS = text(
    "SELECT column_name, data_type, character_maximum_length AS length, numeric_precision AS digits, "
    "numeric_scale AS places, is_nullable FROM information_schema.columns "
    "WHERE table_schema = CURRENT_SCHEMA() AND table_name = :name"
)


@pytest.fixture
async def elsewhere(snowflake_connection: SnowflakeConnection) -> AsyncIterator[Warehouse]:
    """A schema of one test, without tables."""
    name = f"DAYBOOK_TEST_{uuid4().hex[:12].upper()}"
    keeper = Warehouse(snowflake_connection, sessions=1)
    await keeper.run(lambda session: session.exec_driver_sql(f"CREATE SCHEMA {name}"))
    warehouse = Warehouse(replace(snowflake_connection, schema=name), sessions=1)
    yield warehouse
    await warehouse.close()
    await keeper.run(lambda session: session.exec_driver_sql(f"DROP SCHEMA {name} CASCADE"))
    await keeper.close()


def wanted(column: Column[Any]) -> tuple[object, ...]:
    """How the information schema tells of a column of adapters/sql/tables; search tokens are one text here."""
    match column.type:
        case JSON() if column.name != "contributors":
            kind: tuple[object, ...] = ("VARIANT", None, None, None)
        case Numeric():
            kind = ("NUMBER", None, 18, 4)
        case Integer():
            kind = ("NUMBER", None, 38, 0)
        case DateTime():
            kind = ("TIMESTAMP_TZ", None, None, None)
        case Uuid():
            kind = ("TEXT", 32, None, None)
        case String(length=length):
            kind = ("TEXT", length or ANY_LENGTH, None, None)
        case _:
            kind = ("TEXT", ANY_LENGTH, None, None)
    return (*kind, "YES" if column.nullable or column.name in ADDED_LATER else "NO")


@pytest.mark.parametrize("table", [metadata.tables[name] for name in TABLES], ids=str)
async def test_every_column_of_the_statements_is_there_and_of_its_type(
    migrated_snowflake: Warehouse, table: Table
) -> None:
    rows = await migrated_snowflake.ask("test.columns", COLUMNS, {"name": table.name.upper()})
    found = {}
    for row in rows:
        kind = "VARIANT" if row["data_type"] == "ARRAY" else row["data_type"]
        places = tuple(None if row[name] is None else int(row[name]) for name in ("length", "digits", "places"))
        found[row["column_name"].lower()] = (kind, *places, row["is_nullable"])
    assert found == {column.name: wanted(column) for column in table.columns}


def test_all_tables_that_answers_need_are_in_the_warehouse() -> None:
    assert set(metadata.tables) >= NOT_IN_A_WAREHOUSE
    assert set(metadata.tables) - NOT_IN_A_WAREHOUSE == set(TABLES)


def test_files_are_numbered_from_one_without_a_gap() -> None:
    files = schema_files()
    assert [one.number for one in files] == list(range(1, len(files) + 1))
    assert all(one.name.startswith(f"{one.number:04d}_") for one in files)
    assert [statement.split("(")[0].split()[0] for statement in files[0].statements] == ["CREATE"] * 7 + ["INSERT"]


async def test_each_file_is_applied_once_and_is_harmless_twice(elsewhere: Warehouse) -> None:
    assert await upgrade(elsewhere) == [one.name for one in schema_files()]
    assert await upgrade(elsewhere) == []
    batch = HistoryBatch(customers=[a_customer()])
    assert await SnowflakeHistorySink(elsewhere).write(told(batch, watermark=5)) == 1
    await elsewhere.run(lambda session: session.exec_driver_sql("DELETE FROM schema_files"))
    assert await upgrade(elsewhere) == [one.name for one in schema_files()]
    (row,) = await elsewhere.ask("test.watermark", text("SELECT position, loads FROM watermark"))
    assert (int(row["position"]), int(row["loads"])) == (5, 1)
    assert await SnowflakeHistorySink(elsewhere).write(told(batch, watermark=5)) == 0


async def test_a_file_that_breaks_off_is_applied_anew(elsewhere: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    good = SchemaFile(number=1, name="0001_good.sql", statements=("CREATE TABLE IF NOT EXISTS a (x INTEGER)",))
    half = ("CREATE TABLE IF NOT EXISTS b (x INTEGER)", "CREATE TABLE IF NOT EXISTS c AS SELECT x FROM nowhere")
    broken = SchemaFile(number=2, name="0002_broken.sql", statements=half)
    monkeypatch.setattr(schema, "schema_files", lambda: (good, broken))
    with pytest.raises(Unavailable):
        await upgrade(elsewhere)
    mended = replace(broken, statements=(half[0], "CREATE TABLE IF NOT EXISTS c AS SELECT x FROM b"))
    monkeypatch.setattr(schema, "schema_files", lambda: (good, mended))
    assert await upgrade(elsewhere) == ["0002_broken.sql"]


async def test_health_says_how_far_the_schema_is(elsewhere: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    health = await SnowflakeHealth(elsewhere, NAMES).check()
    assert (health.ok, health.migrated) == (True, False)
    assert health.detail == f"0 of {len(schema_files())} files of the schema were applied"
    await upgrade(elsewhere)
    health = await SnowflakeHealth(elsewhere, NAMES).check()
    assert (health.ok, health.migrated, health.detail) == (True, True, None)


async def test_a_warehouse_without_tables_is_unavailable_and_says_why(elsewhere: Warehouse) -> None:
    with pytest.raises(Unavailable, match="`daybook warehouse sync` makes them"):
        await SnowflakeHistorySink(elsewhere).write(told(HistoryBatch(customers=[a_customer()]), watermark=1))
