"""Revenue by day, week or month, without holes."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.analytics.facts import PeriodFacts
from domain.analytics.periods import Period
from domain.analytics.quotients import exact_sum, mean_amount
from domain.analytics.scope import Scope
from domain.shared.money import EXACT, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenuePeriod:
    """One period, from `start` to `end` (both inclusive); units and revenue are net of what came back in it.

    `moving_average` is the mean revenue of this and the periods before it, `window` in all; null until there are so
    many. `finished` is false when the period goes on past the last whole day counted.
    """

    start: date
    end: date
    orders: int
    units: int
    revenue: Decimal
    customers: int
    new_customers: int
    moving_average: Decimal | None
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueSeries:
    """Every period from `from` (or the first day with a sale or a return) to the day before `as_of`.

    `counted_to` is the first day that is not over: `as_of`, or today where that is earlier.
    """

    currency: str | None
    period: Period
    window: int
    counted_to: date
    orders: int
    units: int
    revenue: Decimal
    periods: Sequence[RevenuePeriod]


def revenue_series(
    facts: Sequence[PeriodFacts], scope: Scope, *, period: Period, window: int, today: date
) -> RevenueSeries:
    """The answer that these facts give, on this day in the scope's zone. Raises Invalid with `too-many-periods`."""
    currency = scope.currency or ""
    counted_to = min(scope.as_of, today)
    return RevenueSeries(
        currency=scope.currency,
        period=period,
        window=window,
        counted_to=counted_to,
        orders=sum(one.orders for one in facts),
        units=sum(one.units for one in facts),
        revenue=canonical(exact_sum(one.revenue for one in facts), currency),
        periods=list(_periods(facts, scope, period, window, counted_to)),
    )


def _periods(
    facts: Sequence[PeriodFacts], scope: Scope, period: Period, window: int, counted_to: date
) -> Iterator[RevenuePeriod]:
    currency = scope.currency or ""
    first = scope.from_ or (facts[0].start if facts else scope.as_of)
    known = {one.start: one for one in facts}
    recent: deque[Decimal] = deque()
    total = Decimal(0)
    for start in period.between(first, scope.as_of):
        one = known.get(start) or _nothing(start)
        recent.append(one.revenue)
        total = EXACT.add(total, one.revenue)
        if len(recent) > window:
            total = EXACT.subtract(total, recent.popleft())
        after = period.after(start)
        yield RevenuePeriod(
            start=start,
            end=after - timedelta(days=1),
            orders=one.orders,
            units=one.units,
            revenue=canonical(one.revenue, currency),
            customers=one.customers,
            new_customers=one.new_customers,
            moving_average=mean_amount(total, window, currency) if len(recent) == window else None,
            finished=after <= counted_to,
        )


def _nothing(start: date) -> PeriodFacts:
    return PeriodFacts(start=start, orders=0, units=0, revenue=Decimal(0), customers=0, new_customers=0)
