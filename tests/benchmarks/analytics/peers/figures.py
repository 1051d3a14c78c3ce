"""What the answers of all have in common: their main figures, in the same plain form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from math import isclose
from typing import Any, Final

from tests.benchmarks.analytics.shop import AS_OF

Given = Mapping[str, Any]
"""What is asked about: a SKU, a customer's number, the least counts."""
Figures = dict[str, Any]
"""Whole numbers (amounts in cents), texts, days as texts, floats, and lists of these."""
Answers = Mapping[str, Callable[[Given], Figures]]
"""What each question is answered by."""

_FOUR_WEEKS: Final = timedelta(weeks=4)
FIRST: Final = (AS_OF - _FOUR_WEEKS, AS_OF)
SECOND: Final = (AS_OF - 2 * _FOUR_WEEKS, AS_OF - _FOUR_WEEKS)
"""The period that is compared and the one before it, each with its exclusive end."""


def cents(amount: Decimal | str) -> int:
    """An amount as it was told, exactly. Raises ValueError when it is no whole number of cents."""
    whole, rest = divmod(Decimal(amount) * 100, 1)
    if rest:
        raise ValueError(f"{amount} is no whole number of cents")
    return int(whole)


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """Of many rows, in their order."""
    return sha256("\n".join(" ".join(map(str, row)) for row in rows).encode()).hexdigest()


def compared(totals: Sequence[Sequence[int]], by_sku: Sequence[Mapping[str, int]]) -> Figures:
    """From customers, new ones, orders, units and cents of a period and the one before, and the cents of each SKU."""
    now, before = by_sku
    moved = [(sku, now.get(sku, 0), before.get(sku, 0)) for sku in now.keys() | before.keys()]
    moved.sort(key=lambda one: (-abs(one[1] - one[2]), one[0]))
    return {
        "figures": [list(pair) for pair in zip(*totals, strict=True)],
        "count": len(moved),
        "risen": sum(value > earlier for _, value, earlier in moved),
        "fallen": sum(value < earlier for _, value, earlier in moved),
        "movers": [list(one) for one in moved[:10]],
    }


def difference(mine: Any, other: Any, *, within: float = 1e-9, where: str = "") -> str | None:
    """The first place where they differ, if they do: floats by more than this part of them, all else at all."""
    match mine, other:
        case dict(), dict():
            pairs = [
                (f"{where}/{name}", mine.get(name), other.get(name)) for name in sorted(mine.keys() | other.keys())
            ]
        case ((list() | tuple()), (list() | tuple())):
            if len(mine) != len(other):
                return f"{where}: {len(mine)} and {len(other)} of them"
            pairs = [(f"{where}/{place}", one, two) for place, (one, two) in enumerate(zip(mine, other, strict=True))]
        case (float(), float() | int()) | (int(), float()):
            return None if isclose(mine, other, rel_tol=within, abs_tol=within) else f"{where}: {mine} and {other}"
        case _:
            return None if mine == other else f"{where}: {mine} and {other}"
    return next((found for at, one, two in pairs if (found := difference(one, two, within=within, where=at))), None)
