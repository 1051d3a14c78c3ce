"""Every store gives the figures that others computed with pandas for Online Retail, December 2010."""

from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from domain.analytics.pareto import Pareto
from domain.analytics.products import TopProducts
from domain.analytics.revenue import RevenueSeries
from domain.analytics.rfm import Method, Rfm, RfmCustomer
from domain.analytics.summary import Summary
from tests.support.definition import analytics
from tests.support.histories import batch
from tests.support.online_retail import expected, online_retail
from tests.support.store_case import StoreCase, told

POLICY = [
    ("as_of", "2011-01-01"),
    ("currency", "GBP"),
    ("returns", "ignore"),
    ("lines", "paid"),
    ("customers", "known"),
    ("tz", "UTC"),
]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return expected()


@pytest.fixture(scope="module")
def shared_server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    """As `server`, for all tests of this module, which only read."""
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture(scope="module")
async def service(case: StoreCase, shared_server: Any) -> AsyncIterator[AnalyticsService]:
    async with case.open(shared_server) as ports:
        assert ports.sink is not None
        await ports.sink.write(told(batch(online_retail()), watermark=1))
        yield analytics(ports.purchases)


async def customers(service: AnalyticsService, method: Method) -> list[RfmCustomer]:
    found: list[RfmCustomer] = []
    cursor: list[tuple[str, str]] = []
    while True:
        page = await service.rfm_customers([*POLICY, ("method", method), ("limit", "100"), *cursor])
        found += page.data
        if page.next_cursor is None:
            return found
        cursor = [("cursor", page.next_cursor)]


async def test_counts(service: AnalyticsService, published: dict[str, Any]) -> None:
    data = (await service.ask("summary", POLICY)).data
    assert isinstance(data, Summary)
    assert (data.orders, data.customers, data.products, data.revenue) == (
        published["invoices"],
        published["customers"],
        published["items"],
        published["revenue"],
    )
    # 572713.89 / 1400 and the mean number of distinct items an invoice.
    assert data.average_order_value == Decimal("409.08135")
    assert data.basket_size == pytest.approx(len_of_baskets() / published["invoices"], abs=0, rel=1e-12)


def len_of_baskets() -> int:
    """Counted again from the aggregates, by hand."""
    baskets = {
        (order.id, line.sku)
        for order in online_retail().orders
        for line in order.lines
        if order.customer_id is not None and line.unit_price > 0
    }
    return len(baskets)


async def test_daily_revenue(service: AnalyticsService, published: dict[str, Any]) -> None:
    data = (await service.ask("revenue", [*POLICY, ("period", "day")])).data
    assert isinstance(data, RevenueSeries)
    assert {one.start.isoformat(): one.revenue for one in data.periods if one.orders} == published["daily_revenue"]
    assert [one.start.isoformat() for one in data.periods] == [f"2010-12-{day:02d}" for day in range(1, 32)]
    assert all(one.revenue == 0 for one in data.periods if not one.orders)
    assert data.revenue == published["revenue"]


@pytest.mark.parametrize(("method", "name"), [(Method.NTILE, "ntile"), (Method.RANK, "tie"), (Method.QUANTILE, "qcut")])
async def test_scores_of_the_first_fifty_customers(
    service: AnalyticsService, published: dict[str, Any], method: Method, name: str
) -> None:
    columns = published["rfm_columns"]
    wanted = ("cust", "recency_days", "frequency", "monetary", f"r_{name}", f"f_{name}", f"m_{name}")
    rows = [tuple(row[columns.index(column)] for column in wanted) for row in published["rfm_first50"]]
    found = await customers(service, method)
    assert len(found) == published["customers"]
    assert [
        (int(one.key), one.recency_days, one.orders, one.revenue, one.r, one.f, one.m) for one in found[:50]
    ] == rows


async def test_cells(service: AnalyticsService, published: dict[str, Any]) -> None:
    data = (await service.ask("rfm", [*POLICY, ("method", "ntile")])).data
    assert isinstance(data, Rfm)
    assert {str(cell.score): cell.customers for cell in data.cells} == published["rfm_cells_ntile"]
    assert data.customers == published["customers"]


async def test_segments_are_the_cells_by_the_table(service: AnalyticsService, published: dict[str, Any]) -> None:
    data = (await service.ask("rfm", [*POLICY, ("method", "ntile")])).data
    assert isinstance(data, Rfm)
    champions = 0
    for score, customers in published["rfm_cells_ntile"].items():
        r, f, m = map(int, score)
        champions += customers if (r == 5 and f + m >= 7) or (r == 4 and f + m >= 9) else 0
    assert {one.segment: one.customers for one in data.segments}["CHAMPIONS"] == champions


async def test_the_methods_are_three_definitions(service: AnalyticsService) -> None:
    answers = [await service.ask("rfm", [*POLICY, ("method", method)]) for method in Method]
    assert len({answer.answer_digest for answer in answers}) == 3


async def test_the_first_class_of_pareto_follows_from_cumulative_shares(
    service: AnalyticsService, published: dict[str, Any]
) -> None:
    data = (await service.ask("top-products", [*POLICY, ("limit", "1000")])).data
    assert isinstance(data, TopProducts)
    before = [0.0, *(one.cumulative_share or 0 for one in data.items)]
    assert sum(share < 0.8 for share in before) == published["abc"]["A"]
    assert data.count == published["items"]


async def test_classes_of_pareto(service: AnalyticsService, published: dict[str, Any]) -> None:
    data = (await service.ask("pareto", [*POLICY, ("limit", "3000")])).data
    assert isinstance(data, Pareto)
    assert {one.abc: one.items for one in data.classes} == published["abc"]
    assert Counter(one.abc for one in data.items) == published["abc"]
    assert (data.count, data.whole, data.not_positive) == (published["items"], published["revenue"], 0)
    assert sum(one.revenue for one in data.classes) == sum(one.revenue for one in data.items) == data.whole
    by_hand = sum(one.revenue for one in data.items[:483])  # the first fifth of 2411, rounded up
    assert data.top_20_percent_share == pytest.approx(float(by_hand / data.whole), rel=1e-11)


async def test_pareto_by_customer_is_of_the_customers_of_rfm(
    service: AnalyticsService, published: dict[str, Any]
) -> None:
    data = (await service.ask("pareto", [*POLICY, ("by", "customer"), ("limit", "1000")])).data
    assert isinstance(data, Pareto)
    assert (data.count, data.whole) == (published["customers"], published["revenue"])
    money = {one.key: one.revenue for one in data.items}
    columns = published["rfm_columns"]
    first = {str(row[columns.index("cust")]): row[columns.index("monetary")] for row in published["rfm_first50"]}
    assert {key: money[key] for key in first} == first
