"""Repeat rate: how many customers come again."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.analytics.quotients import ratio
from domain.analytics.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseDays:
    """How many customers bought on so many days, and their share of all with a purchase."""

    purchase_days: int
    customers: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRate:
    """Known customers with a purchase, and those of them with two purchase days or more.

    `repeat_rate` is repeat_customers / customers, null when there are none; `purchase_days` are the days of all
    customers added up; `frequencies` ascend and leave out what nobody has.
    """

    currency: str | None
    customers: int
    repeat_customers: int
    repeat_rate: float | None
    purchase_days: int
    frequencies: Sequence[PurchaseDays]


def repeat_rate(days: Sequence[tuple[int, int]], scope: Scope) -> RepeatRate:
    """The answer that these facts give: how many customers (second) bought on so many days (first), ascending."""
    customers = sum(count for _, count in days)
    repeat = repeat_customers(days)
    return RepeatRate(
        currency=scope.currency,
        customers=customers,
        repeat_customers=repeat,
        repeat_rate=ratio(repeat, customers),
        purchase_days=sum(many * count for many, count in days),
        frequencies=[
            PurchaseDays(purchase_days=many, customers=count, share=ratio(count, customers)) for many, count in days
        ],
    )


def repeat_customers(days: Sequence[tuple[int, int]]) -> int:
    """Those with two purchase days or more."""
    return sum(count for many, count in days if many >= 2)
