"""Pairs are counted as the oracle counts them: every pair of keys against every unit."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.counting import count_products, count_summary
from domain.analytics.counting_affinity import (
    count_bought,
    count_pairs,
    count_pairs_beside,
    count_pairs_within,
    count_units,
    is_customer,
    list_beside,
    list_names,
    list_neighbours,
    list_popular,
)
from domain.analytics.facts import By, Metric
from domain.analytics.pairs import Measure, PairQuestion, Unit
from tests.unit.domain.analytics import oracle
from tests.unit.domain.analytics.test_affinity import value
from tests.unit.domain.analytics.test_counting import drawn, some


@drawn
@given(st.data(), st.sampled_from(Unit), st.sampled_from(By), st.integers(1, 3))
def test_pairs(data: st.DataObject, unit: Unit, by: By, least: int) -> None:
    history, scope = some(data)
    held = oracle.held(history, scope, unit.value, by.value)
    every = {key for skus in held.values() for key in skus}
    many = {key: sum(key in skus for skus in held.values()) for key in every}
    units = count_units(history, scope, unit)
    summary = count_summary(history, scope)
    assert units == (summary.orders if unit is Unit.BASKET else summary.customers)
    frequent = {key for key in every if many[key] >= least}
    within = sum(len(list(combinations(skus & frequent, 2))) for skus in held.values())
    assert count_pairs_within(history, scope, unit, by, least=least) == within
    measure, limit = data.draw(st.sampled_from(Measure)), data.draw(st.sampled_from((1, 3, 1000)))
    confidence = data.draw(st.sampled_from((None, Fraction(1, 2), Fraction(1))))
    question = PairQuestion(
        unit=unit, by=by, units=units, least=least, confidence=confidence, measure=measure, limit=limit
    )
    found = count_pairs(history, scope, question)
    told = [(one.a, one.b, one.n_a, one.n_b, one.n_ab) for one in found.top]
    expected = []
    for a, b in combinations(sorted(every, key=str.encode), 2):
        both = sum({a, b} <= skus for skus in held.values())
        if both >= least and (confidence is None or Fraction(both, min(many[a], many[b])) >= confidence):
            expected.append((a, b, many[a], many[b], both))
    assert found.count == len(expected)
    assert set(told) <= set(expected)
    assert len(told) == min(limit, len(expected))
    order = [(-value(measure, units, one), one.a.encode(), one.b.encode()) for one in found.top]
    assert order == sorted(order)
    if limit >= len(expected):
        assert set(told) == set(expected)
    else:
        least_told = value(measure, units, found.top[-1])
        assert all(
            value(measure, units, one) <= least_told
            for one in count_pairs(history, scope, question_of_all(question)).top
            if one not in found.top
        )


def question_of_all(question: PairQuestion) -> PairQuestion:
    return PairQuestion(
        unit=question.unit,
        by=question.by,
        units=question.units,
        least=question.least,
        confidence=question.confidence,
        measure=question.measure,
        limit=1000,
    )


@drawn
@given(st.data(), st.integers(1, 3))
def test_neighbours(data: st.DataObject, least: int) -> None:
    history, scope = some(data)
    held = oracle.held(history, scope, "customer", "product")
    every = sorted({key for skus in held.values() for key in skus}, key=str.encode)
    many = {key: sum(key in skus for skus in held.values()) for key in every}
    both = {(i, j): sum({i, j} <= skus for skus in held.values()) for i in every for j in every if i != j}
    near = {
        i: sorted(
            (j for j in every if j != i and both[i, j] >= least),
            key=lambda j: (-Fraction(both[i, j] ** 2, many[i] * many[j]), j.encode()),  # sorted at once
        )
        for i in every
    }
    for limit in (1, 2, 1000):
        found = list_neighbours(history, scope, None, least=least, limit=limit)
        assert [(one.key, one.neighbour, one.n_i, one.n_j, one.n_ij) for one in found] == [
            (i, j, many[i], many[j], both[i, j]) for i in every for j in near[i][:limit]
        ]
        for i in (*every[:2], "nothing"):
            of_one = list_neighbours(history, scope, i, least=least, limit=limit)
            assert of_one == [one for one in found if one.key == i]


@drawn
@given(st.data(), st.integers(1, 2))
def test_of_one_customer(data: st.DataObject, least: int) -> None:
    history, scope = some(data)
    held = oracle.held(history, scope, "customer", "product")
    shelves = oracle.held(history, scope, "customer", "category")
    every = sorted({key for skus in held.values() for key in skus}, key=str.encode)
    many = {key: sum(key in skus for skus in held.values()) for key in every}
    frequent = {key for key in every if many[key] >= least}
    categories = {
        key: {
            one
            for row in oracle.rows(history, scope)
            if row.sign == 1 and row.sku == key
            for one in oracle.keys(history, row, "category")
        }
        for key in every
    }
    for customer in history.customers:
        assert is_customer(history, customer.id) == (customer.lifecycle.deleted_at is None)
        bought, own = held.get(customer.id, set()), shelves.get(customer.id, set())
        assert count_bought(history, scope, customer.id) == len(bought)
        found = list_beside(history, scope, customer.id, least=least)
        expected = [
            (i, j, many[i], many[j], both)
            for i in every
            for j in every
            if i in bought and j not in bought
            if (both := sum({i, j} <= skus for skus in held.values())) >= least
        ]
        assert [(one.key, one.neighbour, one.n_i, one.n_j, one.n_ij) for one in found] == expected
        assert count_pairs_beside(history, scope, customer.id, least=least) == sum(
            i in skus and j in skus for skus in held.values() for i in bought & frequent for j in frequent - bought
        )
        rest = sorted((key for key in every if key not in bought), key=lambda key: (-many[key], key.encode()))
        anything = list_popular(history, scope, customer.id, limit=3, of_own_categories=False)
        assert [(one.key, one.customers, one.categories) for one in anything] == [
            (key, many[key], ()) for key in rest[:3]
        ]
        shelved = list_popular(history, scope, customer.id, limit=3, of_own_categories=True)
        assert [(one.key, set(one.categories)) for one in shelved] == [
            (key, categories[key] & own) for key in rest if categories[key] & own
        ][:3]
        assert all(one.categories == tuple(sorted(one.categories)) for one in shelved)


@drawn
@given(st.data())
def test_names_are_those_of_top_products(data: st.DataObject) -> None:
    history, scope = some(data)
    top = count_products(history, scope, By.PRODUCT, Metric.REVENUE, 1000).top
    keys = [one.key for one in top]
    assert list_names(history, scope, [*keys, "nothing"]) == {one.key: one.name for one in top if one.name is not None}
    assert list_names(history, scope, keys[:1]) == {one.key: one.name for one in top[:1] if one.name is not None}
