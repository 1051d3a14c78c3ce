"""Orders and returns in PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Column, String, Table, Uuid, any_, bindparam, select

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.listing import ListStatements
from adapters.postgres.order_rows import (
    ORDER_LINE_OUTPUT,
    ORDER_OUTPUT,
    ORDERS,
    RETURN_LINE_OUTPUT,
    RETURN_OUTPUT,
    RETURNS,
    Row,
    order_of,
    order_read_of,
    return_of,
    return_read_of,
)
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import order_lines, orders, return_lines, returns
from application.errors import NotFound
from application.listing import Listing, Page
from application.orders.models import OrderRead, ReturnRead
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.ids import OrderId

Read = TypeVar("Read", OrderRead, ReturnRead)
Whole = TypeVar("Whole", Order, Return)


class _WithLines:
    """The statements of a table whose rows have lines: orders, or returns."""

    def __init__(
        self, table: Table, output: Sequence[Column[Any]], lines: Table, line_output: Sequence[Column[Any]]
    ) -> None:
        owner, number, *_ = lines.columns
        self._heads = len(output)
        self._lists = ListStatements(table, output)
        self._get = Statement(
            select(*output, *line_output)
            .select_from(table.join(lines, owner == table.c.id))
            .where(table.c.id == bindparam("id"))
            .order_by(number),
            name=f"{table.name}.get",
        )
        self._find = Statement(
            select(*output).where(
                table.c.channel == bindparam("channel"),
                table.c.reference == any_(bindparam("references", type_=ARRAY(String))),
            ),
            name=f"{table.name}.find_by_references",
        )
        self._lines = Statement(
            select(owner, *line_output)
            .where(owner == any_(bindparam("ids", type_=ARRAY(Uuid))))
            .order_by(owner, number),
            name=f"{lines.name}.of_many",
        )

    async def get(self, pool: Pool, row_id: UUID) -> tuple[Row, list[Row]] | None:
        """A row and its lines, as of one moment since they come of one statement."""
        rows = await read(pool, lambda connection: self._get.fetch(connection, id=row_id))
        return (rows[0], [row[self._heads :] for row in rows]) if rows else None

    async def find(
        self,
        pool: Pool,
        channel: str,
        references: Sequence[str],
        build: Callable[[Row, Sequence[Row]], Whole],
    ) -> Mapping[str, Whole]:
        """The aggregates of a channel that have these references."""

        async def both(connection: Connection) -> tuple[list[Record], Mapping[UUID, Sequence[Row]]]:
            rows = await self._find.fetch(connection, channel=channel, references=list(references))
            return rows, await self.lines_of(connection, [row["id"] for row in rows])

        # The lines may be later than the rows, when somebody saves in between: the version of the row then is no
        # longer the present one, and whoever saves upon it is told so.
        rows, lines = await read(pool, both)
        return {row["reference"]: build(row, lines[row["id"]]) for row in rows}

    async def lines_of(self, connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Row]]:
        """The lines of many rows, by the ids of those."""
        found: dict[UUID, list[Row]] = {one: [] for one in ids}
        if found:
            for line in await self._lines.fetch(connection, ids=list(ids)):
                found[line[0]].append(line[1:])
        return found

    async def page(
        self, pool: Pool, listing: Listing, build: Callable[[Row, Sequence[Row] | None], Read]
    ) -> Page[Read]:
        """A page of read models, their lines by one more statement where they are wanted."""
        page = await self._lists.ask(pool, listing)
        if "lines" not in listing.expand:
            items = [build(row, None) for row in page.items]
        else:
            ids = [row["id"] for row in page.items]
            lines = await read(pool, lambda connection: self.lines_of(connection, ids))
            items = [build(row, lines[row["id"]]) for row in page.items]
        return Page(items=items, has_more=page.has_more, total=page.total)


ORDER_STATEMENTS = _WithLines(orders, ORDER_OUTPUT, order_lines, ORDER_LINE_OUTPUT)
RETURN_STATEMENTS = _WithLines(returns, RETURN_OUTPUT, return_lines, RETURN_LINE_OUTPUT)


class PostgresOrderRepository:
    """Orders for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, order_id: OrderId) -> Order:
        """With its lines. Raises NotFound."""
        found = await ORDER_STATEMENTS.get(self._pool, order_id)
        if found is None:
            raise NotFound("order", order_id)
        return order_of(*found)

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Order]:
        """The orders of a channel that have these references."""
        return await ORDER_STATEMENTS.find(self._pool, channel, references, order_of)

    def add(self, order: Order) -> None:
        """Keeps a new order and its lines at commit."""
        self._pending.add(ORDERS, order)

    def add_many(self, orders: Iterable[Order]) -> None:
        """As `add` for each, in two statements' worth of arrays."""
        self._pending.add_many(ORDERS, orders)

    def save(self, order: Order) -> Order:
        """Keeps a changed order at commit, under the next version."""
        saved = replace(order, lifecycle=order.lifecycle.next_version())
        self._pending.save(ORDERS, saved)
        return saved


class PostgresReturnRepository:
    """Returns for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Return]:
        """The returns of a channel that have these references."""
        return await RETURN_STATEMENTS.find(self._pool, channel, references, return_of)

    def add(self, recorded: Return) -> None:
        """Keeps a new return and its lines at commit."""
        self._pending.add(RETURNS, recorded)

    def add_many(self, returns: Iterable[Return]) -> None:
        """As `add` for each, in one statement."""
        self._pending.add_many(RETURNS, returns)


class PostgresOrderReader:
    """Orders for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, order_id: UUID) -> OrderRead:
        """With its lines. Raises NotFound."""
        found = await ORDER_STATEMENTS.get(self._pool, order_id)
        if found is None:
            raise NotFound("order", order_id)
        return order_read_of(*found)

    async def list(self, listing: Listing) -> Page[OrderRead]:
        """One page in the order asked for; with lines when asked."""
        return await ORDER_STATEMENTS.page(self._pool, listing, order_read_of)


class PostgresReturnReader:
    """Returns for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, return_id: UUID) -> ReturnRead:
        """With its lines. Raises NotFound."""
        found = await RETURN_STATEMENTS.get(self._pool, return_id)
        if found is None:
            raise NotFound("return", return_id)
        return return_read_of(*found)

    async def list(self, listing: Listing) -> Page[ReturnRead]:
        """One page in the order asked for; with lines when asked."""
        return await RETURN_STATEMENTS.page(self._pool, listing, return_read_of)
