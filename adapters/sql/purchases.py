"""The view of purchases that all SQL engines share: which statements answer which question, and rows to facts."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select

from adapters.sql import analytics, basket_rules, comparison, pareto, retention, rfm
from adapters.sql.affinity_view import SqlAffinityView
from adapters.sql.lifetime_view import SqlLifetimeView
from adapters.sql.rows import Row, Run
from adapters.sql.rows import amount as _amount
from adapters.sql.rows import day as _day
from adapters.sql.rows import whole as _whole
from adapters.sql.scope import scope_values
from application.ports.purchases import Scores
from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.comparison import MovementFacts, MoverFacts
from domain.analytics.facts import (
    BuyerFacts,
    By,
    CellFacts,
    CohortFacts,
    Cuts,
    Dimension,
    EarnerFacts,
    Metric,
    ParetoFacts,
    PeriodFacts,
    ProductFacts,
    ProductTotals,
    RfmHistograms,
    ScoredBuyer,
    Scoring,
    SummaryFacts,
)
from domain.analytics.periods import Period
from domain.analytics.scope import Scope
from domain.shared.money import EXACT

# Which period a row is of, or which cohort in which period.
Place = TypeVar("Place", date, tuple[date, date])


_NOTHING: Mapping[str, int] = {"units": 0, "revenue": 0}


class SqlPurchaseView(SqlAffinityView, SqlLifetimeView):
    """One view of a SQL store, whose statements `run` sends to it and whose `watermark` it knows.

    One question may count `most_pairs` pairs and be about `most_basket_items`, or as many as there are. `flat` says
    whether the store keeps facts, as a `Shape` tells them.
    """

    def __init__(
        self,
        run: Run,
        watermark: Callable[[], Awaitable[int]],
        *,
        flat: bool = False,
        most_pairs: int | None = None,
        most_basket_items: int | None = None,
    ) -> None:
        super().__init__(run, flat=flat)
        self._watermark = watermark
        self._most_pairs = most_pairs
        self._most_basket_items = most_basket_items

    async def watermark(self) -> int:
        """The position of the last event that this view reflects."""
        return await self._watermark()

    async def currencies(self) -> Sequence[str]:
        """Sorted."""
        return [row["currency"] for row in await self._run("analytics.currencies", analytics.currencies(), {})]

    async def summary(self, scope: Scope) -> SummaryFacts:
        """The whole scope in a few numbers."""
        shape = self._shape(scope)
        orders = await self._one("analytics.purchases", analytics.purchases_counted(shape), scope)
        lines = await self._one("analytics.lines", analytics.lines_counted(shape), scope)
        back: Row = _NOTHING
        if shape.returns:
            back = await self._one("analytics.returns", analytics.returns_counted(shape), scope)
        return SummaryFacts(
            customers=_whole(orders["customers"]),
            orders=_whole(orders["orders"]),
            orders_without_customer=_whole(orders["orders"]) - _whole(orders["known_orders"]),
            basket_items=await self._distinct_items(scope),
            products=_whole(lines["products"]),
            units=_whole(lines["units"]) - _whole(back["units"]),
            revenue=EXACT.subtract(_amount(lines["revenue"]), _amount(back["revenue"])),
            returned_units=_whole(back["units"]),
            returned_revenue=_amount(back["revenue"]),
        )

    async def _distinct_items(self, scope: Scope) -> int:
        """The distinct products of each purchase added up."""
        statement = analytics.baskets_counted(self._shape(scope))
        return _whole((await self._one("analytics.baskets", statement, scope))["items"])

    async def revenue(self, scope: Scope, period: Period) -> Sequence[PeriodFacts]:
        """The periods in which something happened."""
        shape = self._shape(scope)
        orders = await self._by_start("analytics.orders_by_period", analytics.orders_by_period(shape, period), scope)
        new = await self._by_start("analytics.new_customers", analytics.new_customers_by_period(shape, period), scope)
        lines = await self._by_start("analytics.lines_by_period", analytics.lines_by_period(shape, period), scope)
        back: Mapping[date, Row] = {}
        if shape.returns:
            back = await self._by_start(
                "analytics.returns_by_period", analytics.returns_by_period(shape, period), scope
            )
        return [
            PeriodFacts(
                start=start,
                orders=_value(orders, start, "orders"),
                units=_value(lines, start, "units") - _value(back, start, "units"),
                revenue=EXACT.subtract(_amount_in(lines, start), _amount_in(back, start)),
                customers=_value(orders, start, "customers"),
                new_customers=_value(new, start, "customers"),
            )
            for start in sorted(orders.keys() | back.keys())
        ]

    async def products(self, scope: Scope, by: By, metric: Metric, limit: int) -> ProductTotals:
        """The first products, authors or categories."""
        shape = self._shape(scope)
        values = {**scope_values(scope), "limit": limit}
        top = await self._run("analytics.top_products", analytics.top_products(shape, by, metric), values)
        orders = await self._one("analytics.purchases", analytics.purchases_counted(shape), scope)
        whole = top[0] if top else None
        if by is not By.PRODUCT:
            whole = await self._one("analytics.positive_totals", analytics.positive_totals(shape), scope)
        return ProductTotals(
            top=[_product(row) for row in top],
            count=_whole(top[0]["found"]) if top else 0,
            positive_revenue=_amount(whole["positive_revenue"]) if whole else Decimal(0),
            positive_units=_whole(whole["positive_units"]) if whole else 0,
            orders=_whole(orders["orders"]),
            customers=_whole(orders["customers"]),
            unattributed_lines=await self._unattributed(scope, Dimension(by)),
        )

    async def pareto(self, scope: Scope, dimension: Dimension, limit: int) -> ParetoFacts:
        """How revenue is spread."""
        if dimension is Dimension.CUSTOMER:
            return await self._customers_pareto(scope, limit)
        statement = pareto.earned(self._shape(scope), By(dimension))
        rows = await self._run("pareto.earned", statement, scope_values(scope))
        revenues = [_amount(row["revenue"]) for row in rows]
        top = [row["key"] for row in rows[:limit]]
        names = await self.names(scope, top if dimension is Dimension.PRODUCT else [])
        return ParetoFacts(
            # In the order in which each comes first, which is ascending.
            amounts=list(Counter(reversed(revenues)).items()),
            top=[
                EarnerFacts(key=key, id=None, name=names.get(key), revenue=revenue)
                for key, revenue in zip(top, revenues, strict=False)
            ],
            unattributed_lines=await self._unattributed(scope, dimension),
        )

    async def _customers_pareto(self, scope: Scope, limit: int) -> ParetoFacts:
        shape, values = self._shape(scope), {**scope_values(scope), "limit": limit}
        rows = await self._run("pareto.amounts", pareto.amounts(shape), values)
        top = await self._run("pareto.top_customers", pareto.top_customers(shape), values)
        return ParetoFacts(
            amounts=sorted((_amount(row["revenue"]), _whole(row["items"])) for row in rows),
            top=[
                EarnerFacts(key=row["key"], id=UUID(row["id"]), name=None, revenue=_amount(row["revenue"]))
                for row in top
            ],
            unattributed_lines=await self._unattributed(scope, Dimension.CUSTOMER),
        )

    async def _unattributed(self, scope: Scope, dimension: Dimension) -> int:
        shape = self._shape(scope)
        match dimension:
            case Dimension.PRODUCT:
                return 0
            case Dimension.CUSTOMER:
                lines = await self._one("pareto.no_customer", pareto.lines_without_customer(shape), scope)
            case _:
                statement = analytics.unattributed_lines(shape, By(dimension))
                lines = await self._one("analytics.unattributed", statement, scope)
        return _whole(lines["lines"])

    async def rfm_histograms(self, scope: Scope) -> RfmHistograms:
        """How many customers have each value."""
        rows = await self._run("rfm.histograms", rfm.histograms(self._shape(scope)), scope_values(scope))
        days = [(_day(row["last_day"]), _whole(row["customers"])) for row in rows if row["last_day"] is not None]
        orders = [(_whole(row["orders"]), _whole(row["customers"])) for row in rows if row["orders"] is not None]
        amounts = [(_amount(row["revenue"]), _whole(row["customers"])) for row in rows if row["revenue"] is not None]
        return RfmHistograms(last_days=sorted(days), frequencies=sorted(orders), amounts=sorted(amounts))

    async def rfm_cells(self, scope: Scope, scoring: Scoring) -> Sequence[CellFacts]:
        """The customers of each combination of scores."""
        statement = rfm.cells(self._shape(scope), ntile=not isinstance(scoring, Cuts))
        rows = await self._run("rfm.cells", statement, {**scope_values(scope), **_scoring_values(scoring)})
        return [
            CellFacts(
                r=_whole(row["r"]),
                f=_whole(row["f"]),
                m=_whole(row["m"]),
                customers=_whole(row["customers"]),
                orders=_whole(row["orders"]),
                revenue=_amount(row["revenue"]),
            )
            for row in rows
        ]

    async def rfm_buyers(
        self,
        scope: Scope,
        scoring: Scoring,
        *,
        scores: frozenset[Scores],
        after: tuple[str, UUID] | None,
        limit: int,
    ) -> Sequence[ScoredBuyer]:
        """One page of customers, by key, then by id."""
        fifths = range(1, 6)
        every = ((r, f, m) for r in fifths for f in fifths for m in fifths)
        values = {**scope_values(scope), **_scoring_values(scoring), "limit": limit}
        values["wanted"] = "".join("1" if one in scores else "0" for one in every)
        if after is not None:
            values |= {"after_key": after[0], "after_id": str(after[1])}
        statement = rfm.buyers_page(self._shape(scope), ntile=not isinstance(scoring, Cuts), after=after is not None)
        return [_scored(row) for row in await self._run("rfm.buyers", statement, values)]

    async def prospects(self, scope: Scope) -> int:
        """Living customers without a purchase."""
        return _whole((await self._one("rfm.prospects", rfm.prospects(self._shape(scope)), scope))["customers"])

    async def purchase_days(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many customers bought on how many days."""
        statement = retention.purchase_days(self._shape(scope))
        rows = await self._run("retention.purchase_days", statement, scope_values(scope))
        return sorted((_whole(row["days"]), _whole(row["customers"])) for row in rows)

    async def gaps(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many gaps are how long."""
        rows = await self._run("retention.gaps", retention.gaps(self._shape(scope)), scope_values(scope))
        return sorted((_whole(row["days"]), _whole(row["gaps"])) for row in rows)

    async def cohorts(self, scope: Scope, period: Period) -> Sequence[CohortFacts]:
        """The periods of each cohort."""
        shape, values = self._shape(scope), scope_values(scope)
        bought = _by_cohort(
            await self._run("retention.cohort_purchases", retention.cohort_purchases(shape, period), values)
        )
        back: Mapping[tuple[date, date], Row] = {}
        if shape.returns:
            back = _by_cohort(
                await self._run("retention.cohort_returns", retention.cohort_returns(shape, period), values)
            )
        return [
            CohortFacts(
                cohort=place[0],
                start=place[1],
                customers=_value(bought, place, "customers"),
                last_customers=_value(bought, place, "last_customers"),
                orders=_value(bought, place, "orders"),
                revenue=EXACT.subtract(_amount_in(bought, place), _amount_in(back, place)),
            )
            for place in sorted(bought.keys() | back.keys())
        ]

    async def first_days(self, scope: Scope) -> Sequence[tuple[date, int]]:
        """How many customers bought first on which day."""
        statement = analytics.new_customers_by_period(self._shape(scope), Period.DAY)
        rows = await self._run("analytics.new_customers", statement, scope_values(scope))
        return sorted((_day(row["start"]), _whole(row["customers"])) for row in rows)

    async def movements(self, scope: Scope, before: Scope, by: By, metric: Metric, limit: int) -> MovementFacts:
        """What moved most between two scopes."""
        statement = comparison.movements(self._shape(scope), by, metric)
        values = {**scope_values(scope), **scope_values(before, comparison.BEFORE), "limit": limit}
        rows = await self._run("comparison.movements", statement, values)
        names: Mapping[str, str] = {}
        if by is By.PRODUCT:
            keys = [row["key"] for row in rows]
            names = await self.names(scope, keys)
            names = {**await self.names(before, [key for key in keys if key not in names]), **names}
        exactly: Callable[[Any], Decimal | int] = _amount if metric is Metric.REVENUE else _whole
        return MovementFacts(
            top=[
                MoverFacts(
                    key=row["key"],
                    name=names.get(row["key"]),
                    value=exactly(row["value"]),
                    before=exactly(row["before"]),
                )
                for row in rows
            ],
            count=_whole(rows[0]["found"]) if rows else 0,
            risen=_whole(rows[0]["risen"]) if rows else 0,
            fallen=_whole(rows[0]["fallen"]) if rows else 0,
        )

    @property
    def most_basket_items(self) -> int | None:
        """As the store has it."""
        return self._most_basket_items

    async def basket_items(self, scope: Scope, by: By, *, least: int) -> Sequence[ItemFacts]:
        """What is in enough baskets."""
        values = {**scope_values(scope), "least": least}
        rows = await self._run("basket_rules.items", basket_rules.items(self._shape(scope), by), values)
        return [ItemFacts(key=row["key"], name=row["name"], baskets=_whole(row["baskets"])) for row in rows]

    async def item_sets(self, scope: Scope, by: By, *, least: int) -> Baskets:
        """What each basket holds of that."""
        values = {**scope_values(scope), "least": least}
        rows = await self._run("basket_rules.sets", basket_rules.item_sets(self._shape(scope), by), values)
        # In a thread, since a million sets take a second to read.
        return await asyncio.to_thread(Baskets.of, map(_item_set, rows))

    async def rfm_buyer(self, scope: Scope, scoring: Scoring, customer_id: UUID) -> ScoredBuyer | None:
        """One customer, scored among all."""
        values = {**scope_values(scope), **_scoring_values(scoring), "customer": customer_id}
        statement = rfm.one_buyer(self._shape(scope), ntile=not isinstance(scoring, Cuts))
        rows = await self._run("rfm.one_buyer", statement, values)
        return _scored(rows[0]) if rows else None

    async def favourites(self, scope: Scope, customer_id: UUID, by: By, limit: int) -> Sequence[ProductFacts]:
        """What one customer bought most often."""
        values = {**scope_values(scope), "customer": customer_id, "limit": limit}
        rows = await self._run("analytics.favourites", analytics.favourites(self._shape(scope), by), values)
        return [_product(row) for row in rows]

    async def _by_start(self, name: str, statement: Select[Any], scope: Scope) -> Mapping[date, Row]:
        return {_day(row["start"]): row for row in await self._run(name, statement, scope_values(scope))}


def _scoring_values(scoring: Scoring) -> Mapping[str, Any]:
    return rfm.cut_values(scoring) if isinstance(scoring, Cuts) else {}


def _product(row: Row) -> ProductFacts:
    return ProductFacts(
        key=row["key"],
        name=row["name"],
        revenue=_amount(row["revenue"]),
        units=_whole(row["units"]),
        orders=_whole(row["orders"]),
        customers=_whole(row["customers"]),
    )


def _item_set(row: Row) -> tuple[Sequence[int], int]:
    return [int(item) for item in row["numbers"].split(",")], _whole(row["baskets"])


def _scored(row: Row) -> ScoredBuyer:
    buyer = BuyerFacts(
        key=row["key"],
        id=UUID(row["id"]),
        last_day=_day(row["last_day"]),
        orders=_whole(row["orders"]),
        revenue=_amount(row["revenue"]),
    )
    return ScoredBuyer(buyer=buyer, r=_whole(row["r"]), f=_whole(row["f"]), m=_whole(row["m"]))


def _by_cohort(rows: Sequence[Row]) -> Mapping[tuple[date, date], Row]:
    return {(_day(row["cohort"]), _day(row["start"])): row for row in rows}


def _value(rows: Mapping[Place, Row], place: Place, name: str) -> int:
    return _whole(rows[place][name]) if place in rows else 0


def _amount_in(rows: Mapping[Place, Row], place: Place) -> Decimal:
    return _amount(rows[place]["revenue"]) if place in rows else Decimal(0)
