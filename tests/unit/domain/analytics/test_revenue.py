from datetime import date
from decimal import Decimal

import pytest

from domain.analytics.facts import PeriodFacts
from domain.analytics.periods import Period
from domain.analytics.revenue import RevenueSeries, revenue_series
from domain.analytics.scope import Scope
from domain.shared.errors import Invalid

FAR = date(2030, 1, 1)


def sold(
    start: date, revenue: str, *, orders: int = 1, units: int = 1, customers: int = 1, new: int = 0
) -> PeriodFacts:
    return PeriodFacts(
        start=start, orders=orders, units=units, revenue=Decimal(revenue), customers=customers, new_customers=new
    )


def series(
    *facts: PeriodFacts,
    as_of: date,
    first: date | None = None,
    period: Period = Period.DAY,
    window: int = 2,
    today: date = FAR,
) -> RevenueSeries:
    scope = Scope(as_of=as_of, from_=first, currency="EUR")
    return revenue_series(facts, scope, period=period, window=window, today=today)


def test_empty_days_are_filled_from_the_first_sale_to_the_last_day_before_as_of() -> None:
    found = series(sold(date(2026, 1, 2), "10.0000"), sold(date(2026, 1, 4), "5"), as_of=date(2026, 1, 6))
    assert [(one.start.day, one.end.day, str(one.revenue), one.orders) for one in found.periods] == [
        (2, 2, "10.00", 1),
        (3, 3, "0.00", 0),
        (4, 4, "5.00", 1),
        (5, 5, "0.00", 0),
    ]
    assert (found.orders, found.units, str(found.revenue)) == (2, 2, "15.00")


def test_the_series_begins_with_from_when_it_is_given() -> None:
    found = series(sold(date(2026, 1, 2), "10"), as_of=date(2026, 1, 3), first=date(2025, 12, 31))
    assert [one.start for one in found.periods] == [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)]
    nothing = series(as_of=date(2026, 1, 3), first=date(2026, 1, 1))
    assert [one.revenue for one in nothing.periods] == [Decimal("0.00")] * 2
    assert series(as_of=date(2026, 1, 3)).periods == []


def test_the_moving_average_waits_for_its_window() -> None:
    facts = [sold(date(2026, 1, day), revenue) for day, revenue in ((1, "1"), (2, "1"), (4, "-2.5"))]
    found = series(*facts, as_of=date(2026, 1, 6), window=3)
    averages = [one.moving_average for one in found.periods]
    assert averages == [None, None, Decimal("0.666666666667"), Decimal("-0.5"), Decimal("-0.833333333333")]
    single = series(*facts, as_of=date(2026, 1, 6), window=1)
    assert [one.moving_average for one in single.periods] == [one.revenue for one in single.periods]


def test_a_moving_average_of_large_amounts_is_exact() -> None:
    facts = [sold(date(2026, 1, 1), "10000000000000"), sold(date(2026, 1, 2), "0.0002")]
    found = series(*facts, as_of=date(2026, 1, 4), window=2)
    assert [one.moving_average for one in found.periods[1:]] == [Decimal("5000000000000.0001"), Decimal("0.0001")]


@pytest.mark.parametrize(
    ("period", "as_of", "today", "finished"),
    [
        (Period.MONTH, date(2026, 2, 1), FAR, [True]),
        (Period.MONTH, date(2026, 1, 31), FAR, [False]),
        (Period.WEEK, date(2026, 1, 12), FAR, [True, True]),
        (Period.WEEK, date(2026, 1, 11), FAR, [True, False]),
        # As asked on the morning of the 3rd, with as_of left to its default: today is not over.
        (Period.DAY, date(2026, 1, 4), date(2026, 1, 3), [True, False]),
        (Period.DAY, date(2026, 1, 6), date(2026, 1, 3), [True, False, False, False]),
    ],
)
def test_periods_that_are_not_over_are_flagged(period: Period, as_of: date, today: date, finished: list[bool]) -> None:
    start = period.start(date(2026, 1, 2))
    found = series(sold(start, "1"), as_of=as_of, period=period, today=today)
    assert [one.finished for one in found.periods] == finished
    assert found.counted_to == min(as_of, today)


def test_a_period_ends_on_its_own_last_day() -> None:
    weeks = series(sold(date(2025, 12, 29), "1"), as_of=date(2026, 1, 8), period=Period.WEEK)
    assert [(one.start, one.end) for one in weeks.periods] == [
        (date(2025, 12, 29), date(2026, 1, 4)),
        (date(2026, 1, 5), date(2026, 1, 11)),
    ]
    months = series(sold(date(2024, 2, 1), "1"), as_of=date(2024, 2, 2), period=Period.MONTH)
    assert [(one.start, one.end) for one in months.periods] == [(date(2024, 2, 1), date(2024, 2, 29))]


def test_too_long_a_series_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        series(sold(date(1900, 1, 1), "1"), as_of=date(2026, 1, 1))
    assert refused.value.problems[0].code == "too-many-periods"
    assert len(series(sold(date(1900, 1, 1), "1"), as_of=date(2026, 1, 1), period=Period.WEEK).periods) == 6575
