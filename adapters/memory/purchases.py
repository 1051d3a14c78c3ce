"""Facts about purchases, counted in memory: the definition itself, over the rows of the store."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from adapters.memory.store import MemoryStore
from application.ports.purchases import PurchaseView, Scores, Told
from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.comparison import MovementFacts
from domain.analytics.counting import (
    cells,
    count_pareto,
    count_products,
    count_prospects,
    count_revenue,
    count_summary,
    histograms,
    list_buyers,
    list_favourites,
    score,
)
from domain.analytics.counting_affinity import (
    count_bought,
    count_pairs,
    count_pairs_beside,
    count_pairs_within,
    count_units,
    is_customer,
    list_beside,
    list_names,
    list_neighbours,
    list_popular,
)
from domain.analytics.counting_baskets import list_basket_items, list_item_sets
from domain.analytics.counting_comparison import count_first_days, count_movements
from domain.analytics.counting_lifetime import (
    count_late,
    count_repeat_buying,
    count_repeat_spending,
    list_idle_buyers,
    list_repeaters,
)
from domain.analytics.counting_retention import count_cohorts, count_gaps, count_purchase_days
from domain.analytics.facts import (
    BuyerFacts,
    By,
    CellFacts,
    CohortFacts,
    Dimension,
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
from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_facts import (
    BuyingFacts,
    IdleBuyer,
    Late,
    LateFacts,
    Repeater,
    RepeatHistory,
    SpendingFacts,
    is_late,
)
from domain.analytics.pairs import NeighbourFacts, PairQuestion, PairTotals, PopularFacts, Unit
from domain.analytics.periods import Period
from domain.analytics.scope import Scope

# Some seconds of one thread, and less than a gigabyte, where all of them differ.
MOST_PAIRS = 5_000_000


class Run(Protocol):
    """Gives what its work gives, from wherever it has it done."""

    async def __call__(self, work: Coroutine[Any, Any, Told], /) -> Told:
        """Cancelled, it cancels the work."""
        ...


async def _here(work: Coroutine[Any, Any, Told], /) -> Told:
    return await work


class MemoryPurchaseView:
    """The rows as they were at one moment. Counting is done in a thread, so that the event loop goes on."""

    def __init__(self, history: PurchaseHistory, watermark: int, most_pairs: int | None = None) -> None:
        self._history = history
        self._watermark = watermark
        self._most_pairs = most_pairs
        self._buyers: dict[Scope, Sequence[BuyerFacts]] = {}

    async def watermark(self) -> int:
        """The position of the last event."""
        return self._watermark

    async def currencies(self) -> Sequence[str]:
        """Sorted."""
        return self._history.currencies()

    async def summary(self, scope: Scope) -> SummaryFacts:
        """The whole scope in a few numbers."""
        return await asyncio.to_thread(count_summary, self._history, scope)

    async def revenue(self, scope: Scope, period: Period) -> Sequence[PeriodFacts]:
        """The periods in which something happened."""
        return await asyncio.to_thread(count_revenue, self._history, scope, period)

    async def products(self, scope: Scope, by: By, metric: Metric, limit: int) -> ProductTotals:
        """The first products, authors or categories."""
        return await asyncio.to_thread(count_products, self._history, scope, by, metric, limit)

    async def pareto(self, scope: Scope, dimension: Dimension, limit: int) -> ParetoFacts:
        """How revenue is spread."""
        return await asyncio.to_thread(count_pareto, self._history, scope, dimension, limit)

    async def rfm_histograms(self, scope: Scope) -> RfmHistograms:
        """How many customers have each value."""
        return await asyncio.to_thread(lambda: histograms(self._listed(scope)))

    async def rfm_cells(self, scope: Scope, scoring: Scoring) -> Sequence[CellFacts]:
        """The customers of each combination of scores."""
        return await asyncio.to_thread(lambda: cells(self._scored(scope, scoring)))

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
        scored = await asyncio.to_thread(self._scored, scope, scoring)
        place = None if after is None else (after[0], str(after[1]))
        found = (
            one
            for one in scored
            if (one.r, one.f, one.m) in scores and (place is None or (one.buyer.key, str(one.buyer.id)) > place)
        )
        return list(islice(found, limit))

    async def prospects(self, scope: Scope) -> int:
        """Living customers without a purchase."""
        return await asyncio.to_thread(count_prospects, self._history, scope)

    async def purchase_days(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many customers bought on how many days."""
        return await asyncio.to_thread(count_purchase_days, self._history, scope)

    async def gaps(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many gaps are how long."""
        return await asyncio.to_thread(count_gaps, self._history, scope)

    async def cohorts(self, scope: Scope, period: Period) -> Sequence[CohortFacts]:
        """The periods of each cohort."""
        return await asyncio.to_thread(count_cohorts, self._history, scope, period)

    @property
    def most_pairs(self) -> int | None:
        """How many pairs are counted for one question."""
        return self._most_pairs

    async def units(self, scope: Scope, unit: Unit) -> int:
        """How many purchases, or known customers with one."""
        return await asyncio.to_thread(count_units, self._history, scope, unit)

    async def pairs_within(self, scope: Scope, unit: Unit, by: By, *, least: int) -> int:
        """How many pairs all units hold."""
        return await asyncio.to_thread(count_pairs_within, self._history, scope, unit, by, least=least)

    async def pairs(self, scope: Scope, question: PairQuestion) -> PairTotals:
        """The first pairs."""
        return await asyncio.to_thread(count_pairs, self._history, scope, question)

    async def neighbours(
        self, scope: Scope, product: str | None, *, least: int, limit: int
    ) -> Sequence[NeighbourFacts]:
        """The products most like one, or like each."""
        return await asyncio.to_thread(list_neighbours, self._history, scope, product, least=least, limit=limit)

    async def pairs_beside(self, scope: Scope, customer: UUID, *, least: int) -> int:
        """How many pairs of what a customer bought and something else."""
        return await asyncio.to_thread(count_pairs_beside, self._history, scope, customer, least=least)

    async def beside(self, scope: Scope, customer: UUID, *, least: int) -> Sequence[NeighbourFacts]:
        """What a customer bought beside what it has not."""
        return await asyncio.to_thread(list_beside, self._history, scope, customer, least=least)

    async def bought(self, scope: Scope, customer: UUID) -> int:
        """How many products a customer bought."""
        return await asyncio.to_thread(count_bought, self._history, scope, customer)

    async def popular(
        self, scope: Scope, customer: UUID | None, *, limit: int, of_own_categories: bool
    ) -> Sequence[PopularFacts]:
        """What most customers bought and this one has not."""
        asked = partial(list_popular, limit=limit, of_own_categories=of_own_categories)
        return await asyncio.to_thread(asked, self._history, scope, customer)

    async def names(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """What products are called."""
        return await asyncio.to_thread(list_names, self._history, scope, keys)

    async def is_customer(self, customer: UUID) -> bool:
        """Whether there is such a customer."""
        return is_customer(self._history, customer)

    async def first_days(self, scope: Scope) -> Sequence[tuple[date, int]]:
        """How many customers bought first on which day."""
        return await asyncio.to_thread(count_first_days, self._history, scope)

    async def movements(self, scope: Scope, before: Scope, by: By, metric: Metric, limit: int) -> MovementFacts:
        """What moved most between two scopes."""
        return await asyncio.to_thread(count_movements, self._history, scope, before, by, metric, limit)

    @property
    def most_basket_items(self) -> int | None:
        """Any."""
        return None

    async def basket_items(self, scope: Scope, by: By, *, least: int) -> Sequence[ItemFacts]:
        """What is in enough baskets."""
        return await asyncio.to_thread(partial(list_basket_items, least=least), self._history, scope, by)

    async def item_sets(self, scope: Scope, by: By, *, least: int) -> Baskets:
        """What each basket holds of that."""
        return await asyncio.to_thread(partial(list_item_sets, least=least), self._history, scope, by)

    async def repeat_buying(self, scope: Scope, split: date) -> Sequence[BuyingFacts]:
        """How many customers have each history."""
        return await asyncio.to_thread(count_repeat_buying, self._history, scope, split)

    async def repeat_spending(self, scope: Scope) -> Sequence[SpendingFacts]:
        """How many customers have each history, with what it came to."""
        return await asyncio.to_thread(count_repeat_spending, self._history, scope)

    async def repeaters(self, scope: Scope, histories: Collection[RepeatHistory], limit: int) -> Sequence[Repeater]:
        """The first customers who have one of these histories."""
        wanted = frozenset(histories)
        every = await asyncio.to_thread(list_repeaters, self._history, scope)
        return list(islice((one for one in every if one.history in wanted), limit))

    async def late(self, scope: Scope) -> LateFacts:
        """How many customers are late."""
        return await asyncio.to_thread(count_late, self._history, scope)

    async def idle_buyers(
        self, scope: Scope, late: Late, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[IdleBuyer]:
        """One page of customers, by key, then by id."""
        place = None if after is None else (after[0], str(after[1]))
        every = await asyncio.to_thread(list_idle_buyers, self._history, scope)
        found = (
            one
            for one in every
            if (place is None or (one.key, str(one.id)) > place) and late in (Late.ALL, _lateness(one, scope))
        )
        return list(islice(found, limit))

    async def rfm_buyer(self, scope: Scope, scoring: Scoring, customer_id: UUID) -> ScoredBuyer | None:
        """One customer, scored among all."""
        scored = await asyncio.to_thread(self._scored, scope, scoring)
        return next((one for one in scored if one.buyer.id == customer_id), None)

    async def repeater(self, scope: Scope, customer_id: UUID) -> Repeater | None:
        """One customer and its history."""
        every = await asyncio.to_thread(list_repeaters, self._history, scope)
        return next((one for one in every if one.id == customer_id), None)

    async def idle_buyer(self, scope: Scope, customer_id: UUID) -> IdleBuyer | None:
        """One customer and the ends of its purchase days."""
        every = await asyncio.to_thread(list_idle_buyers, self._history, scope)
        return next((one for one in every if one.id == customer_id), None)

    async def favourites(self, scope: Scope, customer_id: UUID, by: By, limit: int) -> Sequence[ProductFacts]:
        """What one customer bought most often."""
        return await asyncio.to_thread(list_favourites, self._history, scope, customer_id, by, limit)

    def _scored(self, scope: Scope, scoring: Scoring) -> list[ScoredBuyer]:
        return score(self._listed(scope), scoring)

    def _listed(self, scope: Scope) -> Sequence[BuyerFacts]:
        if scope not in self._buyers:
            self._buyers[scope] = list_buyers(self._history, scope)
        return self._buyers[scope]


def _lateness(buyer: IdleBuyer, scope: Scope) -> Late:
    return Late.YES if is_late((scope.as_of - buyer.last_day).days, buyer.long_gap_tenths) else Late.NO


class MemoryPurchaseFacts:
    """The definitions over the memory store. `run` says where a question is asked, once its rows are at hand.

    A question of more than `most_pairs` pairs is not for it.
    """

    def __init__(self, store: MemoryStore, run: Run = _here, *, most_pairs: int = MOST_PAIRS) -> None:
        self._store = store
        self._run = run
        self._most_pairs = most_pairs

    @property
    def store(self) -> str:
        """As health answers name it."""
        return "memory"

    async def revision(self) -> str:
        """Which change was the last one."""
        return f"{self._store.name}.{self._store.changes}"

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """Of the rows as they are now."""
        store = self._store
        history = PurchaseHistory(
            customers=list(store.customers.values()),
            books=list(store.books.values()),
            orders=list(store.orders.values()),
            returns=list(store.returns.values()),
        )
        view = MemoryPurchaseView(history, store.watermark, self._most_pairs)
        return await self._run(_asked(question, view))


async def _asked(question: Callable[[PurchaseView], Awaitable[Told]], view: PurchaseView) -> Told:
    return await question(view)
