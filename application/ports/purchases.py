"""Exact facts about what was bought: the questions that analytics ask of a store."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from domain.analytics.facts import (
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
from domain.analytics.periods import Period
from domain.analytics.scope import Scope

Told = TypeVar("Told")

# R, F and M.
Scores = tuple[int, int, int]


class PurchaseView(Protocol):
    """One unchanging view of a store. Every answer equals what `domain.analytics.counting` counts in its history."""

    async def watermark(self) -> int:
        """The position of the last event that this view reflects; 0 before the first."""
        ...

    async def currencies(self) -> Sequence[str]:
        """The currencies of orders that are not cancelled and of returns, sorted."""
        ...

    async def summary(self, scope: Scope) -> SummaryFacts:
        """The whole scope in a few numbers."""
        ...

    async def revenue(self, scope: Scope, period: Period) -> Sequence[PeriodFacts]:
        """The periods in which something was bought or came back, in their order; no others."""
        ...

    async def products(self, scope: Scope, by: By, metric: Metric, limit: int) -> ProductTotals:
        """The first `limit` by the metric, descending, then by key in the order of its bytes."""
        ...

    async def pareto(self, scope: Scope, dimension: Dimension, limit: int) -> ParetoFacts:
        """How many keys have each net revenue, and the first `limit` of them by it."""
        ...

    async def rfm_histograms(self, scope: Scope) -> RfmHistograms:
        """How many customers have each value, ascending by value."""
        ...

    async def rfm_cells(self, scope: Scope, scoring: Scoring) -> Sequence[CellFacts]:
        """The customers of each combination of scores that has any, in no promised order."""
        ...

    async def rfm_buyers(
        self,
        scope: Scope,
        scoring: Scoring,
        *,
        scores: frozenset[Scores],
        after: tuple[str, UUID] | None,
        limit: int,
    ) -> Sequence[ScoredBuyer]:
        """The first `limit` customers with these scores, by key in the order of its bytes, then by id.

        `after` is the key and id of the customer before the first one wanted.
        """
        ...

    async def prospects(self, scope: Scope) -> int:
        """How many living customers have no purchase that counts."""
        ...

    async def purchase_days(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many known customers (second) bought on so many local days (first), ascending."""
        ...

    async def gaps(self, scope: Scope) -> Sequence[tuple[int, int]]:
        """How many gaps (second) between a known customer's successive purchase days are so long (first), ascending."""
        ...

    async def cohorts(self, scope: Scope, period: Period) -> Sequence[CohortFacts]:
        """The periods in which each cohort bought or gave back, by cohort, then by period; no others."""
        ...


class PurchaseFacts(Protocol):
    """A store that answers analytics questions."""

    @property
    def store(self) -> str:
        """Its name in answers: memory, postgres, snowflake."""
        ...

    async def revision(self) -> str:
        """A short text that stands for the rows as they are now, and is cheap to ask for.

        Each commit of what a question could see makes it another one, in whichever order commits come, and none comes
        back, neither after a restart nor when an older copy of the store is put in its place. So questions between
        which it stays the same see the same. The watermark is no such thing: what was begun earlier and is committed
        later lies below it.
        """
        ...

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """What `question` makes of one view of the store: nothing committed meanwhile is seen by any part of it.

        The question is asked a second time, of a new view, when the connection was lost during the first; so it must
        do nothing but ask. The view is used by one task, one question after another, and is over when it returns.
        """
        ...
