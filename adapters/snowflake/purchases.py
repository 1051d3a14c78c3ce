"""Facts about purchases, counted by Snowflake."""

# ruff: noqa: S608  # names of tables that the settings were asked about alone go into the text

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, text

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.facts import of_facts
from adapters.snowflake.following import newest
from adapters.snowflake.names import FactNames
from adapters.sql.purchases import SqlPurchaseView
from adapters.sql.rows import Row
from application.errors import Unavailable
from application.ports.purchases import PurchaseView, Told

_TRIES = 5


class SnowflakePurchaseFacts:
    """The shared statements over one generation of the facts, which is the same for all parts of a question.

    The place of a generation is there for as long as all its facts are: when it is still there after a question, the
    question has seen all of them. Views of somebody else's have no generations to choose from; there the newest place
    has to be the same after a question as before it.
    """

    def __init__(self, warehouse: Warehouse, names: FactNames) -> None:
        self._warehouse = warehouse
        self._names = names
        told = ["generation", "watermark", *([] if names.views else ["synced_at"])]
        self._newest = text(newest(names, told))
        self._same = text(f"SELECT {', '.join(told)} FROM {names.places} WHERE generation = :generation")

    @property
    def store(self) -> str:
        """As health answers name it."""
        return "snowflake"

    async def revision(self) -> str:
        """Which generation is the newest; no other one was written at the same moment."""
        return ".".join(str(one) for one in (await self._place()).values())

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """Asked again, of what is there then, when the facts were written anew meanwhile.

        Raises Unavailable when that happens faster than it is answered, and while there is no warehouse.
        """
        for _ in range(_TRIES):
            place = await self._place()
            failure: Exception | None = None
            try:
                answer = await question(self._view(place))
            except Exception as error:  # raised below, unless it came of rows that do not go together
                failure = error
            if not await self._holds(place):
                continue
            if failure is not None:
                raise failure
            return answer
        raise Unavailable("the warehouse is being written anew: ask again in a moment", retry_after=10)

    async def _place(self) -> RowMapping:
        rows = await self._warehouse.ask("facts.place", self._newest)
        if not rows:
            raise Unavailable("the warehouse was never written: run `daybook warehouse sync`", retry_after=10)
        return rows[0]

    async def _holds(self, place: RowMapping) -> bool:
        if self._names.views:
            return await self._warehouse.ask("facts.place", self._newest) == [place]
        return await self._warehouse.ask("facts.same_place", self._same, {"generation": place["generation"]}) == [place]

    def _view(self, place: RowMapping) -> SqlPurchaseView:
        chosen = {} if self._names.views else {"generation": int(place["generation"])}

        async def run(name: str, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Row]:
            return await self._warehouse.ask(name, of_facts(statement, self._names), {**values, **chosen})

        async def watermark() -> int:
            return int(place["watermark"])

        return SqlPurchaseView(run, watermark, flat=True)
