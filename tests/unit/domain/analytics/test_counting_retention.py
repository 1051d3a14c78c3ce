"""How customers come again against an oracle that was written otherwise, over drawn histories."""

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.analytics.counting_retention import count_cohorts, count_gaps, count_purchase_days
from domain.analytics.history import PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.scope import Scope
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.histories import histories, scopes
from tests.unit.domain.analytics import oracle

drawn = settings(
    max_examples=how_many_histories(25),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def some(data: st.DataObject) -> tuple[PurchaseHistory, Scope]:
    history = data.draw(histories(largest=20))
    return history, data.draw(scopes(history))


@drawn
@given(st.data())
def test_purchase_days_and_gaps(data: st.DataObject) -> None:
    history, scope = some(data)
    days = oracle.days_of_customers(history, scope).values()
    many = [len(each) for each in days]
    assert count_purchase_days(history, scope) == [(one, many.count(one)) for one in sorted(set(many))]
    gaps = [each[n + 1].toordinal() - each[n].toordinal() for each in days for n in range(len(each) - 1)]
    assert count_gaps(history, scope) == [(one, gaps.count(one)) for one in sorted(set(gaps))]


@drawn
@given(st.data(), st.sampled_from(Period))
def test_cohorts(data: st.DataObject, period: Period) -> None:
    history, scope = some(data)
    found = [
        (one.cohort, one.start, one.customers, one.last_customers, one.orders, Fraction(one.revenue))
        for one in count_cohorts(history, scope, period)
    ]
    assert found == oracle.cohorts(history, scope, period.value)
