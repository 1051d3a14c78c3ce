"""Exact facts about what was bought: the questions that analytics ask of a store."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.comparison import MovementFacts
from domain.analytics.facts import (
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
from domain.analytics.lifetime_facts import (
    BuyingFacts,
    IdleBuyer,
    Late,
    LateFacts,
    Repeater,
    RepeatHistory,
    SpendingFacts,
)
from domain.analytics.pairs import NeighbourFacts, PairQuestion, PairTotals, PopularFacts, Unit
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

    @property
    def most_pairs(self) -> int | None:
        """How many pairs this store counts for one question; None for as many as there are.

        Whoever asks for pairs asks first how many there are, where there is such a limit.
        """
        ...

    async def units(self, scope: Scope, unit: Unit) -> int:
        """How many purchases there are, or known customers with one."""
        ...

    async def pairs_within(self, scope: Scope, unit: Unit, by: By, *, least: int) -> int:
        """How many pairs all units hold, each counted in each unit, of keys that `least` units or more hold.

        Where they are more than `most_pairs`, any number above that which they are at least.
        """
        ...

    async def pairs(self, scope: Scope, question: PairQuestion) -> PairTotals:
        """How many pairs reach every threshold, and the first of them as `PairQuestion.first` has them, exactly."""
        ...

    async def neighbours(
        self, scope: Scope, product: str | None, *, least: int, limit: int
    ) -> Sequence[NeighbourFacts]:
        """Of this product, or of each, the first `limit` that `least` customers or more bought with it.

        As `domain.analytics.pairs.nearest` has them, exactly.
        """
        ...

    async def pairs_beside(self, scope: Scope, customer: UUID, *, least: int) -> int:
        """How many pairs of what this customer bought and something else all customers hold.

        Of products that `least` customers or more bought.
        """
        ...

    async def beside(self, scope: Scope, customer: UUID, *, least: int) -> Sequence[NeighbourFacts]:
        """What this customer bought beside what it has not and `least` customers or more bought with it, by keys."""
        ...

    async def bought(self, scope: Scope, customer: UUID) -> int:
        """How many products this customer bought."""
        ...

    async def popular(
        self, scope: Scope, customer: UUID | None, *, limit: int, of_own_categories: bool
    ) -> Sequence[PopularFacts]:
        """The first `limit` products that this customer has not bought by how many did, descending, then by key.

        With `of_own_categories` only what shares a category with something that the customer bought, and which.
        """
        ...

    async def names(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """What these products are called (as in `products`); those without a name are left out."""
        ...

    async def is_customer(self, customer: UUID) -> bool:
        """Whether there is such a customer, who is not deleted."""
        ...

    async def first_days(self, scope: Scope) -> Sequence[tuple[date, int]]:
        """How many known customers (second) made their first purchase ever on which day of the scope (first)."""
        ...

    async def movements(self, scope: Scope, before: Scope, by: By, metric: Metric, limit: int) -> MovementFacts:
        """The first `limit` keys of two scopes by the size of their change, then by key in the order of its bytes.

        The scopes differ in their days alone, and each of them has a first one.
        """
        ...

    @property
    def most_basket_items(self) -> int | None:
        """For how many items, added up over the baskets that hold them, `item_sets` may be asked; None: for any."""
        ...

    async def basket_items(self, scope: Scope, by: By, *, least: int) -> Sequence[ItemFacts]:
        """The keys that `least` baskets or more hold, by key in the order of its bytes; what comes back stays in them.

        Products are named as `products` names them.
        """
        ...

    async def item_sets(self, scope: Scope, by: By, *, least: int) -> Baskets:
        """What each basket holds of `basket_items`, where it holds two of them or more.

        Items are numbered from 0 in the order of `basket_items`. Each set comes once, in no promised order.
        """
        ...

    async def repeat_buying(self, scope: Scope, split: date) -> Sequence[BuyingFacts]:
        """How many customers who bought before the split have each history, ascending by all of it."""
        ...

    async def repeat_spending(self, scope: Scope) -> Sequence[SpendingFacts]:
        """How many customers have each history and what its repeats came to, ascending by all of it."""
        ...

    async def repeaters(self, scope: Scope, histories: Collection[RepeatHistory], limit: int) -> Sequence[Repeater]:
        """The first `limit` customers who have one of these histories, by key in the order of its bytes, then by id."""
        ...

    async def late(self, scope: Scope) -> LateFacts:
        """How many customers are late."""
        ...

    async def idle_buyers(
        self, scope: Scope, late: Late, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[IdleBuyer]:
        """The first `limit` customers, by key in the order of its bytes, then by id.

        `after` is the key and id of the customer before the first one wanted.
        """
        ...

    async def rfm_buyer(self, scope: Scope, scoring: Scoring, customer_id: UUID) -> ScoredBuyer | None:
        """One customer as `rfm_buyers` tells it, scored among all; None without a purchase in the scope."""
        ...

    async def repeater(self, scope: Scope, customer_id: UUID) -> Repeater | None:
        """One customer as `repeaters` tells it; None when its first purchase ever is not in the scope."""
        ...

    async def idle_buyer(self, scope: Scope, customer_id: UUID) -> IdleBuyer | None:
        """One customer as `idle_buyers` tells it; None when its first purchase ever is not in the scope."""
        ...

    async def favourites(self, scope: Scope, customer_id: UUID, by: By, limit: int) -> Sequence[ProductFacts]:
        """The first `limit` that one customer bought, by orders, descending, then by key in the order of its bytes."""
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
