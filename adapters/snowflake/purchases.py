"""Facts about purchases, counted by Snowflake."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, literal_column, select, table

from adapters.snowflake.engine import Warehouse
from adapters.sql.purchases import SqlPurchaseView
from adapters.sql.rows import Row
from application.errors import Unavailable
from application.ports.purchases import PurchaseView, Told

_TRIES = 5
_WATERMARK: Select[Any] = select(literal_column("position"), literal_column("loads")).select_from(table("watermark"))


class SnowflakePurchaseFacts:
    """The shared statements. Each sees what was committed before it, so a question counts when no load came between.

    Every load moves the watermark or the number of loads, in the transaction of its rows: when both are after a
    question as they were before it, all statements of the question have seen the same rows.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    @property
    def store(self) -> str:
        """As health answers name it."""
        return "snowflake"

    async def revision(self) -> str:
        """Which load was the last one. A warehouse that was emptied and loaded anew begins to count again."""
        position, loads = await self._stamp()
        return f"{position}.{loads}"

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """Asked again when a load came between. Raises Unavailable when loads come faster than answers."""
        for _ in range(_TRIES):
            before = await self._stamp()
            failure: Exception | None = None
            try:
                answer = await question(self._view(before[0]))
            except Exception as error:  # raised below, unless it came of rows that do not go together
                failure = error
            if await self._stamp() != before:
                continue
            if failure is not None:
                raise failure
            return answer
        raise Unavailable("the warehouse is being loaded: ask again in a moment", retry_after=10)

    async def _stamp(self) -> tuple[int, int]:
        (row,) = await self._warehouse.ask("watermark.get", _WATERMARK)
        return int(row["position"]), int(row["loads"])

    def _view(self, position: int) -> SqlPurchaseView:
        async def run(name: str, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row]:
            return await self._warehouse.ask(name, statement, values)

        async def watermark() -> int:
            return position

        return SqlPurchaseView(run, watermark)
