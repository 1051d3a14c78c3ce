from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.bg_nbd import BgNbd
from domain.analytics.churn import churn, churn_customer
from domain.analytics.fitted import FittedBgNbd
from domain.analytics.lifetime_facts import BuyingFacts, IdleBuyer, LateFacts, is_late, long_gap_tenths
from domain.analytics.scope import Scope
from tests.support.builders import new_id

MODEL = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=40))
def test_the_long_gap_is_the_percentile_of_numpy(gaps: Sequence[int]) -> None:
    found = long_gap_tenths(gaps)
    assert found is not None
    assert found / 10 == pytest.approx(float(np.percentile(gaps, 90, method="linear")), rel=1e-12)


def test_without_a_gap_nobody_is_late() -> None:
    assert long_gap_tenths([]) is None
    assert not is_late(10_000, None)


def test_late_is_longer_and_not_as_long() -> None:
    assert [is_late(days, 101) for days in (10, 11)] == [False, True]
    assert [is_late(days, 100) for days in (10, 11)] == [False, True]


def buyer(first: date, last: date, days: int, tenths: int | None) -> IdleBuyer:
    return IdleBuyer(key="A", id=new_id(), first_day=first, last_day=last, purchase_days=days, long_gap_tenths=tenths)


def test_a_customer_of_the_list() -> None:
    one = churn_customer(buyer(date(2026, 1, 1), date(2026, 3, 1), 4, 255), MODEL, SCOPE)
    assert (one.idle_days, one.long_gap_days, one.late) == (31, 25.5, True)
    assert one.alive == pytest.approx(MODEL.alive(3, 59 / 7, 89 / 7), rel=1e-5)
    assert one.alive + one.churn == pytest.approx(1.0, abs=1e-5)
    once = churn_customer(buyer(date(2026, 3, 31), date(2026, 3, 31), 1, None), MODEL, SCOPE)
    assert (once.idle_days, once.long_gap_days, once.late, once.alive, once.churn) == (1, None, False, 1.0, 0.0)


def test_counts_and_bands() -> None:
    facts = [
        BuyingFacts(repeats=0, recency_days=0, age_days=300, later_repeats=0, customers=3),
        BuyingFacts(repeats=20, recency_days=140, age_days=700, later_repeats=0, customers=2),
    ]
    late = LateFacts(customers=5, repeat_customers=2, late=1)
    fitted = FittedBgNbd(model=MODEL, log_likelihood=-1.0, customers=5)
    found = churn(facts, late, fitted, SCOPE)
    assert [band.customers for band in found.bands] == [3, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert [(found.bands[0].from_percent, found.bands[9].to_percent)] == [(0, 100)]
    assert found.bands[0].share == 0.6
    assert found.late_share == 0.5
    assert found.expected_alive + found.expected_stopped == pytest.approx(5, rel=1e-5)
    assert Decimal(found.expected_stopped).quantize(Decimal(1)) == 2
