from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.comparison import Against, Comparison, Figure, MovementFacts, MoverFacts, PeriodTotals, compare
from domain.analytics.facts import By, Metric, SummaryFacts
from domain.analytics.scope import Scope

NOW = Scope(from_=date(2026, 3, 1), as_of=date(2026, 4, 1), currency="EUR")
THEN = Scope(from_=date(2026, 2, 1), as_of=date(2026, 3, 1), currency="EUR")
AMOUNTS = st.decimals(-(10**15), 10**15, places=4, allow_nan=False, allow_infinity=False)


def totals(revenue: Decimal | str = "0", orders: int = 0, new: int = 0, days: tuple[int, ...] = ()) -> PeriodTotals:
    """A period with so much revenue, so many orders of two SKUs each, and customers who bought on one, two ... days."""
    summary = SummaryFacts(
        customers=sum(days),
        orders=orders,
        orders_without_customer=0,
        basket_items=2 * orders,
        products=2 if orders else 0,
        units=3 * orders,
        revenue=Decimal(revenue),
        returned_units=0,
        returned_revenue=Decimal(0),
    )
    return PeriodTotals(summary=summary, new_customers=new, purchase_days=list(enumerate(days, start=1)))


def answer(now: PeriodTotals, then: PeriodTotals, *movers: MoverFacts, metric: Metric = Metric.REVENUE) -> Comparison:
    facts = MovementFacts(top=movers, count=len(movers), risen=0, fallen=0)
    return compare((now, then), facts, (NOW, THEN), by=By.PRODUCT, metric=metric, today=date(2026, 3, 31))


def figure(found: Comparison, name: str) -> Figure:
    return next(one for one in found.figures if one.figure == name)


@pytest.mark.parametrize(
    ("against", "first", "as_of", "expected"),
    [
        (Against.PREVIOUS, "2026-03-01", "2026-04-01", ("2026-01-29", "2026-03-01")),
        (Against.PREVIOUS, "2026-03-01", "2026-03-02", ("2026-02-28", "2026-03-01")),
        (Against.YEAR, "2026-03-01", "2026-04-01", ("2025-03-01", "2025-04-01")),
        # All of February, and back, with and without its 29th.
        (Against.YEAR, "2024-02-01", "2024-03-01", ("2023-02-01", "2023-03-01")),
        (Against.YEAR, "2025-02-01", "2025-03-01", ("2024-02-01", "2024-03-01")),
        # The day itself is the 28th, and what ends with the 28th does so again.
        (Against.YEAR, "2024-02-29", "2024-03-01", ("2023-02-28", "2023-03-01")),
        (Against.YEAR, "2024-02-01", "2024-02-29", ("2023-02-01", "2023-03-01")),
    ],
)
def test_the_other_period(against: Against, first: str, as_of: str, expected: tuple[str, str]) -> None:
    found = against.period(date.fromisoformat(first), date.fromisoformat(as_of))
    assert found == tuple(map(date.fromisoformat, expected))


@given(st.dates(date(1900, 1, 1), date(9998, 12, 30)), st.integers(1, 400))
def test_no_other_period_is_empty(first: date, days: int) -> None:
    as_of = date.fromordinal(min(first.toordinal() + days, date.max.toordinal()))
    for against in Against:
        start, end = against.period(first, as_of)
        assert start < end <= as_of
        assert abs((end - start) - (as_of - first)).days <= (0 if against is Against.PREVIOUS else 1)


def test_before_the_first_day_there_is_none() -> None:
    assert Against.PREVIOUS.period(date(1, 1, 9), date(1, 6, 1)) == (date(1, 1, 1), date(1, 1, 9))
    assert Against.YEAR.period(date(1, 1, 9), date(1, 6, 1)) == (date(1, 1, 9), date(1, 6, 1))


def test_changes_are_of_the_exact_figures() -> None:
    found = answer(totals("100", 3, new=2, days=(1, 3)), totals("50", 7, new=4, days=(4,)))
    assert figure(found, "average_order_value") == Figure(
        figure="average_order_value",
        kind=figure(found, "average_order_value").kind,
        value=Decimal("33.3333333333"),
        before=Decimal("7.14285714286"),
        change=Decimal("26.1904761905"),  # 550/21
        relative_change=3.66666666667,  # 11/3
    )
    rate = figure(found, "repeat_rate")
    assert (rate.value, rate.before, rate.change, rate.relative_change) == (0.75, 0.0, 0.75, None)
    new = figure(found, "new_customers")
    assert (new.value, new.change, new.relative_change) == (2, -2, -0.5)


def test_without_orders_there_are_no_means_and_no_changes_of_them() -> None:
    found = answer(totals("10", 1, days=(1,)), totals())
    for name in ("average_order_value", "basket_size", "units_per_order", "repeat_rate"):
        one = figure(found, name)
        assert one.value is not None
        assert (one.before, one.change, one.relative_change) == (None, None, None)
    revenue = figure(found, "revenue")
    assert (revenue.before, revenue.change, revenue.relative_change) == (Decimal(0), Decimal(10), None)


def test_the_size_of_what_was_below_nothing_is_compared_with() -> None:
    found = answer(totals("30", 1), totals("-60", 1))
    revenue = figure(found, "revenue")
    assert (revenue.change, revenue.relative_change) == (Decimal(90), 1.5)


def test_a_period_that_goes_on_is_not_finished() -> None:
    found = answer(totals(), totals())
    assert (found.period.finished, found.before.finished) == (False, True)
    assert (found.period.days, found.before.days) == (31, 28)


def test_movers_are_whole_numbers_or_amounts() -> None:
    money = answer(totals(), totals(), MoverFacts(key="K", name=None, value=Decimal("1.0000"), before=0))
    assert [(one.name, str(one.value), str(one.before), str(one.change)) for one in money.movers] == [
        ("K", "1.00", "0.00", "1.00")
    ]
    pieces = answer(totals(), totals(), MoverFacts(key="K", name="Kit", value=1, before=4), metric=Metric.UNITS)
    assert [(one.name, one.value, one.change, one.relative_change) for one in pieces.movers] == [("Kit", 1, -3, -0.75)]


@given(AMOUNTS, AMOUNTS, st.integers(0, 9), st.integers(0, 9))
def test_all_figures_as_fractions_have_them(now: Decimal, then: Decimal, orders: int, earlier: int) -> None:
    found = answer(totals(now, orders), totals(then, earlier))
    revenue = figure(found, "revenue")
    change = Fraction(now) - Fraction(then)
    assert (Fraction(revenue.value or 0), Fraction(revenue.change or 0)) == (Fraction(now), change)
    if then:
        assert revenue.relative_change == pytest.approx(float(change / abs(Fraction(then))), rel=1e-11)
    mean = figure(found, "average_order_value")
    if orders and earlier:
        assert mean.change is not None
        exactly = Fraction(now) / orders - Fraction(then) / earlier
        assert abs(Fraction(mean.change) - exactly) <= max(abs(exactly) / 10**11, Fraction(1, 10**12))
