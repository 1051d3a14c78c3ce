"""Association rules: who has these in the basket also has that, and how much more often than by chance."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import nsmallest
from math import inf

from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.facts import By
from domain.analytics.itemsets import MOST_ITEMSETS, Itemset, frequent_itemsets
from domain.analytics.quotients import place, ratio, root
from domain.analytics.scope import Scope


class RuleMeasure(StrEnum):
    """What rules are compared by."""

    SUPPORT = "support"
    CONFIDENCE = "confidence"
    LIFT = "lift"
    LEVERAGE = "leverage"
    CONVICTION = "conviction"
    ZHANG = "zhang"
    JACCARD = "jaccard"
    COSINE = "cosine"
    KULCZYNSKI = "kulczynski"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleQuestion:
    """Which rules, and which of them first.

    `n` is how many baskets there are, `least` how many hold all of a rule at least (from 1); `confidence` and `lift`
    are the least of these, and a rule has 2 to `longest` items.
    """

    n: int
    least: int
    confidence: Fraction
    lift: Fraction
    longest: int
    measure: RuleMeasure
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounts:
    """One rule, by the numbers of its items (ascending), and how many baskets hold each side and both."""

    antecedent: Itemset
    consequent: int
    n_a: int
    n_c: int
    n_ac: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedRules:
    """How many rules there are in all, the first of them, and of how many frequent sets of items they were made."""

    itemsets: int
    count: int
    top: Sequence[RuleCounts]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRule:
    """Who has all of `antecedent` in the basket also has `consequent`: keys (SKUs, authors or categories) and names.

    `n_a`, `n_c` and `n_ac` are how many baskets hold the antecedent, the consequent, and both. `lift` is 1 where both
    are together as often as by chance. `conviction` is null where it is infinite, which it is for a confidence of 1;
    `zhang` is null where there is no chance to be compared with: every basket holds the antecedent.
    """

    rank: int
    antecedent: Sequence[str]
    antecedent_names: Sequence[str]
    consequent: str
    consequent_name: str
    n_a: int
    n_c: int
    n_ac: int
    support: float | None
    confidence: float | None
    lift: float | None
    leverage: float | None
    conviction: float | None
    zhang: float | None
    jaccard: float | None
    cosine: float | None
    kulczynski: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketRules:
    """The first of `count` rules that reach every threshold, out of `n` baskets.

    `least_n_ac` is what min_count and min_support come to, `items` are those in so many baskets, and `itemsets` their
    sets of two or more that are.
    """

    currency: str | None
    by: By
    sort: RuleMeasure
    n: int
    least_n_ac: int
    items: int
    itemsets: int
    count: int
    rules: Sequence[BasketRule]


def mine_rules(
    supports: Sequence[int], baskets: Baskets, question: RuleQuestion, most: int = MOST_ITEMSETS
) -> MinedRules:
    """The rules over items that have so many baskets each (`supports`, by number). It may take seconds.

    Raises Invalid with `too-many-itemsets` when more than `most` sets are frequent.
    """
    itemsets = frequent_itemsets(supports, baskets, least=question.least, longest=question.longest, most=most)
    count = 0

    def counted() -> Iterator[RuleCounts]:
        nonlocal count
        for rule in _rules(supports, itemsets, question):
            count += 1
            yield rule

    top = nsmallest(question.limit, counted(), key=_order(question))
    return MinedRules(itemsets=len(itemsets), count=count, top=top)


def basket_rules(
    items: Sequence[ItemFacts], mined: MinedRules, question: RuleQuestion, scope: Scope, *, by: By
) -> BasketRules:
    """The answer that these rules over these items give."""
    return BasketRules(
        currency=scope.currency,
        by=by,
        sort=question.measure,
        n=question.n,
        least_n_ac=question.least,
        items=len(items),
        itemsets=mined.itemsets,
        count=mined.count,
        rules=[_told(rank, rule, items, question.n) for rank, rule in enumerate(mined.top, start=1)],
    )


def _rules(supports: Sequence[int], itemsets: Mapping[Itemset, int], question: RuleQuestion) -> Iterator[RuleCounts]:
    """Compared as whole numbers, so that what is equal to a threshold is never below it."""
    confidence, lift, n = question.confidence, question.lift, question.n
    for itemset, n_ac in itemsets.items():
        for number, consequent in enumerate(itemset):
            antecedent = itemset[:number] + itemset[number + 1 :]
            n_a = itemsets[antecedent] if len(antecedent) > 1 else supports[antecedent[0]]
            n_c = supports[consequent]
            if (
                n_ac * confidence.denominator >= confidence.numerator * n_a
                and n_ac * n * lift.denominator >= lift.numerator * n_a * n_c
            ):
                yield RuleCounts(
                    antecedent=tuple(sorted(antecedent)), consequent=consequent, n_a=n_a, n_c=n_c, n_ac=n_ac
                )


def _order(question: RuleQuestion) -> Callable[[RuleCounts], tuple[int | float, int, Itemset, int]]:
    """By the measure, then by how many baskets hold all of it, both descending, then by the keys."""

    def key(rule: RuleCounts) -> tuple[int | float, int, Itemset, int]:
        return -_strength(question.measure, rule, question.n), -rule.n_ac, rule.antecedent, rule.consequent

    return key


def _strength(measure: RuleMeasure, rule: RuleCounts, n: int) -> int | float:  # noqa: PLR0911  # one a measure
    """A number that sorts rules of the same `n` by this measure, exactly."""
    n_a, n_c, n_ac = rule.n_a, rule.n_c, rule.n_ac
    match measure:
        case RuleMeasure.SUPPORT:
            return n_ac
        case RuleMeasure.CONFIDENCE:
            return place(n_ac, n_a)
        case RuleMeasure.LIFT:
            return place(n_ac, n_a * n_c)
        case RuleMeasure.LEVERAGE:
            return n * n_ac - n_a * n_c
        case RuleMeasure.CONVICTION:
            return inf if n_ac == n_a else place(n_a * (n - n_c), n_a - n_ac)
        case RuleMeasure.ZHANG:
            part, whole = _zhang(rule, n)
            return place(part, whole) if whole else -inf
        case RuleMeasure.JACCARD:
            return place(n_ac, n_a + n_c - n_ac)
        case RuleMeasure.COSINE:
            return place(n_ac * n_ac, n_a * n_c)
    return place(n_ac * (n_a + n_c), n_a * n_c)


def _zhang(rule: RuleCounts, n: int) -> tuple[int, int]:
    """Leverage, and the most or the least that it could be with these sides; times n squared."""
    n_a, n_c, n_ac = rule.n_a, rule.n_c, rule.n_ac
    return n * n_ac - n_a * n_c, max(n_ac * (n - n_a), n_a * (n_c - n_ac))


def _told(rank: int, rule: RuleCounts, items: Sequence[ItemFacts], n: int) -> BasketRule:
    n_a, n_c, n_ac = rule.n_a, rule.n_c, rule.n_ac
    antecedent, consequent = [items[number] for number in rule.antecedent], items[rule.consequent]
    return BasketRule(
        rank=rank,
        antecedent=[item.key for item in antecedent],
        antecedent_names=[item.name or item.key for item in antecedent],
        consequent=consequent.key,
        consequent_name=consequent.name or consequent.key,
        n_a=n_a,
        n_c=n_c,
        n_ac=n_ac,
        support=ratio(n_ac, n),
        confidence=ratio(n_ac, n_a),
        lift=ratio(n_ac * n, n_a * n_c),
        leverage=ratio(n_ac * n - n_a * n_c, n * n),
        conviction=ratio(n_a * (n - n_c), n * (n_a - n_ac)),
        zhang=ratio(*_zhang(rule, n)),
        jaccard=ratio(n_ac, n_a + n_c - n_ac),
        cosine=root(n_ac * n_ac, n_a * n_c),
        kulczynski=ratio(n_ac * (n_a + n_c), 2 * n_a * n_c),
    )
