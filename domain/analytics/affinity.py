"""Affinity: what is bought together, in one basket or by one customer, and how much more often than by chance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.analytics.facts import By
from domain.analytics.pairs import Measure, PairFacts, PairQuestion, PairTotals, Unit
from domain.analytics.quotients import ratio, root
from domain.analytics.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinePair:
    """Two products (`a` and `b` are their SKUs), authors or categories, `a` before `b` in the order of their bytes.

    `n_a`, `n_b` and `n_ab` are how many baskets or customers have each of them, and both. `confidence_ab` is the part
    of those with `a` that have `b` too; `lift` is 1 where both are together as often as by chance; a conviction is
    null where it is infinite, which it is for a confidence of 1.
    """

    rank: int
    a: str
    a_name: str
    b: str
    b_name: str
    n_a: int
    n_b: int
    n_ab: int
    support: float | None
    confidence_ab: float | None
    confidence_ba: float | None
    lift: float | None
    leverage: float | None
    conviction_ab: float | None
    conviction_ba: float | None
    jaccard: float | None
    cosine: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """The first of `count` pairs that reach every threshold; `n` is how many baskets or customers there are in all.

    `least_n_ab` is what min_count and min_support come to.
    """

    currency: str | None
    unit: Unit
    by: By
    sort: Measure
    n: int
    least_n_ab: int
    count: int
    pairs: Sequence[AffinePair]


def affinity(facts: PairTotals, question: PairQuestion, names: Mapping[str, str], scope: Scope) -> Affinity:
    """The answer that these facts give; what has no name is called by its key."""
    return Affinity(
        currency=scope.currency,
        unit=question.unit,
        by=question.by,
        sort=question.measure,
        n=question.units,
        least_n_ab=question.least,
        count=facts.count,
        pairs=list(_pairs(facts.top, question.units, names)),
    )


def _pairs(top: Sequence[PairFacts], n: int, names: Mapping[str, str]) -> Iterator[AffinePair]:
    for rank, pair in enumerate(top, start=1):
        n_a, n_b, n_ab = pair.n_a, pair.n_b, pair.n_ab
        yield AffinePair(
            rank=rank,
            a=pair.a,
            a_name=names.get(pair.a, pair.a),
            b=pair.b,
            b_name=names.get(pair.b, pair.b),
            n_a=n_a,
            n_b=n_b,
            n_ab=n_ab,
            support=ratio(n_ab, n),
            confidence_ab=ratio(n_ab, n_a),
            confidence_ba=ratio(n_ab, n_b),
            lift=ratio(n_ab * n, n_a * n_b),
            leverage=ratio(n_ab * n - n_a * n_b, n * n),
            conviction_ab=ratio(n_a * (n - n_b), n * (n_a - n_ab)),
            conviction_ba=ratio(n_b * (n - n_a), n * (n_b - n_ab)),
            jaccard=ratio(n_ab, n_a + n_b - n_ab),
            cosine=root(n_ab * n_ab, n_a * n_b),
        )
