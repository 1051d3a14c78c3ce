"""Quantiles of type 7 (Hyndman, Fan 1996, The American Statistician 50(4)): linear between neighbours, exact here."""

from collections.abc import Sequence
from decimal import Decimal

from domain.shared.money import EXACT


def fifths(histogram: Sequence[tuple[Decimal | int, int]]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The quantiles at .2, .4, .6 and .8 of values with their counts, in ascending order of the values.

    The k-th stands at place (n - 1) k / 5 of the sorted values, counted from 0, so it is a value plus a whole number
    of fifths of the step to the next: one decimal place more than the values have. Raises ValueError without values.
    """
    n = sum(count for _, count in histogram)
    if n == 0:
        raise ValueError("nothing has no quantiles")
    first, second, third, fourth = (_fifth(histogram, n, k) for k in (1, 2, 3, 4))
    return first, second, third, fourth


def _fifth(histogram: Sequence[tuple[Decimal | int, int]], n: int, k: int) -> Decimal:
    place, rest = divmod((n - 1) * k, 5)
    low = _at(histogram, place)
    if rest == 0:
        return low
    step = EXACT.subtract(_at(histogram, place + 1), low)
    return EXACT.add(low, EXACT.multiply(step, Decimal(rest).scaleb(-1) * 2))


def _at(histogram: Sequence[tuple[Decimal | int, int]], place: int) -> Decimal:
    for value, count in histogram:
        place -= count
        if place < 0:
            return Decimal(value)
    raise IndexError(place)
