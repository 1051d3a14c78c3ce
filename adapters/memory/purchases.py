"""Facts about purchases, counted in memory: the definition itself, over the rows of the store."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from adapters.memory.store import MemoryStore
from application.ports.purchases import PurchaseView, Scores, Told
from domain.analytics.counting import (
    cells,
    count_pareto,
    count_products,
    count_prospects,
    count_revenue,
    count_summary,
    histograms,
    list_buyers,
    score,
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
    ProductTotals,
    RfmHistograms,
    ScoredBuyer,
    Scoring,
    SummaryFacts,
)
from domain.analytics.history import PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.scope import Scope


class Run(Protocol):
    """Gives what its work gives, from wherever it has it done."""

    async def __call__(self, work: Coroutine[Any, Any, Told], /) -> Told:
        """Cancelled, it cancels the work."""
        ...


async def _here(work: Coroutine[Any, Any, Told], /) -> Told:
    return await work


class MemoryPurchaseView:
    """The rows as they were at one moment. Counting is done in a thread, so that the event loop goes on."""

    def __init__(self, history: PurchaseHistory, watermark: int) -> None:
        self._history = history
        self._watermark = watermark
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

    def _scored(self, scope: Scope, scoring: Scoring) -> list[ScoredBuyer]:
        return score(self._listed(scope), scoring)

    def _listed(self, scope: Scope) -> Sequence[BuyerFacts]:
        if scope not in self._buyers:
            self._buyers[scope] = list_buyers(self._history, scope)
        return self._buyers[scope]


class MemoryPurchaseFacts:
    """The definitions over the memory store. `run` says where a question is asked, once its rows are at hand."""

    def __init__(self, store: MemoryStore, run: Run = _here) -> None:
        self._store = store
        self._run = run

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
        return await self._run(_asked(question, MemoryPurchaseView(history, store.watermark)))


async def _asked(question: Callable[[PurchaseView], Awaitable[Told]], view: PurchaseView) -> Told:
    return await question(view)
