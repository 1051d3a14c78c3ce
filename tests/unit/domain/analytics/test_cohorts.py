from datetime import date
from decimal import Decimal

import pytest

from domain.analytics.cohorts import Cohorts, Retention, cohort_table
from domain.analytics.facts import CohortFacts
from domain.analytics.periods import Period
from domain.analytics.scope import Scope
from domain.shared.errors import Invalid

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def did(cohort: date, start: date, customers: int, last: int, revenue: str) -> CohortFacts:
    return CohortFacts(
        cohort=cohort,
        start=start,
        customers=customers,
        last_customers=last,
        orders=2 * customers,
        revenue=Decimal(revenue),
    )


FACTS = [
    did(JANUARY, date(2025, 11, 1), 0, 0, "-7"),
    did(JANUARY, JANUARY, 3, 1, "30"),
    did(JANUARY, FEBRUARY, 0, 0, "-60"),
    did(JANUARY, MARCH, 2, 2, "20.5"),
    did(MARCH, MARCH, 1, 1, "1"),
]


def table(
    *, retention: Retention = Retention.CLASSIC, as_of: date = date(2026, 3, 20), today: date = date(2026, 3, 20)
) -> Cohorts:
    scope = Scope(as_of=as_of, currency="EUR")
    return cohort_table(FACTS, scope, period=Period.MONTH, retention=retention, today=today)


def test_classic_cells_count_who_bought_in_them() -> None:
    found = table()
    assert [(one.cohort.month, one.periods_since, one.customers, one.orders, one.rate) for one in found.cells] == [
        (1, 0, 3, 6, 1.0),
        (1, 1, 0, 0, 0.0),
        (1, 2, 2, 4, 0.666666666667),
        (3, 0, 1, 2, 1.0),
    ]
    assert [(one.start, one.end.day, one.customers) for one in found.cohorts] == [(JANUARY, 31, 3), (MARCH, 31, 1)]
    assert found.customers == 4


def test_unbounded_cells_count_who_bought_in_them_or_later() -> None:
    assert [one.customers for one in table(retention=Retention.UNBOUNDED).cells] == [3, 2, 2, 1]


def test_money_adds_up_and_may_sink_below_nothing() -> None:
    january = table().cells[:3]
    assert [one.revenue for one in january] == [Decimal(30), Decimal(-60), Decimal("20.5")]
    assert [one.cumulative_revenue for one in january] == [Decimal(30), Decimal(-30), Decimal("-9.5")]
    assert [str(one.cumulative_revenue_per_customer) for one in january] == ["10.00", "-10.00", "-3.16666666667"]


def test_what_came_back_before_the_first_purchase_is_in_no_cell() -> None:
    assert [str(one.returned_before) for one in table().cohorts] == ["7.00", "0.00"]


def test_a_period_that_goes_on_is_not_finished() -> None:
    assert [one.finished for one in table().cells] == [True, True, False, False]
    assert [one.finished for one in table(as_of=date(2026, 4, 1)).cells] == [True, True, False, False]
    april = date(2026, 4, 1)
    assert all(one.finished for one in table(as_of=april, today=april).cells)


def test_too_many_cells_are_refused() -> None:
    scope = Scope(as_of=date(2020, 1, 1), currency="EUR")
    starts = Period.WEEK.between(date(2010, 1, 1), scope.as_of)
    facts = [did(start, start, 1, 1, "1") for start in starts]
    with pytest.raises(Invalid) as refused:
        cohort_table(facts, scope, period=Period.WEEK, retention=Retention.CLASSIC, today=scope.as_of)
    assert [(one.pointer, one.code) for one in refused.value.problems] == [("/period", "too-many-cells")]
