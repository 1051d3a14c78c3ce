"""Chance that falls the same way for the same seed, on every version of Python."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """Seeded chance. Of the standard generator only `random()` is promised to stay as it is, so only that is used."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random  # noqa: S311  # chance for a demonstration, no secret

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included, each as likely."""
        return least + int(self.random() * (most - least + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        return choices[int(self.random() * len(choices))]

    def heavy_tail(self, exponent: float, most: float) -> float:
        """From 1 to `most`, small as a rule and sometimes large: a Pareto distribution cut off."""
        return min(most, math.pow(1 - self.random(), -1 / exponent))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in another order (Fisher and Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.between(0, last)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed


class Weighted(Generic[T]):
    """Choices, some more likely than others."""

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        self._items = items
        self._sums = list(accumulate(weights))

    def draw(self, dice: Dice) -> T:
        """One of them."""
        return self._items[bisect_right(self._sums, dice.random() * self._sums[-1], hi=len(self._items) - 1)]
