"""The definitions against an oracle that was written otherwise, over drawn histories."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.analytics.counting import (
    cells,
    count_pareto,
    count_products,
    count_prospects,
    count_revenue,
    count_summary,
    histograms,
    list_buyers,
    score,
)
from domain.analytics.facts import BuyerFacts, By, Dimension, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.rfm import Method, scoring
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
def test_summary(data: st.DataObject) -> None:
    history, scope = some(data)
    found = count_summary(history, scope)
    assert (
        found.customers,
        found.orders,
        found.orders_without_customer,
        found.basket_items,
        found.products,
        found.units,
        Fraction(found.revenue),
        found.returned_units,
        Fraction(found.returned_revenue),
    ) == oracle.summary(history, scope)


@drawn
@given(st.data(), st.sampled_from(Period))
def test_revenue(data: st.DataObject, period: Period) -> None:
    history, scope = some(data)
    found = [
        (one.start, one.orders, one.units, Fraction(one.revenue), one.customers, one.new_customers)
        for one in count_revenue(history, scope, period)
    ]
    assert found == oracle.revenue(history, scope, period.value)


@drawn
@given(st.data(), st.sampled_from(By), st.sampled_from(Metric), st.sampled_from((1, 3, 100)))
def test_products(data: st.DataObject, by: By, metric: Metric, limit: int) -> None:
    history, scope = some(data)
    facts = count_products(history, scope, by, metric, limit)
    expected = oracle.products(history, scope, by.value)
    column = list(Metric).index(metric)
    order = sorted(expected, key=lambda key: (-expected[key][column], key.encode()))
    found = {row.key: (Fraction(row.revenue), row.units, row.orders, row.customers) for row in facts.top}
    assert [row.key for row in facts.top] == order[:limit]
    assert found == {key: expected[key] for key in order[:limit]}
    assert facts.count == len(expected)
    skus = oracle.products(history, scope, "product").values()
    assert Fraction(facts.positive_revenue) == sum(max(amount, 0) for amount, *_ in skus)
    assert facts.positive_units == sum(max(units, 0) for _, units, *_ in skus)
    bought = [row for row in oracle.rows(history, scope) if row.sign == 1]
    assert facts.unattributed_lines == sum(not oracle.keys(history, row, by.value) for row in bought)


@drawn
@given(st.data(), st.sampled_from(Dimension), st.sampled_from((1, 3, 100)))
def test_spread(data: st.DataObject, dimension: Dimension, limit: int) -> None:
    history, scope = some(data)
    facts = count_pareto(history, scope, dimension, limit)
    if dimension is Dimension.CUSTOMER:
        expected = [(key, customer, amount) for key, customer, _, _, amount in oracle.buyers(history, scope)]
    else:
        sold = oracle.products(history, scope, dimension.value)
        expected = [(key, "None", amount) for key, (amount, *_) in sold.items()]
    order = sorted(expected, key=lambda one: (-one[2], one[0].encode(), one[1]))
    assert [(one.key, str(one.id), Fraction(one.revenue)) for one in facts.top] == order[:limit]
    amounts = [amount for *_, amount in expected]
    assert [(Fraction(amount), many) for amount, many in facts.amounts] == [
        (amount, amounts.count(amount)) for amount in sorted(set(amounts))
    ]
    bought = [row for row in oracle.rows(history, scope) if row.sign == 1]
    if dimension is Dimension.CUSTOMER:
        assert facts.unattributed_lines == sum(row.customer is None for row in bought)
    else:
        assert facts.unattributed_lines == sum(not oracle.keys(history, row, dimension.value) for row in bought)


@drawn
@given(st.data(), st.sampled_from(Method))
def test_rfm(data: st.DataObject, method: Method) -> None:
    history, scope = some(data)
    buyers = list_buyers(history, scope)
    expected = oracle.buyers(history, scope)
    assert [(one.key, str(one.id), one.last_day, one.orders, Fraction(one.revenue)) for one in buyers] == expected
    scored = score(buyers, scoring(histograms(buyers), method, scope)[0])
    assert [(one.r, one.f, one.m) for one in scored] == oracle.scores(expected, scope.as_of, method.value)
    assert sum(cell.customers for cell in cells(scored)) == len(expected)
    living = [one for one in history.customers if one.lifecycle.deleted_at is None]
    assert count_prospects(history, scope) == sum(str(one.id) not in {row[1] for row in expected} for one in living)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("values", [[1], [1, 1], [1, 2], [3, 9, 3, 4, 10, 9, 3], list(range(1, 24)), [5] * 9 + [6]])
def test_few_customers_and_many_ties(values: list[int], method: Method) -> None:
    as_of = date(2026, 4, 1)
    buyers = [
        BuyerFacts(
            key=f"{number:02}",
            id=UUID(int=number),
            last_day=as_of - timedelta(days=value),
            orders=value,
            revenue=Decimal(value) / 10,
        )
        for number, value in enumerate(values)
    ]
    scored = score(buyers, scoring(histograms(buyers), method, Scope(as_of=as_of, currency="EUR"))[0])
    plain = [(one.key, str(one.id), one.last_day, one.orders, Fraction(one.revenue)) for one in buyers]
    assert [(one.r, one.f, one.m) for one in scored] == oracle.scores(plain, as_of, method.value)
