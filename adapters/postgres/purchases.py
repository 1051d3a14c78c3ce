"""Facts about purchases, counted by PostgreSQL."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.events import REVISION
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.sql.purchases import SqlPurchaseView
from adapters.sql.rows import Row
from adapters.sql.tables import events
from application.ports.purchases import PurchaseView, Told

_WATERMARK = Statement(
    select(func.coalesce(func.max(events.c.position), 0).label("position")), name="analytics.watermark"
)

# What is counted within the deadline at five million lines. Beyond, a warehouse is the place to ask
# (docs/decisions/0024-affinity.md).
MOST_PAIRS = 5_000_000
# Some seconds of its time. Beyond, a warehouse is the place to ask (docs/decisions/0025-basket-rules.md).
MOST_BASKET_ITEMS = 1_000_000


@cache
def _prepared(statement: Select[Any], name: str) -> Statement:
    # Statements are built once a shape, so there are as many as there are shapes.
    return Statement(statement, name=name)


class PostgresPurchaseFacts:
    """The shared statements, each question in one read-only REPEATABLE READ transaction.

    Questions go to the pool `apart` where there is one, so that nothing else waits for them. The revision is asked for
    on `pool`, since it takes no longer than what else is asked there. A question of more than `most_pairs` pairs, or
    about more than `most_basket_items`, is not for it.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        apart: Pool | None = None,
        most_pairs: int = MOST_PAIRS,
        most_basket_items: int = MOST_BASKET_ITEMS,
    ) -> None:
        self._requests = pool
        self._pool = apart or pool
        self._most_pairs = most_pairs
        self._most_basket_items = most_basket_items

    @property
    def store(self) -> str:
        """As health answers name it."""
        return "postgres"

    async def revision(self) -> str:
        """How many events are committed, and which is the last."""
        row = await read(self._requests, REVISION.fetchrow)
        return ".".join(str(one) for one in row or ())

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """Asked a second time when the connection was lost."""

        async def ask(connection: Connection) -> Told:
            # One snapshot for all statements of a question, and no chance of a write.
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await question(_view(connection, self._most_pairs, self._most_basket_items))

        return await read(self._pool, ask)


def _view(connection: Connection, most_pairs: int, most_basket_items: int) -> SqlPurchaseView:
    async def run(name: str, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row]:
        prepared = _prepared(statement, name)
        rows: Sequence[Row] = await prepared.fetch(connection, **{one: values[one] for one in prepared.required})
        return rows

    async def watermark() -> int:
        position: int = await _WATERMARK.fetchval(connection)
        return position

    return SqlPurchaseView(run, watermark, most_pairs=most_pairs, most_basket_items=most_basket_items)
