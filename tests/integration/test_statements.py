"""Compiled statements on a real server: values go in and come out as plain Python, prepared once a connection."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.connection import Connection, Dsn, connect
from adapters.postgres.statements import Statement

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("title", String(255)),
    Column("price", Numeric(18, 4)),
    Column("at", DateTime(timezone=True)),
    Column("day", Date),
    Column("tags", ARRAY(Text)),
    Column("metadata", JSONB),
    Column("active", Boolean),
    Column("version", Integer),
    Column("position", BigInteger),
)
_CREATE = """CREATE TEMPORARY TABLE things (id uuid PRIMARY KEY, title varchar(255), price numeric(18,4),
    at timestamptz, day date, tags text[], metadata jsonb, active boolean, version int, position bigint)"""

ADD = Statement(insert(THINGS), name="things.add")
GET = Statement(select(THINGS).where(THINGS.c.id == bindparam("id")), name="things.get")
SOME = Statement(
    select(THINGS.c.id).where(THINGS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))).order_by(THINGS.c.id),
    name="things.some",
)

THING: dict[str, object] = {
    "id": UUID(int=1),
    "title": "Æsop's «fables»",
    "price": Decimal("9999999999999.0001"),
    "at": datetime(2026, 11, 21, 12, 30, 0, 123456, tzinfo=UTC),
    "day": date(1, 1, 1),
    "tags": ["a", 'b"', ""],
    "metadata": {"pages": [1, 2.5, None, True], "größe": {"large": 2**70}},
    "active": True,
    "version": 1,
    "position": 2**62,
}


def on_a_connection(url: str, scenario: Any) -> None:
    async def main() -> None:
        connection = await connect(Dsn(url), within=5, settings={"timezone": "UTC"})
        try:
            await connection.execute(_CREATE)
            await scenario(connection)
        finally:
            await connection.close()

    asyncio.run(main())


def test_values_come_back_as_they_went_in(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        assert await ADD.execute(connection, **THING) == "INSERT 0 1"
        row = await GET.fetchrow(connection, id=UUID(int=1))
        assert row is not None
        assert dict(row) == THING
        assert msgspec.json.encode(row["id"]) == b'"00000000-0000-0000-0000-000000000001"'

    on_a_connection(postgres_url, scenario)


def test_nothing_is_null_for_every_type(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        nothing = dict.fromkeys(THING) | {"id": UUID(int=2)}
        await ADD.execute(connection, **nothing)
        row = await GET.fetchrow(connection, id=UUID(int=2))
        assert row is not None
        assert dict(row) == nothing
        absent = Statement(
            select(func.count()).select_from(THINGS).where(THINGS.c.metadata.is_(text("NULL"))), name="things.absent"
        )
        assert await absent.fetchval(connection) == 1

    on_a_connection(postgres_url, scenario)


def test_a_moment_comes_back_in_utc(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        there = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=5)))
        echo = Statement(select(cast(bindparam("at"), DateTime(timezone=True))), name="echo")
        back = await echo.fetchval(connection, at=there)
        assert back == there
        assert back.utcoffset() == timedelta(0)

    on_a_connection(postgres_url, scenario)


def test_lists_constants_and_counts(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        for number in range(1, 6):
            await ADD.execute(connection, **THING | {"id": UUID(int=number), "version": number})
        ids = [UUID(int=number) for number in (5, 3, 9)]
        assert [row["id"] for row in await SOME.fetch(connection, ids=ids)] == [UUID(int=3), UUID(int=5)]
        assert await SOME.fetch(connection, ids=[]) == []

        late = select(THINGS.c.version).where(THINGS.c.version > 2, THINGS.c.price < bindparam("below"))
        two = Statement(late.order_by(THINGS.c.version).limit(2), name="things.late")
        assert [row[0] for row in await two.fetch(connection, below=Decimal("5e13"))] == [3, 4]

        rename = Statement(
            update(THINGS).where(THINGS.c.version >= bindparam("since")).values(title=bindparam("title")), name="rename"
        )
        assert await rename.affected(connection, since=4, title="Emma") == 2
        assert await Statement(delete(THINGS), name="clear").affected(connection) == 5

    on_a_connection(postgres_url, scenario)


def test_a_statement_is_prepared_once_a_connection(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        wide = Statement(select(THINGS).where(text(" AND ".join(["true"] * 4000))), name="things.wide")
        assert len(wide.sql) > 16_000
        for _ in range(10):
            await GET.fetchrow(connection, id=UUID(int=1))
            await wide.fetch(connection)
        prepared = await connection.fetch("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
        assert {row[0]: row[1] for row in prepared if "things" in row[0]} == {GET.sql: 10, wide.sql: 10}

    on_a_connection(postgres_url, scenario)


def test_a_statement_survives_a_migration_underneath(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        await ADD.execute(connection, **THING)
        whole = Statement(text("SELECT * FROM things"), name="things.whole")
        await whole.fetch(connection)
        await connection.execute("ALTER TABLE things ADD COLUMN more int")
        row = await whole.fetchrow(connection)
        assert row is not None
        assert "more" in row

    on_a_connection(postgres_url, scenario)


def test_transactions_are_statements_too(postgres_url: str) -> None:
    async def scenario(connection: Connection) -> None:
        told: list[tuple[str, type[BaseException] | None]] = []
        connection.observer = lambda name, _sql, _seconds, error: told.append((name, type(error) if error else None))
        for word in ("BEGIN", "ROLLBACK"):
            await Statement(text(word), name=word.lower()).execute(connection)
            assert connection.is_in_transaction() == (word == "BEGIN")
        with pytest.raises(asyncpg.UniqueViolationError):
            await twice(ADD.execute(connection, **THING), ADD.execute(connection, **THING))
        assert told == [
            ("begin", None),
            ("rollback", None),
            ("things.add", None),
            ("things.add", asyncpg.UniqueViolationError),
        ]

    on_a_connection(postgres_url, scenario)


async def twice(*calls: Coroutine[Any, Any, str]) -> None:
    for call in calls:
        await call
