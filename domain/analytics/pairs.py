"""Pairs of what is bought together: what is counted of them, and in which order they come, exactly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import nsmallest
from itertools import groupby

from domain.analytics.facts import By
from domain.analytics.quotients import place


class Unit(StrEnum):
    """Within what two things are together: one order (quantities ignored), or all orders of one known customer."""

    BASKET = "basket"
    CUSTOMER = "customer"


class Measure(StrEnum):
    """What pairs are compared by; of the two confidences and convictions of a pair it is the greater one."""

    SUPPORT = "support"
    CONFIDENCE = "confidence"
    LIFT = "lift"
    LEVERAGE = "leverage"
    CONVICTION = "conviction"
    JACCARD = "jaccard"
    COSINE = "cosine"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """Two keys (`a` before `b` by bytes), and how many units hold each of them (`n_a`, `n_b`) and both (`n_ab`)."""

    a: str
    b: str
    n_a: int
    n_b: int
    n_ab: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTotals:
    """How many pairs there are in all, and the first of them in the order asked for."""

    count: int
    top: Sequence[PairFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuestion:
    """Which pairs, and which of them first.

    `units` is how many units the scope has, `least` how many hold both at least (from 1); `confidence` is the least of
    the greater confidence of a pair, and `lift` the least lift.
    """

    unit: Unit
    by: By
    units: int
    least: int
    confidence: Fraction | None = None
    lift: Fraction | None = None
    measure: Measure
    limit: int

    def holds(self, pair: PairFacts) -> bool:
        """Whether the pair is one of them: compared as whole numbers, so that what is equal is never below."""
        n_ab, rarer, product = pair.n_ab, min(pair.n_a, pair.n_b), pair.n_a * pair.n_b
        confidence, lift = self.confidence, self.lift
        return (
            n_ab >= self.least
            and (confidence is None or n_ab * confidence.denominator >= confidence.numerator * rarer)
            and (lift is None or n_ab * self.units * lift.denominator >= lift.numerator * product)
        )

    def first(self, pairs: Iterable[PairFacts]) -> list[PairFacts]:
        """The first `limit` by the measure, descending, then by `a`, then by `b`."""
        return nsmallest(
            self.limit, pairs, key=lambda pair: (-strength(self.measure, pair, self.units), pair.a, pair.b)
        )


def strength(measure: Measure, pair: PairFacts, units: int) -> int:
    """A whole number that sorts pairs of the same `units` by this measure, exactly."""
    return place(*_fraction(measure, pair, units))


def _fraction(measure: Measure, pair: PairFacts, units: int) -> tuple[int, int]:
    """Two whole numbers whose quotient sorts as the measure does; it need not be the measure itself."""
    n_a, n_b, n_ab = pair.n_a, pair.n_b, pair.n_ab
    match measure:
        case Measure.SUPPORT:
            return n_ab, 1
        case Measure.CONFIDENCE:
            return n_ab, min(n_a, n_b)
        case Measure.LIFT:
            return n_ab, n_a * n_b
        case Measure.LEVERAGE:
            return units * n_ab - n_a * n_b, 1
        case Measure.CONVICTION:
            return max(
                _conviction(n_a, n_b, n_ab, units), _conviction(n_b, n_a, n_ab, units), key=lambda one: place(*one)
            )
        case Measure.JACCARD:
            return n_ab, n_a + n_b - n_ab
    return n_ab * n_ab, n_a * n_b


def _conviction(n_a: int, n_b: int, n_ab: int, units: int) -> tuple[int, int]:
    """One over it, negative: 0 where it is infinite, which is where all that have a have b."""
    return (n_ab - n_a, n_a * (units - n_b)) if n_ab < n_a else (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourFacts:
    """Two products, and how many known customers bought each of them (`n_i`, `n_j`) and both (`n_ij`)."""

    key: str
    neighbour: str
    n_i: int
    n_j: int
    n_ij: int

    @property
    def likeness(self) -> int:
        """A number that sorts by the square of n_ij / sqrt(n_i n_j), exactly."""
        return place(self.n_ij * self.n_ij, self.n_i * self.n_j)


def nearest(facts: Iterable[NeighbourFacts], limit: int) -> Iterator[NeighbourFacts]:
    """Of each product the first `limit` neighbours by likeness, descending, then by key; products by key."""
    for _, group in groupby(sorted(facts, key=lambda one: one.key), key=lambda one: one.key):
        yield from nsmallest(limit, group, key=lambda one: (-one.likeness, one.neighbour))


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularFacts:
    """A product, how many known customers bought it, and the categories by which it was found, if by any, sorted."""

    key: str
    customers: int
    categories: tuple[str, ...] = ()
