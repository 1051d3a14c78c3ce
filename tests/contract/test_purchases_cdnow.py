"""Every store gives what is known of the CDNOW sample, all 18 months of it (Fader, Hardie, brucehardie.com)."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from domain.analytics.cohorts import Cohorts
from domain.analytics.interpurchase import Interpurchase
from domain.analytics.repeat import RepeatRate
from tests.support.cdnow import cdnow
from tests.support.definition import analytics
from tests.support.histories import batch
from tests.support.store_case import StoreCase, told

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


async def test_repeat_rate(service: AnalyticsService) -> None:
    data = (await service.ask("repeat-rate", ALL)).data
    assert isinstance(data, RepeatRate)
    assert (data.repeat_customers, data.customers) == (1139, 2357)
    assert data.repeat_rate == pytest.approx(1139 / 2357, rel=1e-12)


async def test_gaps(service: AnalyticsService) -> None:
    data = (await service.ask("interpurchase", ALL)).data
    assert isinstance(data, Interpurchase)
    assert (data.gaps, data.customers, data.median_days) == (4339, 1139, 34.0)
    assert data.mean_days is not None
    assert round(data.mean_days, 4) == 70.8606


async def test_repeat_customers_of_the_calibration_weeks(service: AnalyticsService) -> None:
    # 946 of 2357 came again in the 39 weeks to 1997-09-30 (Fader, Hardie 2013, note 025).
    data = (await service.ask("repeat-rate", [("as_of", "1997-10-01"), ("currency", "USD")])).data
    assert isinstance(data, RepeatRate)
    assert (data.repeat_customers, data.customers) == (946, 2357)


async def test_cohorts_are_those_of_the_first_quarter(service: AnalyticsService) -> None:
    """The sample is of people who bought first in the first quarter of 1997; the cells counted again from the rows."""
    rows = [(order.customer_id, order.placed_at.date().replace(day=1)) for order in cdnow().orders]
    first = dict(sorted(rows, key=lambda row: row[1], reverse=True))
    bought = {(first[customer], month, customer) for customer, month in rows}
    cells = Counter((cohort, month) for cohort, month, _ in bought)
    data = (await service.ask("cohorts", ALL)).data
    assert isinstance(data, Cohorts)
    assert [one.start for one in data.cohorts] == [date(1997, month, 1) for month in (1, 2, 3)]
    assert sum(one.customers for one in data.cohorts) == 2357
    assert {(one.cohort, one.start): one.customers for one in data.cells if one.customers} == cells
    assert len(data.cells) == 18 + 17 + 16
    assert sum(one.orders for one in data.cells) == len(rows)
