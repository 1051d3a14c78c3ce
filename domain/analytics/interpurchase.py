"""Interpurchase times: how many days lie between one purchase and the next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.analytics.quantiles import percentile
from domain.analytics.quotients import ratio
from domain.analytics.repeat import repeat_customers
from domain.analytics.scope import Scope

PERCENTS = (5, 10, 25, 50, 75, 90, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPercentile:
    """So many percent of the gaps are of at most `days`, which may lie between two whole numbers."""

    percent: int
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBin:
    """The gaps of `first_days` to `last_days` days, both inclusive; `cumulative_share` adds up to this bin."""

    first_days: int
    last_days: int
    gaps: int
    share: float | None
    cumulative_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpurchase:
    """The `gaps` of the `customers` who have any; mean, median and percentiles are null or none without a gap."""

    currency: str | None
    customers: int
    gaps: int
    mean_days: float | None
    median_days: float | None
    percentiles: Sequence[GapPercentile]
    bin_days: int
    histogram: Sequence[GapBin]


def interpurchase(
    gaps: Sequence[tuple[int, int]], days: Sequence[tuple[int, int]], scope: Scope, *, bin_days: int
) -> Interpurchase:
    """The answer that these facts give.

    `gaps` are how many (second) are so many days long (first), `days` how many customers bought on so many days; both
    ascend.
    """
    count = sum(many for _, many in gaps)
    return Interpurchase(
        currency=scope.currency,
        customers=repeat_customers(days),
        gaps=count,
        mean_days=ratio(sum(length * many for length, many in gaps), count),
        median_days=float(percentile(gaps, 50)) if gaps else None,
        percentiles=[GapPercentile(percent=one, days=float(percentile(gaps, one))) for one in PERCENTS if gaps],
        bin_days=bin_days,
        histogram=list(_bins(gaps, count, bin_days)),
    )


def _bins(gaps: Sequence[tuple[int, int]], count: int, bin_days: int) -> Iterator[GapBin]:
    bins: Counter[int] = Counter()
    for length, many in gaps:
        bins[(length - 1) // bin_days] += many
    reached = 0
    for place, many in sorted(bins.items()):
        reached += many
        yield GapBin(
            first_days=place * bin_days + 1,
            last_days=(place + 1) * bin_days,
            gaps=many,
            share=ratio(many, count),
            cumulative_share=ratio(reached, count),
        )
