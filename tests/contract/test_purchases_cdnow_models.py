"""Every store gives the published models of the CDNOW sample, and what others computed with them.

Fader, Hardie, Lee 2005, Marketing Science 24(2), table 2; Fader, Hardie 2013, note 025 (brucehardie.com).
"""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from domain.analytics.churn import Churn
from domain.analytics.lifetime_value import LifetimeValue
from tests.support.cdnow import cdnow
from tests.support.data import data_file
from tests.support.definition import Definition, analytics
from tests.support.histories import batch
from tests.support.store_case import StoreCase, told

CALIBRATION = [("as_of", "1997-10-01"), ("currency", "USD")]
ALL = [("as_of", "1998-07-01"), ("currency", "USD")]


@pytest.fixture(scope="module")
def shared_server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    """As `server`, for all tests of this module, which only read."""
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture(scope="module")
async def service(case: StoreCase, shared_server: Any) -> AsyncIterator[AnalyticsService]:
    async with case.open(shared_server) as ports:
        assert ports.sink is not None
        await ports.sink.write(told(batch(cdnow()), watermark=1))
        yield analytics(ports.purchases)


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """Recomputed by others from the same file, beside what the papers say."""
    text = data_file("expected/cdnow_sample_published.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


async def value(service: AnalyticsService, *more: tuple[str, str]) -> LifetimeValue:
    data = (await service.ask("lifetime-value", more)).data
    assert isinstance(data, LifetimeValue)
    return data


async def test_the_model_of_buying(service: AnalyticsService) -> None:
    found = (await value(service, *CALIBRATION)).buying
    assert found.customers == 2357
    # Table 2: r .243, alpha 4.414, a .793, b 2.426, LL -9582.4.
    assert found.r == pytest.approx(0.24259, rel=1e-3)
    assert found.alpha == pytest.approx(4.4135, rel=1e-3)
    assert found.a == pytest.approx(0.79289, rel=1e-3)
    assert found.b == pytest.approx(2.42575, rel=1e-3)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)


async def test_the_model_of_spending(service: AnalyticsService) -> None:
    found = await value(service, *CALIBRATION)
    assert (found.spending.customers, found.repeat_customers, found.not_positive) == (946, 946, 0)
    # Note 025: p 6.25, q 3.74, v 15.44, LL -4055.9177, a mean of 35.17 dollars.
    assert found.spending.p == pytest.approx(6.2488, rel=1e-2)
    assert found.spending.q == pytest.approx(3.7446, rel=1e-2)
    assert found.spending.v == pytest.approx(15.4477, rel=1e-2)
    assert found.spending.log_likelihood == pytest.approx(-4055.9177, rel=1e-5)
    assert found.spending.mean_value == pytest.approx(35.17, abs=0.01)


async def test_the_calibration_is_that_of_the_paper(service: AnalyticsService) -> None:
    """39 weeks fitted, 39 weeks predicted: conditional expectations by what customers did before (figure 3)."""
    found = (await value(service, *ALL, ("holdout_weeks", "39"))).calibration
    assert found is not None
    assert (found.holdout_from, found.customers) == (date(1997, 10, 1), 2357)
    assert found.buying == (await value(service, *CALIBRATION)).buying
    purchases = [(order.customer_id, order.placed_at.date()) for order in cdnow().orders]
    assert found.actual == len({one for one in purchases if one[1] >= found.holdout_from})
    assert found.predicted == pytest.approx(1653.41, rel=1e-5)
    assert [(row.repeats, row.and_more, row.customers) for row in found.rows] == [
        (0, False, 1411),
        (1, False, 439),
        (2, False, 214),
        (3, False, 100),
        (4, False, 62),
        (5, False, 38),
        (6, False, 29),
        (7, True, 64),
    ]
    assert sum(row.customers * row.predicted for row in found.rows) == pytest.approx(found.predicted, rel=1e-5)
    for row in found.rows:
        assert row.actual is not None
        assert 0.7 < row.predicted / row.actual < 1.0


async def test_a_holdout_that_leaves_nothing_to_fit_is_said(service: AnalyticsService) -> None:
    found = await value(service, *CALIBRATION, ("holdout_weeks", "39"))
    assert found.calibration is None
    assert found.no_calibration is not None
    assert found.no_calibration.startswith("before 1997-01-01, where the holdout begins: a model of customers needs 10")


async def test_what_customers_are_worth(service: AnalyticsService, published: dict[str, Any]) -> None:
    found = await value(service, *CALIBRATION, ("limit", "1000"))
    values = [one.lifetime_value for one in found.top]
    assert values == sorted(values, reverse=True)
    assert [one.rank for one in found.top] == list(range(1, 1001))
    by_key = {int(one.key): one for one in found.top}
    others = {row[0]: dict(zip(published["columns"], row, strict=True)) for row in published["first25"]}
    both = by_key.keys() & others.keys()
    assert len(both) == 7
    for number in both:
        one, other = by_key[number], others[number]
        assert one.repeat_purchases == other["x"]
        assert one.alive == pytest.approx(other["palive"], rel=1e-4)
        assert one.purchase_value == pytest.approx(other["e_m"], rel=1e-4)
        assert one.lifetime_value == pytest.approx(other["clv12m"], rel=1e-4)


async def test_who_is_alive(service: AnalyticsService, published: dict[str, Any]) -> None:
    page = await service.churn_customers([*CALIBRATION, ("limit", "25")])
    others = [dict(zip(published["columns"], row, strict=True)) for row in published["first25"]]
    assert [int(one.key) for one in page.data] == [other["cust"] for other in others]
    for one, other in zip(page.data, others, strict=True):
        assert one.purchase_days == other["x"] + 1
        assert one.alive == pytest.approx(other["palive"], rel=1e-4)
    data = (await service.ask("churn", CALIBRATION)).data
    assert isinstance(data, Churn)
    assert (data.customers, data.repeat_customers, data.late) == (2357, 946, 514)


async def test_digests_are_those_of_the_definition(service: AnalyticsService) -> None:
    definition = analytics(Definition(cdnow()))
    for asked in (CALIBRATION, [*ALL, ("from", "1997-02-01")]):
        for report in ("lifetime-value", "churn"):
            found, expected = await service.ask(report, asked), await definition.ask(report, asked)
            assert found.answer_digest == expected.answer_digest, report
        for late in ("yes", "no"):
            pairs = [*asked, ("late", late), ("limit", "100")]
            found_page, expected_page = await service.churn_customers(pairs), await definition.churn_customers(pairs)
            assert found_page.answer_digest == expected_page.answer_digest
