"""Statements are compiled once; what cannot be is refused when it is built, not when it runs."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    Column,
    Dialect,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.elements import CompilerElement

from adapters.postgres.connection import Connection, QueryObserver
from adapters.postgres.statements import Statement

BOOKS = Table(
    "books",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("title", String(255)),
    Column("price", Numeric(18, 4)),
    Column("tags", ARRAY(Text)),
    Column("metadata", JSONB),
)
ID = UUID(int=1)


class Recorder:
    """Takes a statement as a connection does, and answers with what it was given."""

    def __init__(self, observer: QueryObserver | None = None, failure: Exception | None = None) -> None:
        self.observer = observer
        self.failure = failure

    async def _answer(self, method: str, sql: str, values: tuple[object, ...]) -> object:
        if self.failure is not None:
            raise self.failure
        return "UPDATE 3" if method == "execute" else (method, sql, values)

    def fetch(self, sql: str, *values: object) -> object:
        return self._answer("fetch", sql, values)

    def fetchrow(self, sql: str, *values: object) -> object:
        return self._answer("fetchrow", sql, values)

    def fetchval(self, sql: str, *values: object) -> object:
        return self._answer("fetchval", sql, values)

    def execute(self, sql: str, *values: object) -> object:
        return self._answer("execute", sql, values)


def recorder(observer: QueryObserver | None = None, failure: Exception | None = None) -> Connection:
    return cast("Connection", Recorder(observer, failure))


async def _answered(call: Any) -> Any:
    return await call


def outcome(call: Any) -> Any:
    return asyncio.run(_answered(call))


def test_names_are_the_values_in_the_order_of_the_text() -> None:
    statement = Statement(
        insert(BOOKS).values(title=bindparam("title"), id=bindparam("id"), price=bindparam("price")), name="books.add"
    )

    assert statement.sql == "INSERT INTO books (id, title, price) VALUES ($1::UUID, $2::VARCHAR, $3::NUMERIC(18, 4))"
    assert statement.names == ("id", "title", "price")
    assert statement.bind({"price": Decimal("0.001"), "title": "Emma", "id": ID}) == (ID, "Emma", Decimal("0.001"))


def test_an_insert_of_a_whole_table_names_its_columns() -> None:
    assert Statement(insert(BOOKS), name="add").names == ("id", "title", "price", "tags", "metadata")


def test_a_name_used_twice_is_one_value() -> None:
    between = select(BOOKS.c.id).where(BOOKS.c.price >= bindparam("p"), BOOKS.c.price <= bindparam("p"))
    statement = Statement(between, name="books.at")

    assert statement.sql.count("$1::NUMERIC(18, 4)") == 2
    assert statement.bind({"p": Decimal(1)}) == (Decimal(1),)


def test_what_the_statement_was_built_with_is_sent_along() -> None:
    query = select(BOOKS.c.id).where(BOOKS.c.title == "Emma", BOOKS.c.price > bindparam("above")).limit(50)
    statement = Statement(query, name="books.of")

    assert statement.required == {"above"}
    assert statement.bind({"above": Decimal(2)}) == ("Emma", Decimal(2), 50)
    with pytest.raises(TypeError, match="unknown title_1"):
        statement.bind({"above": Decimal(2), "title_1": "Persuasion"})


def test_a_named_value_with_a_default_is_a_constant() -> None:
    statement = Statement(select(BOOKS.c.id).limit(bindparam("most", value=7, type_=Integer)), name="some")

    assert statement.bind({}) == (7,)
    with pytest.raises(TypeError, match="unknown most"):
        statement.bind({"most": 8})


def test_no_values_at_all() -> None:
    begin = Statement(text("BEGIN"), name="transaction.begin")

    assert (begin.sql, begin.names, tuple(begin.bind({}))) == ("BEGIN", (), ())


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "statement books.rename: missing id, title"),
        ({"id": ID}, "statement books.rename: missing title"),
        ({"id": ID, "title": "Emma", "isbn": "1", "b": 1}, "statement books.rename: unknown b, isbn"),
        ({"id": ID, "titel": "Emma"}, "statement books.rename: missing title; unknown titel"),
    ],
)
def test_a_missing_or_unknown_name_is_a_type_error(given: dict[str, object], complaint: str) -> None:
    statement = Statement(
        select(BOOKS).where(BOOKS.c.id == bindparam("id"), BOOKS.c.title == bindparam("title")), name="books.rename"
    )

    with pytest.raises(TypeError) as caught:
        outcome(statement.fetch(recorder(), **given))

    assert str(caught.value) == complaint


def test_a_list_is_one_value() -> None:
    query = select(BOOKS).where(BOOKS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    statement = Statement(query, name="books.some")

    assert "books.id = ANY ($1::UUID[])" in statement.sql
    assert statement.bind({"ids": [ID]}) == ([ID],)


class Lowered(TypeDecorator[str]):
    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value and value.lower()


class Exclaimed(TypeDecorator[str]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value and value + "!"


_WITH_DEFAULTS = Table("t", MetaData(), Column("a", Integer), Column("b", Integer, default=1, onupdate=2))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (lambda: select(BOOKS).where(BOOKS.c.id.in_([ID])), r"IN \(id_1\) expands with each run: use column == any_"),
        (lambda: select(BOOKS).where(BOOKS.c.id.in_(bindparam("ids", expanding=True))), r"IN \(ids\) expands"),
        (lambda: select(BOOKS).where(BOOKS.c.title == bindparam("t", literal_execute=True)), "literal_execute"),
        (lambda: insert(_WITH_DEFAULTS).values(a=bindparam("a")), "give b a value"),
        (lambda: update(_WITH_DEFAULTS).values(a=bindparam("a")), "give b a value"),
        (lambda: select(BOOKS).where(BOOKS.c.title == bindparam("t", callable_=lambda: "x")), "t is a callable"),
        (lambda: select(text("1")).where(bindparam("t", type_=Lowered) == "x"), "Lowered of t"),
    ],
)
def test_what_cannot_be_compiled_ahead_is_refused(query: Callable[[], CompilerElement], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"statement refused: .*{complaint}"):
        Statement(query(), name="refused")


def test_a_type_that_converts_on_the_way_out_only_is_accepted() -> None:
    statement = Statement(select(text("1")).where(bindparam("t", type_=Exclaimed) == text("'x'")), name="out")

    assert statement.bind({"t": "x"}) == ("x",)


def test_a_definition_is_not_a_statement() -> None:
    with pytest.raises(TypeError, match="only SELECT, INSERT, UPDATE, DELETE"):
        Statement(CreateTable(BOOKS), name="ddl")


@pytest.mark.parametrize("method", ["fetch", "fetchrow", "fetchval"])
def test_a_run_passes_text_and_values(method: str) -> None:
    statement = Statement(select(BOOKS.c.title).where(BOOKS.c.id == bindparam("id")), name="title")

    assert outcome(getattr(statement, method)(recorder(), id=ID)) == (method, statement.sql, (ID,))


def test_names_of_the_methods_own_parameters_are_free() -> None:
    same = Statement(text("SELECT :self, :connection, :name"), name="awkward")

    assert outcome(same.fetch(recorder(), self=1, connection=2, name=3))[2] == (1, 2, 3)


def test_affected_counts_rows() -> None:
    assert outcome(Statement(delete(BOOKS), name="books.clear").affected(recorder())) == 3


def test_an_observer_is_told_of_each_run_that_ended() -> None:
    told: list[tuple[str, str, float, BaseException | None]] = []

    def observer(name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        told.append((name, sql, seconds, error))

    statement = Statement(select(BOOKS.c.title).where(BOOKS.c.id == bindparam("id")), name="title")
    failure = RuntimeError("away")

    outcome(statement.fetchval(recorder(observer), id=ID))
    with pytest.raises(RuntimeError, match="away"):
        outcome(statement.fetchval(recorder(observer, failure), id=ID))

    assert [(name, sql, error) for name, sql, _, error in told] == [
        ("title", statement.sql, None),
        ("title", statement.sql, failure),
    ]
    assert all(0 <= seconds < 1 for _, _, seconds, _ in told)
