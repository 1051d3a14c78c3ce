"""What the embedded warehouse tells beyond its statements: what is counted from what baskets and customers hold."""

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from adapters.duckdb.asking import Asking
from adapters.duckdb.holdings import Holdings, alone_and_repeated
from adapters.duckdb.memory import Memory
from adapters.duckdb.ranking import FirstPairs
from adapters.duckdb.zones import latest_day
from adapters.sql import holdings
from adapters.sql.purchases import SqlPurchaseView
from adapters.sql.rows import whole
from adapters.sql.scope import Shape, scope_values
from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.facts import By
from domain.analytics.pairs import NeighbourFacts, PairQuestion, PairTotals, PopularFacts, Unit, nearest
from domain.analytics.scope import Scope

# A question that was given up is heard of between two blocks.
_ITEMS_AT_ONCE: Final = 200
_BYTES_A_LINE: Final = 32
"""What a line takes of the memory while holdings are made."""


def _holdings_kept() -> Memory[Holdings]:
    return Memory(2)


def _names_kept() -> Memory[Mapping[str, str]]:
    # A comparison takes two of them.
    return Memory(4)


@dataclass(frozen=True, slots=True)
class Kept:
    """What questions leave for the next ones: holdings of two scopes at most, or of baskets and of customers of one."""

    holdings: Memory[Holdings] = field(default_factory=_holdings_kept)
    names: Memory[Mapping[str, str]] = field(default_factory=_names_kept)


class DuckDbPurchaseView(SqlPurchaseView):
    """The shared statements, and arrays for pairs.

    Of more lines than fit into `most_bytes` the statements count pairs, too, on the disk.
    """

    def __init__(self, asking: Asking, kept: Kept, *, most_bytes: int) -> None:
        super().__init__(asking.rows, asking.watermark, flat=True)
        self._asking = asking
        self._kept = kept
        lines = sum(one.sale_rows for one in asking.manifest.segments)
        self._fits = lines * _BYTES_A_LINE <= most_bytes

    async def currencies(self) -> Sequence[str]:
        """Sorted; of a warehouse that nothing was taken back from, without a look at the facts."""
        manifest = self._asking.manifest
        if any(one.withdrawn for one in manifest.segments):
            return await super().currencies()
        return sorted(manifest.currencies)

    async def units(self, scope: Scope, unit: Unit) -> int:
        """How many purchases, or known customers with one."""
        if unit is Unit.BASKET or not self._fits:
            return await super().units(scope, unit)
        return (await self._holdings(scope, unit, By.PRODUCT)).owners

    async def pairs(self, scope: Scope, question: PairQuestion) -> PairTotals:
        """The first pairs."""
        if not self._fits:
            return await super().pairs(scope, question)
        held = await self._holdings(scope, question.unit, question.by)
        found = FirstPairs(question, held.counts)

        def count(items: Sequence[int]) -> None:
            found.add(*held.pairs_of(items, least=question.least))

        async for items in _blocks(held.frequent(question.least)):
            await self._asking.apart(partial(count, items))
        return await self._asking.apart(lambda: found.totals(held.keys))

    async def neighbours(
        self, scope: Scope, product: str | None, *, least: int, limit: int
    ) -> Sequence[NeighbourFacts]:
        """The products most like one, or like each."""
        if not self._fits:
            return await super().neighbours(scope, product, least=least, limit=limit)
        held = await self._holdings(scope, Unit.CUSTOMER, By.PRODUCT)
        wanted = held.frequent(least) if product is None else held.items([product])

        def near(items: Sequence[int]) -> list[NeighbourFacts]:
            facts = (fact for item in items for fact in held.neighbours(item, least=least, limit=limit))
            return list(nearest(facts, limit))

        found: list[NeighbourFacts] = []
        async for items in _blocks(wanted):
            found += await self._asking.apart(partial(near, items))
        return found

    async def beside(self, scope: Scope, customer: UUID, *, least: int) -> Sequence[NeighbourFacts]:
        """What a customer bought beside what it has not."""
        if not self._fits:
            return await super().beside(scope, customer, least=least)
        held = await self._holdings(scope, Unit.CUSTOMER, By.PRODUCT)
        own = held.items(await self._own(scope, customer))
        return await self._asking.apart(lambda: list(held.beside(own, least=least)))

    async def popular(
        self, scope: Scope, customer: UUID | None, *, limit: int, of_own_categories: bool
    ) -> Sequence[PopularFacts]:
        """What most customers bought and this one has not."""
        if of_own_categories or not self._fits:
            return await super().popular(scope, customer, limit=limit, of_own_categories=of_own_categories)
        held = await self._holdings(scope, Unit.CUSTOMER, By.PRODUCT)
        own = frozenset() if customer is None else await self._own(scope, customer)
        others = [
            PopularFacts(key=key, customers=many) for key, many in held.most_held(limit + len(own)) if key not in own
        ]
        return others[:limit]

    async def names(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """What products are called."""
        names = await self._names(scope) if keys else {}
        return {key: names[key] for key in keys if key in names}

    async def basket_items(self, scope: Scope, by: By, *, least: int) -> Sequence[ItemFacts]:
        """What is in enough baskets."""
        if not self._fits:
            return await super().basket_items(scope, by, least=least)
        held = await self._holdings(scope, Unit.BASKET, by)
        names = await self._names(scope) if by is By.PRODUCT else {}
        keys = ((held.keys[item], int(held.counts[item])) for item in held.frequent(least))
        return [ItemFacts(key=key, name=names.get(key), baskets=baskets) for key, baskets in keys]

    async def item_sets(self, scope: Scope, by: By, *, least: int) -> Baskets:
        """What each basket holds of that."""
        if not self._fits:
            return await super().item_sets(scope, by, least=least)
        held = await self._holdings(scope, Unit.BASKET, by)
        return await self._asking.apart(lambda: held.sets(least))

    async def _distinct_items(self, scope: Scope) -> int:
        """Lines, less what single purchases hold twice: seldom anything, so that it alone is made distinct."""
        if not self._fits:
            return await super()._distinct_items(scope)
        shape, values = self._shape(scope), scope_values(scope)
        found = await self._asking.columns("holdings.marks", holdings.marks(shape), values)
        alone, repeated = await self._asking.apart(lambda: alone_and_repeated(found["mark"]))
        if not repeated:
            return alone
        values = {**values, "marks": repeated}
        return alone + whole((await self._run("holdings.marked", holdings.items_marked(shape), values))[0]["items"])

    async def _own(self, scope: Scope, customer: UUID) -> frozenset[str]:
        values = {**scope_values(scope), "customer": customer}
        rows = await self._run("holdings.own_keys", holdings.own_keys(self._shape(scope)), values)
        return frozenset(row["key"] for row in rows)

    async def _holdings(self, scope: Scope, unit: Unit, by: By) -> Holdings:
        shape, values = self._shape(scope), scope_values(scope)

        async def made() -> Holdings:
            keys = [row["key"] for row in await self._run("holdings.keys", holdings.keys(shape, by), values)]
            statement = holdings.held(shape, unit, by)
            lines = await self._asking.columns("holdings.held", statement, {**values, "keys": keys})
            return await self._asking.apart(lambda: Holdings(lines["owner"], lines["item"], keys))

        return await self._kept.holdings.recalled((scope, unit, by), self._state(scope), made)

    async def _names(self, scope: Scope) -> Mapping[str, str]:
        async def made() -> Mapping[str, str]:
            rows = await self._run("holdings.names", holdings.names(self._shape(scope)), scope_values(scope))
            return {row["key"]: row["name"] for row in rows if row["name"] is not None}

        return await self._kept.names.recalled(scope, self._state(scope), made)

    def _shape(self, scope: Scope) -> Shape:
        manifest = self._asking.manifest
        latest = manifest.latest
        ended = latest is not None and latest_day(scope.tz, latest) < scope.as_of
        return Shape.of(scope, flat=True, everything=ended and manifest.currencies == {scope.currency})

    def _state(self, scope: Scope) -> Hashable:
        """What stays the same while nothing within the scope changes: books have the names, authors and categories."""
        manifest = self._asking.manifest
        return manifest.last_change_before(scope.as_of), manifest.books


async def _blocks(items: Sequence[int]) -> AsyncIterator[Sequence[int]]:
    for start in range(0, len(items), _ITEMS_AT_ONCE):
        yield items[start : start + _ITEMS_AT_ONCE]
