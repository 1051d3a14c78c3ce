"""What the answers of all have in common: their main figures, in the same plain form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from math import isclose
from typing import Any

Given = Mapping[str, Any]
"""What is asked about: a SKU, a customer's number, the least counts."""
Figures = dict[str, Any]
"""Whole numbers (amounts in cents), texts, days as texts, floats, and lists of these."""
Answers = Mapping[str, Callable[[Given], Figures]]
"""What each question is answered by."""


def cents(amount: Decimal | str) -> int:
    """An amount as it was told, exactly. Raises ValueError when it is no whole number of cents."""
    whole, rest = divmod(Decimal(amount) * 100, 1)
    if rest:
        raise ValueError(f"{amount} is no whole number of cents")
    return int(whole)


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """Of many rows, in their order."""
    return sha256("\n".join(" ".join(map(str, row)) for row in rows).encode()).hexdigest()


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
