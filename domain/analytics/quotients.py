"""Division, in one place: correctly rounded once, from exact operands, so that it is the same everywhere."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from math import isqrt

from domain.shared.money import EXACT, PLACES, canonical

SIGNIFICANT = 12
_RATIO = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN)
_QUANTUM = Decimal(1).scaleb(-PLACES)
# From here on twelve significant digits would be coarser than money is.
_LARGE = Decimal(10) ** (SIGNIFICANT - PLACES)
# Two unequal fractions of denominators below 2**64 lie further apart than 2**-128.
_BITS = 128
# Of a root, in decimal places: a cosine of a million's counts still has more than twenty digits.
ROOT_PLACES = 30


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum, exactly."""
    return reduce(EXACT.add, values, Decimal(0))


def ratio(part: Decimal | int, whole: Decimal | int) -> float | None:
    """`part / whole` to twelve significant digits, or None when `whole` is 0."""
    return None if whole == 0 else float(_RATIO.divide(Decimal(part), Decimal(whole)))


def mean_amount(total: Decimal, count: int, currency: str) -> Decimal | None:
    """An amount a head: twelve significant digits and at least four places, or None when there are no heads."""
    if count == 0:
        return None
    mean = _RATIO.divide(total, Decimal(count))
    if abs(mean) >= _LARGE:
        mean = EXACT.divide(total, Decimal(count)).quantize(_QUANTUM, context=EXACT)
    return canonical(mean, currency)


def place(part: int, whole: int) -> int:
    """A whole number that sorts as `part / whole` does, equal where that is equal: the order is exact.

    For wholes from 1 to below 2**64.
    """
    return (part << _BITS) // whole


def root_places(part: int, whole: int) -> int:
    """The square root of `part / whole` in whole steps of 10**-ROOT_PLACES, rounded down; equal for equal fractions."""
    return isqrt(part * 10 ** (2 * ROOT_PLACES) // whole)


def root(part: int, whole: int) -> float | None:
    """The square root of `part / whole` to twelve significant digits, or None when `whole` is 0."""
    return None if whole == 0 else ratio(root_places(part, whole), 10**ROOT_PLACES)
