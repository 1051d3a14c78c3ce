"""The facts of a PostgreSQL store, told to a warehouse: by COPY, from one snapshot."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.connection import Connection
from adapters.postgres.errors import raise_translated, read
from adapters.postgres.events import HISTORY_TAKEN, LAST_NUMBERED, number_waiting
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.transactions import begin_snapshot, end_snapshot
from adapters.sql.facts import FACT_COLUMNS
from adapters.sql.tables import books, customers, events, order_lines, orders, return_lines, returns
from application.ports.warehouse import (
    CHANGE_FACTS,
    CHANGES_NOTHING,
    MOST_CHANGES,
    OF_ANOTHER_LOG,
    TELL_OF_SALES,
    Changed,
    FactPart,
    Facts,
    FactTable,
    Place,
    WarehouseUnreadable,
)

_PART_BYTES = 1 << 20
_AHEAD = 4
_EVENT = events.c
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_AFTER = bindparam("after", type_=BigInteger)
_ZERO: ColumnElement[int] = literal_column("0")
# A snapshot of millions of rows takes longer than any question may.
_NO_TIMEOUT = Statement(text("SET LOCAL statement_timeout = 0"), name="warehouse.no_timeout")
_WATERMARK = select(func.coalesce(func.max(_EVENT.position), _ZERO)).scalar_subquery()
_PLACE = Statement(select(LAST_NUMBERED.c.sequence, _WATERMARK), name="warehouse.place")
_EVENT_AT = select(_EVENT.aggregate_id, _EVENT.version).where(_EVENT.sequence == _AFTER, _EVENT.sequence > _ZERO)
_TAKEN_SINCE = select(func.count()).where(
    _EVENT.type == literal_column(f"'{HISTORY_TAKEN}'"), _EVENT.position > bindparam("watermark", type_=BigInteger)
)
_FIRST_AFTER = (
    select(_EVENT.at)
    .where(_EVENT.sequence > _AFTER, _EVENT.sequence > _ZERO)
    .order_by(_EVENT.sequence)
    .limit(literal_column("1"))
)
_AT = Statement(_EVENT_AT, name="warehouse.event")
# What follows a place: whose it is, whether a history was taken over since, and when its next event happened.
_AFTER_PLACE = Statement(
    select(
        _EVENT_AT.with_only_columns(_EVENT.aggregate_id).scalar_subquery(),
        _EVENT_AT.with_only_columns(_EVENT.version).scalar_subquery(),
        _TAKEN_SINCE.scalar_subquery(),
        _FIRST_AFTER.scalar_subquery(),
    ),
    name="warehouse.behind",
)
_NEW_FACTS = Statement(
    select(
        exists().where(
            _EVENT.sequence > _AFTER,
            _EVENT.sequence > _ZERO,
            _EVENT.aggregate.in_([literal_column(f"'{name}'") for name in TELL_OF_SALES]),
        )
    ),
    name="warehouse.new_facts",
)


def _changed_since() -> Select[Any]:
    """`aggregate`, `aggregate_id` of the events after a sequence, and of those that have none yet."""
    of_facts = _EVENT.aggregate.in_([literal_column(f"'{name}'") for name in CHANGE_FACTS])
    telling = of_facts & (_EVENT.type != literal_column(f"'{CHANGES_NOTHING}'"))
    numbered = select(_EVENT.aggregate, _EVENT.aggregate_id).where(
        telling, _EVENT.sequence > _AFTER, _EVENT.sequence > _ZERO
    )
    waiting = select(_EVENT.aggregate, _EVENT.aggregate_id).where(telling, _EVENT.sequence == _ZERO)
    both = union_all(numbered, waiting).subquery("both")
    return select(both.c.aggregate, both.c.aggregate_id).limit(bindparam("many", type_=BigInteger))


_CHANGED = Statement(_changed_since(), name="warehouse.changed")


def _utc(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone(literal_column("'UTC'"), moment)


def _line(lines: Any, owner: Any) -> Sequence[ColumnElement[Any]]:
    line = lines.c
    return (
        owner.c.currency,
        line.sku,
        line.book_id,
        line.description,
        line.quantity,
        line.unit_price,
        line.amount,
    )


_order, _back = orders.c, returns.c
_counts = _order.status != literal_column("'cancelled'")
_TOLD: dict[FactTable, tuple[Select[Any], ColumnElement[Any]]] = {
    FactTable.ORDERS: (
        select(_order.id, _order.customer_id, _utc(_order.placed_at), _order.currency, _order.subtotal).where(_counts),
        _order.id,
    ),
    FactTable.SALES: (
        select(_order.id, _order.customer_id, _utc(_order.placed_at), *_line(order_lines, orders))
        .join(order_lines, order_lines.c.order_id == _order.id)
        .where(_counts),
        _order.id,
    ),
    FactTable.RETURNS: (
        select(_back.id, _back.customer_id, _utc(_back.returned_at), *_line(return_lines, returns)).join(
            return_lines, return_lines.c.return_id == _back.id
        ),
        _back.id,
    ),
    FactTable.BOOKS: (
        select(books.c.id, books.c.title, books.c.author, func.array_to_json(books.c.categories)),
        books.c.id,
    ),
    FactTable.CUSTOMERS: (
        select(customers.c.id, customers.c.reference, _utc(customers.c.deleted_at)),
        customers.c.id,
    ),
}
_WHOLE = {table: Statement(query, name=f"warehouse.{table}") for table, (query, _) in _TOLD.items()}
_SOME = {
    table: Statement(query.where(key == any_(_IDS)), name=f"warehouse.some_{table}")
    for table, (query, key) in _TOLD.items()
}
if any(len(query.selected_columns) != len(FACT_COLUMNS[table]) for table, (query, _) in _TOLD.items()):
    raise TypeError("the facts that are told are not those that are kept")


class PostgresFactSource:
    """Tells facts from one snapshot, which a connection of the pool is held for meanwhile."""

    def __init__(self, pool: Pool, *, most_changes: int = MOST_CHANGES) -> None:
        self._pool = pool
        self._most_changes = most_changes

    @asynccontextmanager
    async def read(self, after: Place | None) -> AsyncIterator[Facts]:
        """What may have changed, or all there is; without the database's timeout of statements."""
        try:
            await number_waiting(self._pool)
            async with self._pool.acquire() as connection:
                await begin_snapshot(connection)
                try:
                    await _NO_TIMEOUT.execute(connection)
                    yield await self._facts(connection, after)
                finally:
                    await end_snapshot(connection)
        except Exception as error:
            raise_translated(error)

    async def new_facts(self, after: Place) -> bool:
        """Whether there are events of orders or returns."""
        await number_waiting(self._pool)
        return bool(await read(self._pool, lambda connection: _NEW_FACTS.fetchval(connection, after=after.sequence)))

    async def behind(self, after: Place) -> datetime | None:
        """When the next event happened."""
        await number_waiting(self._pool)
        follows, first = await read(self._pool, lambda connection: _after(connection, after))
        if not follows:
            raise WarehouseUnreadable(OF_ANOTHER_LOG)
        return first

    async def _facts(self, connection: Connection, after: Place | None) -> Facts:
        row = await _PLACE.fetchrow(connection)
        sequence, watermark = (row[0], row[1]) if row is not None else (0, 0)
        place = Place(sequence=sequence, watermark=watermark, event=await _event_at(connection, sequence))
        changed = None if after is None else await self._changed(connection, after)
        return Facts(place=place, changed=changed, parts=_parts(connection, changed))

    async def _changed(self, connection: Connection, after: Place) -> Changed | None:
        """None when `after` is no place of this log, or too much has changed since."""
        if not (await _after(connection, after))[0]:
            return None
        rows = await _CHANGED.fetch(connection, after=after.sequence, many=self._most_changes + 1)
        if len(rows) > self._most_changes:
            return None
        ids: dict[str, set[UUID]] = {name: set() for name in CHANGE_FACTS}
        for aggregate, one in rows:
            ids[aggregate].add(one)
        return Changed(
            orders=frozenset(ids["order"]),
            returns=frozenset(ids["return"]),
            books=frozenset(ids["book"]),
            customers=frozenset(ids["customer"]),
        )


async def _event_at(connection: Connection, sequence: int) -> str:
    row = await _AT.fetchrow(connection, after=sequence) if sequence else None
    return "" if row is None else _event(row[0], row[1])


async def _after(connection: Connection, place: Place) -> tuple[bool, datetime | None]:
    """Whether it is a place of this log from which all can be told by events; and when the next one happened."""
    found = await _AFTER_PLACE.fetchrow(connection, after=place.sequence, watermark=place.watermark)
    aggregate_id, version, taken, first = found  # type: ignore[misc]  # a SELECT of subqueries alone has one row
    return (_event(aggregate_id, version) == place.event and not taken), first


def _event(aggregate_id: UUID | None, version: int | None) -> str:
    return "" if aggregate_id is None else f"{aggregate_id}:{version}"


async def _parts(connection: Connection, changed: Changed | None) -> AsyncIterator[FactPart]:
    for table in FactTable:
        if changed is None:
            copied = _copied(connection, _WHOLE[table])
        else:
            ids = getattr(changed, "orders" if table is FactTable.SALES else table.value)
            if not ids:
                continue
            copied = _copied(connection, _SOME[table], list(ids))
        async for rows in copied:
            yield FactPart(table=table, rows=rows)


async def _copied(connection: Connection, statement: Statement, *values: object) -> AsyncIterator[bytes]:
    """The rows of a query as CSV, some megabytes ahead of who reads them."""
    ahead: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
    held = bytearray()

    async def put(rows: bytes) -> None:
        # The server sends a row a message, so that what comes ends where a row does.
        held.extend(rows)
        if len(held) >= _PART_BYTES:
            await ahead.put(bytes(held))
            held.clear()

    async def copy() -> None:
        try:
            await connection.copy_from_query(statement.sql, *values, output=put, format="csv")
            if held:
                await ahead.put(bytes(held))
        except Exception:
            # Whoever reads learns of it below; one who has stopped reading takes nothing any more.
            await ahead.put(None)
            raise
        await ahead.put(None)

    copying = asyncio.create_task(copy())
    try:
        while (rows := await ahead.get()) is not None:
            yield rows
        await copying
    finally:
        if not copying.done():
            copying.cancel()
            await asyncio.gather(copying, return_exceptions=True)
