"""What readers think of a book, in sum."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rating:
    """How many published reviews rate the book, and the sum of their stars: two counts that a store can add to.

    It changes without the version of the book, which is that of what its staff wrote.
    """

    count: int = 0
    sum: int = 0

    @property
    def average(self) -> Decimal | None:
        """Of two places, halves rounded up; None without a review."""
        return (Decimal(self.sum) / self.count).quantize(_PLACES, ROUND_HALF_UP) if self.count else None


UNRATED = Rating()
