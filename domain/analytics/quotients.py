"""Division, in one place: correctly rounded once, from exact operands, so that it is the same everywhere."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce

from domain.shared.money import EXACT, PLACES, canonical

SIGNIFICANT = 12
_RATIO = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN)
_QUANTUM = Decimal(1).scaleb(-PLACES)
# From here on twelve significant digits would be coarser than money is.
_LARGE = Decimal(10) ** (SIGNIFICANT - PLACES)


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
