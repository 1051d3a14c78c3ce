"""The whole history of a PostgreSQL store, told and taken over."""

import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Generic, Protocol, Self, TypeVar
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    Table,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.authors import AUTHOR_OUTPUT, AUTHORS, author_of
from adapters.postgres.books import BOOK_OUTPUT, BOOKS, book_of
from adapters.postgres.categories import CATEGORIES, CATEGORY_OUTPUT, category_of
from adapters.postgres.connection import Connection
from adapters.postgres.credits import relink
from adapters.postgres.customers import CUSTOMER_OUTPUT, CUSTOMERS, customer_of
from adapters.postgres.errors import raise_translated
from adapters.postgres.kinds import Kind, bound, unnested
from adapters.postgres.merge_rows import MERGE_OUTPUT, merge_of
from adapters.postgres.order_rows import ORDER_OUTPUT, ORDERS, RETURN_OUTPUT, RETURNS, order_of, return_of
from adapters.postgres.orders import ORDER_STATEMENTS, RETURN_STATEMENTS
from adapters.postgres.pool import Pool
from adapters.postgres.reviews import REVIEW_OUTPUT, REVIEWS_TOLD, review_of
from adapters.postgres.statements import Statement
from adapters.postgres.statistics import MANY, look_over
from adapters.postgres.transactions import begin_snapshot, end_snapshot, transaction
from adapters.sql.tables import authors, books, categories, customers, events, merges, orders, returns, reviews
from application.ports.history import History, HistoryBatch
from domain.books.book import Book
from domain.books.category import Category
from domain.customers.customer import Customer
from domain.shared.lifecycle import Lifecycle

BATCH_ROWS = 1_000
BATCH_LINES = 20_000
_WATERMARK = Statement(select(func.coalesce(func.max(events.c.position), 0)), name="events.watermark")
_CUSTOMERS = Statement(select(*CUSTOMER_OUTPUT).order_by(customers.c.id), name="customers.all")
_AUTHORS = Statement(select(*AUTHOR_OUTPUT).order_by(authors.c.id), name="authors.all")
_MERGES = Statement(select(*MERGE_OUTPUT).order_by(merges.c.id), name="merges.all")
_CATEGORIES = Statement(select(*CATEGORY_OUTPUT).order_by(categories.c.depth, categories.c.id), name="categories.all")
_BOOKS = Statement(select(*BOOK_OUTPUT).order_by(books.c.id), name="books.all")
_REVIEWS = Statement(select(*REVIEW_OUTPUT).order_by(reviews.c.id), name="reviews.all")
_ORDERS = Statement(select(*ORDER_OUTPUT).order_by(orders.c.id), name="orders.all")
_RETURNS = Statement(select(*RETURN_OUTPUT).order_by(returns.c.id), name="returns.all")


class PostgresHistorySource:
    """Tells the history from one snapshot, which a connection of the pool is held for until the last batch is read."""

    def __init__(self, pool: Pool, *, batch_rows: int = BATCH_ROWS) -> None:
        self._pool = pool
        self._batch_rows = batch_rows

    async def read(self, *, purchases: bool = True) -> History:
        """All of it as of this moment, in batches of at most `batch_rows` rows and some 20,000 lines."""
        held = AsyncExitStack()
        try:
            connection = await held.enter_async_context(self._pool.acquire())
            await begin_snapshot(connection)
            watermark = await _WATERMARK.fetchval(connection)
        except Exception as error:
            await held.aclose()
            raise_translated(error)
        except BaseException:
            await held.aclose()
            raise
        told = _told(connection, self._batch_rows, purchases=purchases)
        return History(watermark=watermark, batches=_Batches(told, self._pool, connection, held))


class _Batches:
    """The batches of one snapshot. At the end, on an error, when closed and when forgotten, the connection is freed."""

    def __init__(
        self, told: AsyncIterator[HistoryBatch], pool: Pool, connection: Connection, held: AsyncExitStack
    ) -> None:
        self._batches = told
        self._connection = connection
        self._held = held
        self._forgotten = weakref.finalize(self, pool.release, connection)
        self._forgotten.atexit = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> HistoryBatch:
        try:
            return await anext(self._batches)
        except StopAsyncIteration:
            await self.aclose()
            raise
        except Exception as error:
            await self.aclose()
            raise_translated(error)
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Frees the connection, also when nothing was read."""
        if self._forgotten.detach() is not None:
            async with self._held:
                await end_snapshot(self._connection)


async def _told(connection: Connection, many: int, *, purchases: bool) -> AsyncIterator[HistoryBatch]:
    async for rows in _fetched(connection, _CUSTOMERS, many):
        yield HistoryBatch(customers=[customer_of(row) for row in rows])
    async for rows in _fetched(connection, _MERGES, many):
        # Whoever took one over before it was merged away is to see it go.
        yield HistoryBatch(customers=[merge_of(row).gone() for row in rows])
    async for rows in _fetched(connection, _AUTHORS, many):
        yield HistoryBatch(authors=[author_of(row) for row in rows])
    async for rows in _fetched(connection, _CATEGORIES, many):
        yield HistoryBatch(categories=[category_of(row) for row in rows])
    async for rows in _fetched(connection, _BOOKS, many):
        yield HistoryBatch(books=[book_of(row) for row in rows])
    async for rows in _fetched(connection, _REVIEWS, many):
        yield HistoryBatch(reviews=[review_of(row) for row in rows])
    if not purchases:
        return
    async for rows in _fetched(connection, _ORDERS, many):
        for some in _with_bounded_lines(rows):
            lines = await ORDER_STATEMENTS.lines_of(connection, [row["id"] for row in some])
            yield HistoryBatch(orders=[order_of(row, lines[row["id"]]) for row in some])
    async for rows in _fetched(connection, _RETURNS, many):
        for some in _with_bounded_lines(rows):
            lines = await RETURN_STATEMENTS.lines_of(connection, [row["id"] for row in some])
            yield HistoryBatch(returns=[return_of(row, lines[row["id"]]) for row in some])


def _with_bounded_lines(rows: Iterable[Record]) -> Iterator[list[Record]]:
    """The rows in groups that have at most BATCH_LINES lines together, or one row that has more."""
    group: list[Record] = []
    lines = 0
    for row in rows:
        lines += row["line_count"]
        if group and lines > BATCH_LINES:
            yield group
            group, lines = [], row["line_count"]
        group.append(row)
    if group:
        yield group


async def _fetched(connection: Connection, statement: Statement, many: int) -> AsyncIterator[list[Record]]:
    cursor = await connection.cursor(statement.sql)
    while rows := await cursor.fetch(many):
        yield rows


# ---- taking over


class _Aggregate(Protocol):
    @property
    def id(self) -> UUID: ...

    @property
    def lifecycle(self) -> Lifecycle: ...


A = TypeVar("A", bound=_Aggregate)
_Key = tuple[object, ...]
_ASIDE: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")
_TAKE_WATERMARK = Statement(
    text(
        """
        INSERT INTO events (position, type, aggregate, aggregate_id, version, at, by, changed, data)
        SELECT :watermark, 'history.taken', 'history', '00000000-0000-0000-0000-000000000000', 1, now(), 'history',
               '{}', '{}'
        WHERE :watermark > (SELECT coalesce(max(position), 0) FROM events)
        """
    ).bindparams(bindparam("watermark", type_=BigInteger)),
    name="events.take_watermark",
)
_MOVE_ON = Statement(
    text("SELECT setval('events_position_seq', greatest(:watermark, last_value)) FROM events_position_seq").bindparams(
        bindparam("watermark", type_=BigInteger)
    ),
    name="events.move_on",
)


class PostgresHistorySink:
    """Takes a history over in one transaction: readers see all of it and its watermark at once, or nothing of it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def write(self, history: History) -> int:
        """Takes new rows and those of a later version than here; returns how many. Events stay where they are.

        Raises the errors of the uniqueness rules when the history disagrees with rows that it does not have.
        """
        async with transaction(self._pool) as connection:
            taken = await _take(connection, history)
        if taken >= MANY:
            await look_over(self._pool)
        return taken


async def _take(connection: Connection, history: History) -> int:
    taken = 0
    late = history.watermark >= await _WATERMARK.fetchval(connection)
    async for batch in history.batches:
        taken += await _CUSTOMER_MERGE.take(connection, batch.customers, late=late)
        taken += await _AUTHOR_MERGE.take(connection, batch.authors, late=late)
        taken += await _CATEGORY_MERGE.take(connection, batch.categories, late=late)
        taken += await _BOOK_MERGE.take(connection, batch.books, late=late)
        if batch.books:
            await relink(connection, [one.id for one in batch.books])
        taken += await _REVIEW_MERGE.take(connection, batch.reviews, late=late)
        taken += await _ORDER_MERGE.take(connection, batch.orders, late=late)
        taken += await _RETURN_MERGE.take(connection, batch.returns, late=late)
    for merge in (_CUSTOMER_MERGE, _AUTHOR_MERGE, _CATEGORY_MERGE, _BOOK_MERGE, _REVIEW_MERGE):
        await merge.end(connection)
    if await _TAKE_WATERMARK.affected(connection, watermark=history.watermark):
        await _MOVE_ON.fetchval(connection, watermark=history.watermark)
    return taken


class _Merge(Generic[A]):
    """Takes rows of one kind over.

    `keys` are the columns that are unique among living rows, alone or together, with their values. A key may have
    changed hands, and its old owner may come in a later batch: so it is set aside first, and at the end those that
    nothing came for are put back, where the unique index judges them.
    """

    def __init__(self, kind: Kind[A], keys: Mapping[tuple[str, ...], Callable[[A], _Key | None]] | None = None) -> None:
        table = kind.rows.table
        self._kind = kind
        self._keys = keys or {}
        self._merge = _merge_statement(kind)
        self._set_aside = {names: _set_aside_statement(table, names) for names in self._keys}
        self._put_back = (
            Statement(
                update(table).values(deleted_at=null()).where(table.c.deleted_at == _ASIDE),
                name=f"{table.name}.put_back",
            )
            if self._keys
            else None
        )

    async def take(self, connection: Connection, rows: Iterable[A], *, late: bool) -> int:
        """Returns how many were new or later than here.

        With `late` the history is no older than what is here: then it is right, too, where rows follow what others do.
        """
        newest: dict[UUID, A] = {}
        for row in rows:
            before = newest.get(row.id)
            if before is None or before.lifecycle.version < row.lifecycle.version:
                newest[row.id] = row
        if not newest:
            return 0
        for names, key in self._keys.items():
            owners = {row.id: value for row in newest.values() if not row.lifecycle.deleted and (value := key(row))}
            if owners:
                values = zip(*owners.values(), strict=True)
                keys = {f"keys_{name}": list(column) for name, column in zip(names, values, strict=True)}
                await self._set_aside[names].execute(connection, ids=list(owners), **keys)
        added = self._kind.adding_many(list(newest.values()))
        if self._kind.follows:
            added["late"] = late
        taken: int = await self._merge.fetchval(connection, **added)
        return taken

    async def end(self, connection: Connection) -> None:
        """Puts back what was set aside and not taken over."""
        if self._put_back is not None:
            await self._put_back.execute(connection)


def _merge_statement(kind: Kind[Any]) -> Statement:
    table = kind.rows.table
    added = kind.rows.insert_many(None)
    later = added.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={one.name: added.excluded[one.name] for one in kind.rows.columns if not one.primary_key},
        where=or_(table.c.version < added.excluded.version, *_followed(kind, added.excluded)),
    )
    taken = later.returning(table.c.id).cte("taken")
    question = select(func.count()).select_from(taken)
    if kind.lines is not None:
        rows = kind.lines.rows
        owner, number, *rest = rows.table.columns
        lines = rows.insert_many(taken, owner)
        question = question.add_cte(
            lines.on_conflict_do_update(
                index_elements=[owner, number], set_={one.name: lines.excluded[one.name] for one in rest}
            ).cte("lines_taken")
        )
    return Statement(question, name=f"{table.name}.merge")


def _followed(kind: Kind[Any], given: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[bool]]:
    """The same version of a row, which shows something else of others."""
    table = kind.rows.table
    if not kind.follows:
        return []
    differs = or_(*[table.c[name].is_distinct_from(given[name]) for name in kind.follows])
    return [and_(bindparam("late", type_=Boolean()), table.c.version == given.version, differs)]


def _set_aside_statement(table: Table, names: tuple[str, ...]) -> Statement:
    given = {name: bindparam(f"keys_{name}", type_=ARRAY(bound(table.c[name].type))) for name in names}
    owners = unnested("owners", {"id": bindparam("ids", type_=ARRAY(Uuid)), **given})
    others = update(table).values(deleted_at=_ASIDE)
    same = [table.c[name] == owners.c[name] for name in names]
    return Statement(
        others.where(*same, table.c.id != owners.c.id, table.c.deleted_at.is_(None)), name=f"{table.name}.set_aside"
    )


def _email(customer: Customer) -> _Key | None:
    email = customer.details.email
    return None if email is None else (email.value,)


def _reference(customer: Customer) -> _Key | None:
    return None if customer.details.reference is None else (customer.details.reference,)


def _code(category: Category) -> _Key | None:
    return None if category.details.code is None else (category.details.code,)


_CUSTOMER_MERGE = _Merge(CUSTOMERS, {("email",): _email, ("reference",): _reference})
_AUTHOR_MERGE = _Merge(AUTHORS, {("name_key",): lambda one: (one.key,)})
_CATEGORY_MERGE = _Merge(CATEGORIES, {("path",): lambda one: (one.path,), ("code",): _code})
_BOOK_MERGE: _Merge[Book] = _Merge(BOOKS, {("isbn",): lambda one: (one.details.isbn.value,)})
_REVIEW_MERGE = _Merge(REVIEWS_TOLD, {("customer_id", "book_id"): lambda one: (one.customer_id, one.book_id)})
_ORDER_MERGE = _Merge(ORDERS)
_RETURN_MERGE = _Merge(RETURNS)
