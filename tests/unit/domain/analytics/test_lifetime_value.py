from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.bg_nbd import BgNbd
from domain.analytics.fitted import (
    FEWEST_REPEAT_CUSTOMERS,
    FittedBgNbd,
    FittedGammaGamma,
    TooLittleData,
    enough_to_fit_buying,
    enough_to_fit_spending,
    fitted_number,
)
from domain.analytics.gamma_gamma import GammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, Repeater, RepeatHistory, SpendingFacts
from domain.analytics.lifetime_value import (
    LifetimeValue,
    Worth,
    first_worths,
    lifetime_value,
    months_in_weeks,
    worths,
)
from domain.analytics.scope import Scope
from tests.support.builders import new_id

BUYING = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
SPENDING = GammaGamma(p=6.2496, q=3.7442, v=15.4435)
SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


def past(repeats: int, recency_days: int, age_days: int, revenue: str = "0") -> RepeatHistory:
    return RepeatHistory(repeats=repeats, recency_days=recency_days, age_days=age_days, repeat_revenue=Decimal(revenue))


def valued(*facts: tuple[RepeatHistory, int], months: int = 12, discount: str = "0.01") -> list[Worth]:
    given = [SpendingFacts(history=history, customers=customers) for history, customers in facts]
    expected = {
        (one.repeats, one.age_days): [
            BUYING.purchases_while_alive(one.repeats, one.age_days / 7, weeks) for weeks in months_in_weeks(months)
        ]
        for one, _ in facts
    }
    return worths(given, BUYING, SPENDING, expected, Decimal(discount))


def answer(ranked: Sequence[Worth], *customers: Repeater, facts: Sequence[SpendingFacts] = ()) -> LifetimeValue:
    return lifetime_value(
        ranked,
        customers,
        facts,
        SCOPE,
        months=12,
        discount=Decimal("0.01"),
        buying=FittedBgNbd(model=BUYING, log_likelihood=-1.0, customers=1),
        spending=FittedGammaGamma(model=SPENDING, log_likelihood=-1.0, customers=1),
        calibration=None,
        no_calibration=None,
    )


def test_a_value_is_what_each_month_is_expected_to_bring_discounted() -> None:
    (one,) = valued((past(2, 213, 272, "44.69"), 1), months=2, discount="0.1")
    place = 2, 213 / 7, 272 / 7
    first, second = BUYING.expected(*place, 4.345), BUYING.expected(*place, 8.69)
    each = SPENDING.expected(2, 44.69)
    assert one.value == pytest.approx(each * (first / 1.1 + (second - first) / 1.1**2), rel=1e-12)
    assert one.purchases == pytest.approx(second, rel=1e-12)
    # Without a discount it is all of them.
    (whole,) = valued((past(2, 213, 272, "44.69"), 1), months=2, discount="0")
    assert whole.value == pytest.approx(each * second, rel=1e-12)


def test_repeats_that_came_to_nothing_have_no_value() -> None:
    found = valued((past(1, 7, 9, "0"), 2), (past(2, 7, 9, "-1"), 3), (past(0, 0, 9), 4), (past(1, 7, 9, "0.0001"), 5))
    assert sorted(one.customers for one in found) == [4, 5]
    facts = [SpendingFacts(history=past(1, 7, 9, "0"), customers=2), SpendingFacts(history=past(0, 0, 9), customers=4)]
    told = answer(valued((past(0, 0, 9), 4)), facts=facts)
    assert (told.customers, told.repeat_customers, told.not_positive) == (6, 2, 2)
    assert told.mean_lifetime_value == pytest.approx(told.lifetime_value / 4, rel=1e-5)


def worth(value: float, customers: int = 1) -> Worth:
    return Worth(past(1, 1, 1, str(customers)), customers, 1.0, 1.0, 1.0, value)


@pytest.mark.parametrize(
    ("limit", "above", "at", "room"),
    [
        (1, [], [9.0], 1),
        (2, [9.0], [5.0, 5.0000001], 1),
        (4, [9.0], [5.0, 5.0000001], 3),
        (5, [9.0, 5.0, 5.0000001], [1.0], 1),
        (99, [9.0, 5.0, 5.0000001], [1.0], 95),
    ],
)
def test_the_first_end_among_equals(limit: int, above: list[float], at: list[float], room: int) -> None:
    ranked = [worth(9.0), worth(5.0, 2), worth(5.0000001), worth(1.0, 10)]
    found = first_worths(ranked, limit)
    assert ([one.value for one in found.above], [one.value for one in found.at], found.room) == (above, at, room)


def test_nobody_is_first_of_none() -> None:
    assert first_worths([], 3).at == ()


@given(st.lists(st.tuples(st.sampled_from([9.0, 5.0, 5.0000001, 1.0]), st.integers(1, 4))), st.integers(1, 30))
def test_the_first_are_all_above_and_some_of_the_equal(drawn: list[tuple[float, int]], limit: int) -> None:
    ranked = [worth(value, customers) for value, customers in sorted(drawn, reverse=True)]
    found = first_worths(ranked, limit)
    above, at = (sum(one.customers for one in part) for part in (found.above, found.at))
    everybody = sum(customers for _, customers in drawn)
    assert above < limit or not drawn
    assert above + at >= min(limit, everybody)
    assert above + found.room == limit or not drawn
    lowest = min((fitted_number(one.value) for one in found.above), default=inf)
    assert all(fitted_number(one.value) < lowest for one in found.at)


def test_customers_with_equal_values_are_in_the_order_of_their_keys() -> None:
    history, better = past(0, 0, 9), past(2, 7, 9, "70")
    ranked = valued((history, 2), (better, 1))
    names = [
        Repeater(key=key, id=new_id(), history=past) for key, past in (("b", history), ("z", better), ("a", history))
    ]
    found = answer(ranked, *names).top
    assert [(one.rank, one.key) for one in found] == [(1, "z"), (2, "a"), (3, "b")]
    assert (found[0].first_purchase, found[0].last_purchase) == (date(2026, 3, 22), date(2026, 3, 29))


def test_too_few_customers_are_no_model() -> None:
    def some(many: int) -> list[BuyingFacts]:
        return [
            BuyingFacts(repeats=1, recency_days=1, age_days=2, later_repeats=0, customers=many),
            BuyingFacts(repeats=0, recency_days=0, age_days=2, later_repeats=0, customers=10**6),
        ]

    assert enough_to_fit_buying(some(FEWEST_REPEAT_CUSTOMERS))
    with pytest.raises(TooLittleData, match="needs 10 of them or more with a second purchase day, and there are 9"):
        enough_to_fit_buying(some(FEWEST_REPEAT_CUSTOMERS - 1))
    free = [SpendingFacts(history=past(1, 1, 2), customers=100), SpendingFacts(history=past(0, 0, 2), customers=100)]
    with pytest.raises(TooLittleData, match="came to more than nothing, and there are 0"):
        enough_to_fit_spending(free)
    paid = SpendingFacts(history=past(1, 1, 2, "0.01"), customers=10)
    assert enough_to_fit_spending([*free, paid]) == [paid]


def test_numbers_of_models_have_six_digits() -> None:
    assert [fitted_number(one) for one in (1 / 3, -9582.429206, 71508.04, 0.0, -0.0, 1e-300)] == [
        0.333333,
        -9582.43,
        71508.0,
        0.0,
        0.0,
        1e-300,
    ]
    assert str(fitted_number(-0.0)) == "0.0"
