"""Quantiles of type 7 (Hyndman, Fan 1996, The American Statistician 50(4)): linear between neighbours, exact here."""

from collections.abc import Sequence
from decimal import Decimal

from domain.shared.money import EXACT

Histogram = Sequence[tuple[Decimal | int, int]]


def fifths(histogram: Histogram) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The quantiles at .2, .4, .6 and .8 of values with their counts, in ascending order of the values.

    Each is a value plus a whole number of fifths of the step to the next: one decimal place more than the values have.
    Raises ValueError without values.
    """
    first, second, third, fourth = (_quantile(histogram, k, 5) for k in (1, 2, 3, 4))
    return first, second, third, fourth


def percentile(histogram: Histogram, percent: int) -> Decimal:
    """As `fifths`, the quantile at `percent` hundredths: two decimal places more than the values have."""
    return _quantile(histogram, percent, 100)


def _quantile(histogram: Histogram, k: int, of: int) -> Decimal:
    """The quantile at `k / of`: it stands at place (n - 1) k / of of the n sorted values, counted from 0."""
    n = sum(count for _, count in histogram)
    if n == 0:
        raise ValueError("nothing has no quantiles")
    place, rest = divmod((n - 1) * k, of)
    low = _at(histogram, place)
    if rest == 0:
        return low
    step = EXACT.subtract(_at(histogram, place + 1), low)
    return EXACT.add(low, EXACT.multiply(step, EXACT.divide(Decimal(rest), Decimal(of))))


def _at(histogram: Histogram, place: int) -> Decimal:
    for value, count in histogram:
        place -= count
        if place < 0:
            return Decimal(value)
    raise IndexError(place)
