"""What a store tells of how customers come again: whole days and exact sums, of those customers of whom all is known.

They are the known customers whose first purchase ever lies within the scope. Several purchases on one local day are
one; the first day is no repeat. `age_days` are those from the first day to the last one before an end (exclusive).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingFacts:
    """So many `customers` bought on `repeats` days after their first, on `later_repeats` more from a split on.

    The last of the repeats was `recency_days` after the first day (0 without one). What is from the split on counts
    in `later_repeats` alone, and is 0 where the split is the end of the scope.
    """

    repeats: int
    recency_days: int
    age_days: int
    later_repeats: int
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatHistory:
    """How one customer came again, and what the repeats came to, less what came back after the first day.

    Without a repeat `repeat_revenue` is 0.
    """

    repeats: int
    recency_days: int
    age_days: int
    repeat_revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingFacts:
    """How many customers have one history."""

    history: RepeatHistory
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeater:
    """One customer and its history; `key` is its reference or, without one, its id."""

    key: str
    id: UUID
    history: RepeatHistory


class Late(StrEnum):
    """Which customers of a list are wanted: all, those who are late, or those who are not."""

    ALL = "all"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFacts:
    """How many customers there are, how many of them have bought on two days or more, and how many are late.

    Late is who has been idle, from the last purchase day to `as_of`, for longer than the 90th percentile (type 7) of
    the gaps between their own purchase days.
    """

    customers: int
    repeat_customers: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleBuyer:
    """One customer, the ends of its purchase days, and the 90th percentile of its gaps in tenths of a day, exactly.

    The percentile of whole numbers at 9/10 is a whole number of tenths; None with one purchase day.
    """

    key: str
    id: UUID
    first_day: date
    last_day: date
    purchase_days: int
    long_gap_tenths: int | None


def long_gap_tenths(gaps: Sequence[int]) -> int | None:
    """The 90th percentile (Hyndman, Fan 1996, type 7) of gaps in whole days, in tenths of a day; None without any."""
    if not gaps:
        return None
    ordered = sorted(gaps)
    place, tenths = divmod(9 * (len(ordered) - 1), 10)
    upper = ordered[min(place + 1, len(ordered) - 1)]
    return 10 * ordered[place] + tenths * (upper - ordered[place])


def is_late(idle_days: int, long_gap: int | None) -> bool:
    """Whether who has been idle for so long is late, given that percentile in tenths of a day."""
    return long_gap is not None and 10 * idle_days > long_gap
