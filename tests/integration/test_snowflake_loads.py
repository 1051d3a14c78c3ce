"""Loads: whole or not at all, each row once although no key is enforced, in bounded pieces, whatever breaks."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from snowflake.connector import errors
from sqlalchemy import Connection, text

from adapters.snowflake import loading
from adapters.snowflake.customers import SnowflakeCustomerReader
from adapters.snowflake.documents import KINDS
from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.schema import schema_files
from application.errors import NotFound, OutcomeUnknown, Unavailable
from application.ports.history import History, HistoryBatch
from domain.books.rating import Rating
from tests.support.builders import (
    MORNING,
    a_book,
    a_category,
    a_customer,
    a_lone_return,
    a_review,
    an_author,
    an_order,
    credited,
    minutes,
)
from tests.support.snapshots import assert_pinned
from tests.support.snowflake_case import TABLES
from tests.support.store_case import told

LATER = MORNING + minutes(5)
PINNED = Path(__file__).parent / "snapshots"


async def counts(warehouse: Warehouse) -> dict[str, int]:
    """How many rows each table has that has any."""
    found = {}
    for table in TABLES:
        (row,) = await warehouse.ask("test.count", text(f"SELECT COUNT(*) AS many FROM {table}"))
        found[table] = int(row["many"])
    return {table: many for table, many in found.items() if many}


async def stamp(warehouse: Warehouse) -> tuple[int, int]:
    (row,) = await warehouse.ask("test.stamp", text("SELECT position, loads FROM watermark"))
    return int(row["position"]), int(row["loads"])


@contextmanager
def statements(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is sent to the warehouse meanwhile."""
    dialect = warehouse._engine.dialect
    execute, sent = dialect.do_execute, []

    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        sent.append(statement)
        execute(cursor, statement, parameters, context)

    with monkeypatch.context() as patched:
        patched.setattr(dialect, "do_execute", do_execute)
        yield sent


def files_in(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


@pytest.fixture
async def keyless(snowflake_connection: SnowflakeConnection) -> AsyncIterator[Warehouse]:
    """A warehouse that enforces no keys, as Snowflake does not and fakesnow does."""
    name = f"DAYBOOK_TEST_{uuid4().hex[:12].upper()}"
    keeper = Warehouse(snowflake_connection, sessions=1)
    await keeper.run(lambda session: session.exec_driver_sql(f"CREATE SCHEMA {name}"))
    warehouse = Warehouse(replace(snowflake_connection, schema=name), sessions=2)
    for statement in (statement for one in schema_files() for statement in one.statements):
        without_keys = (
            statement.replace(" PRIMARY KEY,", ",")
            .replace(",\n    PRIMARY KEY (order_id, number)", "")
            .replace(",\n    PRIMARY KEY (return_id, number)", "")
        )
        assert "PRIMARY" not in without_keys
        await warehouse.run(partial(Connection.exec_driver_sql, statement=without_keys))
    yield warehouse
    await warehouse.close()
    await keeper.run(lambda session: session.exec_driver_sql(f"DROP SCHEMA {name} CASCADE"))
    await keeper.close()


class TestOnce:
    async def test_rows_that_come_again_are_one_without_any_key(self, keyless: Warehouse) -> None:
        customer, book, author, category = a_customer(), a_book(), an_author(), a_category()
        review = a_review(book, customer)
        batch = HistoryBatch(
            customers=[customer, customer],
            authors=[author, author],
            categories=[category, category],
            books=[book],
            reviews=[review, review],
        )
        sink = SnowflakeHistorySink(keyless)
        assert await sink.write(told(batch, batch, watermark=1)) == 5
        once = dict.fromkeys(TABLES, 1)
        assert await counts(keyless) == once
        assert await sink.write(told(batch, watermark=1)) == 0
        assert await counts(keyless) == once

    async def test_purchases_are_left_to_the_facts(self, warehouse: Warehouse) -> None:
        batch = HistoryBatch(customers=[a_customer()], orders=[an_order()], returns=[a_lone_return()])
        assert await SnowflakeHistorySink(warehouse).write(told(batch, watermark=1)) == 1
        assert await counts(warehouse) == {"customers": 1}

    async def test_a_load_that_changes_nothing_is_none(self, warehouse: Warehouse) -> None:
        sink = SnowflakeHistorySink(warehouse)
        batch = HistoryBatch(customers=[a_customer()])
        await sink.write(told(batch, watermark=4))
        assert await stamp(warehouse) == (4, 1)
        await sink.write(told(batch, watermark=4))
        await sink.write(told(batch, watermark=3))
        assert await stamp(warehouse) == (4, 1)
        assert await sink.write(told(batch, watermark=6)) == 0
        assert await stamp(warehouse) == (6, 2)


class TestWhole:
    async def test_nothing_is_seen_before_all_of_it_is_there(self, warehouse: Warehouse) -> None:
        first, second = a_customer(), a_customer()
        seen: list[tuple[dict[str, int], tuple[int, int]]] = []

        async def batches() -> AsyncIterator[HistoryBatch]:
            yield HistoryBatch(customers=[first])
            seen.append((await counts(warehouse), await stamp(warehouse)))
            yield HistoryBatch(customers=[second])
            seen.append((await counts(warehouse), await stamp(warehouse)))

        sink = SnowflakeHistorySink(warehouse, file_bytes=1)
        assert await sink.write(History(watermark=9, batches=batches())) == 2
        assert seen == [({}, (0, 0))] * 2
        assert (await counts(warehouse), await stamp(warehouse)) == ({"customers": 2}, (9, 1))

    @pytest.mark.parametrize("start", ["INSERT INTO chosen_reviews", "INSERT INTO books", "UPDATE watermark SET pos"])
    async def test_what_fails_half_way_leaves_nothing(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, start: str
    ) -> None:
        dialect = warehouse._engine.dialect
        execute = dialect.do_execute

        def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
            if statement.startswith(start):
                raise errors.ProgrammingError(msg="stopped", errno=604)
            execute(cursor, statement, parameters, context)

        book, customer = a_book(), a_customer()
        batch = HistoryBatch(customers=[customer], books=[book], reviews=[a_review(book, customer)])
        sink = SnowflakeHistorySink(warehouse)
        with monkeypatch.context() as patched:
            patched.setattr(dialect, "do_execute", do_execute)
            with pytest.raises(Unavailable):
                await sink.write(told(batch, watermark=1))
        assert (await counts(warehouse), await stamp(warehouse)) == ({}, (0, 0))
        assert await sink.write(told(batch, watermark=1)) == 3

    async def test_a_commit_that_is_lost_is_of_unknown_outcome(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dialect = warehouse._engine.dialect
        execute = dialect.do_execute

        def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
            execute(cursor, statement, parameters, context)
            if statement == "COMMIT":
                raise errors.OperationalError(msg="gone", errno=250001)

        batch = HistoryBatch(customers=[a_customer()])
        sink = SnowflakeHistorySink(warehouse)
        with monkeypatch.context() as patched:
            patched.setattr(dialect, "do_execute", do_execute)
            with pytest.raises(OutcomeUnknown):
                await sink.write(told(batch, watermark=1))
        assert await sink.write(told(batch, watermark=1)) == 0

    async def test_a_load_that_is_cancelled_leaves_nothing(
        self, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        waiting = asyncio.Event()

        async def batches() -> AsyncIterator[HistoryBatch]:
            yield HistoryBatch(customers=[a_customer()])
            assert files_in(tmp_path) == 1
            waiting.set()
            await asyncio.sleep(60)

        sink = SnowflakeHistorySink(warehouse)
        load = asyncio.create_task(sink.write(History(watermark=1, batches=batches())))
        await waiting.wait()
        load.cancel()
        with pytest.raises(asyncio.CancelledError):
            await load
        assert files_in(tmp_path) == 0
        assert (await counts(warehouse), await stamp(warehouse)) == ({}, (0, 0))
        assert warehouse._engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a QueuePool

    async def test_of_loads_at_once_each_is_whole(self, warehouse: Warehouse) -> None:
        shared = a_customer()
        newest = replace(shared, lifecycle=shared.lifecycle.next_version().next_version())
        batches = [
            HistoryBatch(customers=[a_customer(), version], books=[a_book()])
            for version in (shared, replace(shared, lifecycle=shared.lifecycle.next_version()), newest)
        ]
        sink = SnowflakeHistorySink(warehouse)
        outcomes = await asyncio.gather(
            *(sink.write(told(batch, watermark=n)) for n, batch in enumerate(batches, 1)), return_exceptions=True
        )
        # Snowflake lets the second wait for the first, fakesnow refuses it at once.
        assert all(isinstance(one, int | Unavailable) for one in outcomes), outcomes
        assert any(isinstance(one, int) for one in outcomes)
        for n, batch in enumerate(batches, 1):
            await sink.write(told(batch, watermark=n))
        assert await counts(warehouse) == {"customers": 4, "books": 3}
        assert (await SnowflakeCustomerReader(warehouse).get(shared.id)).version == 3
        assert (await stamp(warehouse))[0] == 3

    @pytest.mark.parametrize("start", ["CREATE", "COPY"])
    async def test_a_source_is_closed_when_its_load_fails(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, start: str
    ) -> None:
        dialect = warehouse._engine.dialect
        execute = dialect.do_execute

        def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
            if statement.startswith(start):
                raise errors.ProgrammingError(msg="stopped", errno=604)
            execute(cursor, statement, parameters, context)

        class Batches:
            closed = False

            def __aiter__(self) -> "Batches":
                return self

            async def __anext__(self) -> HistoryBatch:
                return HistoryBatch(customers=[a_customer()])

            async def aclose(self) -> None:
                self.closed = True

        batches = Batches()
        monkeypatch.setattr(dialect, "do_execute", do_execute)
        with pytest.raises(Unavailable):
            await SnowflakeHistorySink(warehouse, file_bytes=1).write(History(watermark=1, batches=batches))
        assert batches.closed


class TestBounds:
    async def test_statements_do_not_grow_with_the_rows(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sink = SnowflakeHistorySink(warehouse)
        with statements(warehouse, monkeypatch) as few:
            await sink.write(told(HistoryBatch(customers=[a_customer()]), watermark=1))
        many_rows = HistoryBatch(customers=[a_customer() for _ in range(2_000)])
        with statements(warehouse, monkeypatch) as many:
            assert await sink.write(told(many_rows, watermark=2)) == 2_000
        assert [sql.split()[0] for sql in many] == [sql.split()[0] for sql in few]
        assert max(map(len, many)) < 2_000
        assert await counts(warehouse) == {"customers": 2_001}

    async def test_a_long_history_goes_up_in_pieces(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        customers = [a_customer(name=f"Customer {n}") for n in range(90)]
        most = 0

        async def batches() -> AsyncIterator[HistoryBatch]:
            nonlocal most
            for start in range(0, 90, 10):
                yield HistoryBatch(customers=customers[start : start + 10])
                most = max(most, files_in(tmp_path))

        sink = SnowflakeHistorySink(warehouse, file_bytes=8_000)
        with statements(warehouse, monkeypatch) as sent:
            assert await sink.write(History(watermark=1, batches=batches())) == 90
        assert 2 <= len([sql for sql in sent if sql.startswith("PUT")]) <= 8
        assert most == 1
        assert files_in(tmp_path) == 0

    async def test_a_folder_may_have_any_name(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        odd = tmp_path / "it's a folder"
        odd.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(odd))
        assert await SnowflakeHistorySink(warehouse).write(told(HistoryBatch(books=[a_book()]), watermark=1)) == 1

    async def test_files_are_for_this_user_alone(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        modes: list[int] = []

        async def batches() -> AsyncIterator[HistoryBatch]:
            yield HistoryBatch(customers=[a_customer()])
            modes.extend(one.stat().st_mode & 0o077 for one in folders())

        def folders() -> list[Path]:
            return list(tmp_path.iterdir())

        assert await SnowflakeHistorySink(warehouse).write(History(watermark=1, batches=batches())) == 1
        assert modes == [0]


async def test_every_column_is_loaded_as_it_was(warehouse: Warehouse) -> None:
    """What no reader of a warehouse shows, too: keys and words."""
    customer, author = a_customer(tags=["x", 'y "z"']), an_author(other_names=["Mary Ann Evans"], born="1819")
    category = a_category("Sea  stories", code="FJ", position=7, description="Ships.")
    book = a_book(price=("9.99", "EUR"), categories=["Sea stories"], authors=[credited(author)], pages=880)
    review = a_review(book, customer, stars=2, title="Twice", language="en").reject("spam", at=LATER, by="bob")[0]
    batch = HistoryBatch(
        customers=[customer],
        authors=[author],
        categories=[category],
        books=[replace(book, rating=Rating(2, 9))],
        reviews=[review],
    )
    await SnowflakeHistorySink(warehouse).write(told(batch, watermark=1))
    for kind in KINDS:
        (document,) = kind.documents(batch)
        assert set(document) == {column.name for column in kind.table.columns}
        (row,) = await warehouse.ask("test.rows", text(f"SELECT * FROM {kind.table.name}"))
        assert {name: plain(row[name], document[name]) for name in document} == padded(document)


AMOUNTS = {"price_amount"}


def padded(document: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{Decimal(value):.4f}" if name in AMOUNTS else value for name, value in document.items()}


def plain(value: Any, like: Any) -> Any:
    """As documents have it: whole numbers, amounts of four places and times in UTC as texts, arrays and objects."""
    if isinstance(like, tuple | dict):
        return type(like)(json.loads(value))
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


async def test_a_customer_that_is_not_there_is_not_found(warehouse: Warehouse) -> None:
    with pytest.raises(NotFound):
        await SnowflakeCustomerReader(warehouse).get(a_customer().id)


def test_the_sql_of_a_load_is_as_pinned() -> None:
    parts = [loading.BEGIN, loading.LOCK_WATERMARK]
    for kind in KINDS:
        parts += [*loading.create(kind), *loading.upload(kind, "/folder/file.json.gz")]
        parts += [loading.choose(kind, late=late) for late in ((False, True) if kind.follows else (True,))]
        parts += [loading.count(kind), *loading.put_in_place(kind)]
    parts += [loading.READ_WATERMARK, loading.MOVE_WATERMARK, loading.COMMIT]
    assert_pinned(PINNED / "snowflake_load.sql", "".join(f"{part};\n\n" for part in parts))
