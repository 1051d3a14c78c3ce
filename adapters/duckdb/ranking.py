"""The first of many pairs, in arrays: what no statement could hold is cut down to what may be among the first.

Ranks go by the quotient of two whole numbers as a double, which no row tells. Both numbers are exact below 2**53 and
division rounds correctly, so the double falls nowhere where the quotient rises and is equal where it is equal: what
stays holds all that are among the first by the exact order, which is for the domain.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.analytics.pairs import Measure, PairFacts, PairQuestion, PairTotals

Numbers = npt.NDArray[np.int64]

# So many pairs are held at once.
_MOST_HELD: Final = 1_000_000


def first_by(part: Numbers, whole: Numbers, limit: int) -> Numbers:
    """The places of those that may be among the first `limit` by `part / whole`, descending, then by place.

    Of those that are equal for sure, there are `limit` at most. The greatest quotients come first.
    """
    quotient = part / whole
    near = np.arange(len(part))
    if len(near) > limit:
        near = np.flatnonzero(quotient >= np.partition(quotient, -limit)[-limit])
    if len(near) > limit:
        near = near[np.lexsort((whole[near], part[near]))]
        other = (part[near[1:]] != part[near[:-1]]) | (whole[near[1:]] != whole[near[:-1]])
        begins = np.concatenate(([0], np.flatnonzero(other) + 1))
        tie = np.arange(len(near)) - np.repeat(begins, np.diff(begins, append=len(near)))
        near = np.sort(near[tie < limit])
    return near[np.argsort(-quotient[near], kind="stable")]


class FirstPairs:
    """The pairs that a question is about, as they are found: how many there are, and the first of them."""

    def __init__(self, question: PairQuestion, counts: Numbers) -> None:
        self._question = question
        self._counts = counts
        self._count = 0
        self._held: list[tuple[Numbers, ...]] = []

    def add(self, a: Numbers, b: Numbers, n_ab: Numbers) -> None:
        """Takes pairs of items and how many hold both; they come by `a`, then by `b`."""
        asked, n_a, n_b = self._question, self._counts[a], self._counts[b]
        reached = np.ones(len(a), bool)
        if asked.confidence is not None:
            reached &= _reaches(n_ab, np.minimum(n_a, n_b), asked.confidence)
        if asked.lift is not None:
            reached &= _reaches(n_ab * asked.units, n_a * n_b, asked.lift)
        self._count += int(np.count_nonzero(reached))
        self._held.append((a[reached], b[reached], n_ab[reached]))
        if sum(len(one[0]) for one in self._held) > _MOST_HELD:
            self._cut_down()

    def totals(self, keys: Sequence[str]) -> PairTotals:
        """What was found; items are numbers of these keys."""
        self._cut_down()
        a, b, n_ab = self._held[0]
        rows = zip(*(each.tolist() for each in (a, b, self._counts[a], self._counts[b], n_ab)), strict=True)
        found = (PairFacts(a=keys[a], b=keys[b], n_a=n_a, n_b=n_b, n_ab=n_ab) for a, b, n_a, n_b, n_ab in rows)
        return PairTotals(count=self._count, top=self._question.first(found))

    def _cut_down(self) -> None:
        none = np.zeros(0, np.int64)
        a, b, n_ab = (np.concatenate(each) for each in zip((none, none, none), *self._held, strict=True))
        part, whole = _fraction(self._question, self._counts[a], self._counts[b], n_ab)
        near = np.sort(first_by(part, whole, self._question.limit))
        self._held = [(a[near], b[near], n_ab[near])]


def _reaches(part: Numbers, whole: Numbers, threshold: Fraction) -> npt.NDArray[np.bool_]:
    """Whether `part / whole` is at least the threshold, in whole numbers."""
    numerator, denominator = threshold.numerator, threshold.denominator
    longest = max(int(part.max(initial=0)) * denominator, int(whole.max(initial=0)) * numerator)
    kind = np.int64 if longest < 2**63 else object
    reached: npt.NDArray[np.bool_] = part.astype(kind) * denominator >= whole.astype(kind) * numerator
    return reached


def _fraction(asked: PairQuestion, n_a: Numbers, n_b: Numbers, n_ab: Numbers) -> tuple[Numbers, Numbers]:
    """The two whole numbers that `domain.analytics.pairs` has for the measure."""
    one, units = np.ones_like(n_ab), asked.units
    match asked.measure:
        case Measure.SUPPORT:
            return n_ab, one
        case Measure.CONFIDENCE:
            return n_ab, np.minimum(n_a, n_b)
        case Measure.LIFT:
            return n_ab, n_a * n_b
        case Measure.LEVERAGE:
            return units * n_ab - n_a * n_b, one
        case Measure.CONVICTION:
            # The greater one is that of the rarer with the commoner, or else of two that are less than chance together.
            from_a = (n_a <= n_b) == (units * n_ab >= n_a * n_b)
            x, y = np.where(from_a, n_a, n_b), np.where(from_a, n_b, n_a)
            return n_ab - x, np.where(n_ab < x, x * (units - y), one)
        case Measure.JACCARD:
            return n_ab, n_a + n_b - n_ab
    return n_ab * n_ab, n_a * n_b
