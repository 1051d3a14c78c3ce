"""Pareto: how much of the revenue comes from how few products, authors, categories or customers."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from domain.analytics.digest import NOT_IN_DIGEST
from domain.analytics.facts import Dimension, EarnerFacts, ParetoFacts
from domain.analytics.quotients import exact_sum, ratio
from domain.analytics.scope import Scope
from domain.shared.money import EXACT, PLACES, canonical

# Shares as fractions: an item is A while those before it are below 80 % of the whole, B below 95 %, then C.
_A, _B = (4, 5), (19, 20)
_CURVE = range(5, 101, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoItem:
    """One product (`key` is its SKU), author, category or customer (`key` is its reference or, without one, its id).

    Revenue is net of what came back. `share` is its part of the whole, 0 when its revenue is not above 0, and
    `cumulative_share` adds up to this one; `abc` is its class, A, B or C. `id` is that of a customer.
    """

    rank: int
    key: str
    id: UUID | None = field(metadata=NOT_IN_DIGEST)
    name: str
    revenue: Decimal
    share: float | None
    cumulative_share: float | None
    abc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoClass:
    """The items of one class, their part of all items, and what those of them above 0 add up to."""

    abc: str
    items: int
    share_of_items: float | None
    revenue: Decimal
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPoint:
    """The first `items`, which are `top_percent` percent (rounded up) of those above 0, and their part of the whole."""

    top_percent: int
    items: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """The first of `count` items by revenue, and how all of it is spread.

    `whole` is what the items with revenue above 0 add up to; shares, the curve, `top_20_percent_share` and `gini` (0:
    all alike, near 1: one has it all) are of these items alone, and null without any. The `not_positive` others are of
    class C and add up to `not_positive_revenue`. `shares_overlap` is true where one sale counts for several items: by
    category, where `whole` may be more than what was sold. `unattributed_lines` were bought and have no such key.
    """

    currency: str | None
    by: Dimension
    count: int
    whole: Decimal
    not_positive: int
    not_positive_revenue: Decimal
    shares_overlap: bool
    unattributed_lines: int
    top_20_percent_share: float | None
    gini: float | None
    classes: Sequence[ParetoClass]
    curve: Sequence[ParetoPoint]
    items: Sequence[ParetoItem]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Amounts above 0 in whole smallest places, descending, how many have each, and sums up to and with each."""

    amounts: Sequence[int]
    counts: Sequence[int]
    places: Sequence[int]
    sums: Sequence[int]

    @classmethod
    def of(cls, histogram: Sequence[tuple[Decimal, int]]) -> "_Spread":
        positive = [(_in_places(amount), count) for amount, count in reversed(histogram) if amount > 0]
        counts = [count for _, count in positive]
        sums = list(accumulate(amount * count for amount, count in positive))
        return cls([amount for amount, _ in positive], counts, list(accumulate(counts)), sums)

    @property
    def items(self) -> int:
        return self.places[-1] if self.places else 0

    @property
    def whole(self) -> int:
        return self.sums[-1] if self.sums else 0

    def first(self, items: int) -> int:
        """What the first so many add up to."""
        if items == 0:
            return 0
        at = bisect_left(self.places, items)
        return self.sums[at] - (self.places[at] - items) * self.amounts[at]

    def below(self, share: tuple[int, int]) -> int:
        """How many items have less than this share of the whole before them."""
        if not self.sums:
            return 0
        part, of = share
        at = bisect_left(self.sums, -(-part * self.whole // of))
        amount, count = self.amounts[at], self.counts[at]
        room = part * self.whole - of * (self.sums[at] - amount * count)
        return self.places[at] - count + min(count, -(-room // (of * amount)))

    def gini(self) -> float | None:
        """Half the mean difference of two items over their mean: ((n + 1) sum - 2 sum of rank x amount) / (n sum)."""
        ranked = sum(
            amount * count * (2 * place - count + 1)
            for amount, count, place in zip(self.amounts, self.counts, self.places, strict=True)
        )
        return ratio((self.items + 1) * self.whole - ranked, self.items * self.whole)


def pareto(facts: ParetoFacts, scope: Scope, *, by: Dimension) -> Pareto:
    """The answer that these facts give."""
    currency = scope.currency or ""
    spread = _Spread.of(facts.amounts)
    count = sum(many for _, many in facts.amounts)
    others = exact_sum(EXACT.multiply(amount, many) for amount, many in facts.amounts if amount < 0)
    curve = list(_curve(spread))
    return Pareto(
        currency=scope.currency,
        by=by,
        count=count,
        whole=canonical(_amount(spread.whole), currency),
        not_positive=count - spread.items,
        not_positive_revenue=canonical(others, currency),
        shares_overlap=by is Dimension.CATEGORY,
        unattributed_lines=facts.unattributed_lines,
        top_20_percent_share=next(point.share for point in curve if point.top_percent == 20),
        gini=spread.gini(),
        classes=list(_classes(spread, count, currency)),
        curve=curve,
        items=list(_items(facts.top, spread.whole, currency)),
    )


def _curve(spread: _Spread) -> Iterator[ParetoPoint]:
    for percent in _CURVE:
        items = -(-spread.items * percent // 100)
        yield ParetoPoint(top_percent=percent, items=items, share=ratio(spread.first(items), spread.whole))


def _classes(spread: _Spread, count: int, currency: str) -> Iterator[ParetoClass]:
    a, b = spread.below(_A), spread.below(_B)
    for name, start, end in (("A", 0, a), ("B", a, b), ("C", b, spread.items)):
        revenue = spread.first(end) - spread.first(start)
        items = (count if name == "C" else end) - start
        yield ParetoClass(
            abc=name,
            items=items,
            share_of_items=ratio(items, count),
            revenue=canonical(_amount(revenue), currency),
            share=ratio(revenue, spread.whole),
        )


def _items(top: Sequence[EarnerFacts], whole: int, currency: str) -> Iterator[ParetoItem]:
    reached = 0
    for rank, one in enumerate(top, start=1):
        before, value = reached, max(_in_places(one.revenue), 0)
        reached += value
        yield ParetoItem(
            rank=rank,
            key=one.key,
            id=one.id,
            name=one.name or one.key,
            revenue=canonical(one.revenue, currency),
            share=ratio(value, whole),
            cumulative_share=ratio(reached, whole),
            abc=_class(before, whole),
        )


def _class(before: int, whole: int) -> str:
    for name, (part, of) in (("A", _A), ("B", _B)):
        if of * before < part * whole:
            return name
    return "C"


def _in_places(amount: Decimal) -> int:
    """In whole smallest places, so that all that follows is done in integers."""
    return int(EXACT.scaleb(amount, PLACES))


def _amount(places: int) -> Decimal:
    return EXACT.scaleb(Decimal(places), -PLACES)
