"""Every store gives the rules that the R package arules finds in Groceries.

Hahsler, Gruen, Hornik 2005, Journal of Statistical Software 14(15), and the examples of the package: 9835 transactions
of 169 items; `apriori(Groceries, parameter = list(supp = 0.001, conf = 0.8))` gives 410 rules, at most ten items long.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from domain.analytics.facts import Metric
from domain.analytics.products import TopProducts
from domain.analytics.rules import BasketRules
from domain.analytics.summary import Summary
from tests.support.definition import analytics
from tests.support.groceries import groceries
from tests.support.histories import batch
from tests.support.store_case import StoreCase, told

ALL = [("as_of", "2006-02-01"), ("currency", "EUR")]
ARULES = [*ALL, ("min_support", "0.001"), ("min_confidence", "0.8")]


@pytest.fixture(scope="module")
def shared_server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    """As `server`, for all tests of this module, which only read."""
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture(scope="module")
async def service(case: StoreCase, shared_server: Any) -> AsyncIterator[AnalyticsService]:
    history = groceries()
    async with case.open(shared_server) as ports:
        assert ports.sink is not None
        await ports.sink.write(told(batch(history), watermark=1))
        yield analytics(ports.purchases)


async def rules(service: AnalyticsService, *more: tuple[str, str]) -> BasketRules:
    data = (await service.ask("basket-rules", [*ARULES, *more])).data
    assert isinstance(data, BasketRules)
    return data


async def test_baskets_and_items(service: AnalyticsService) -> None:
    summary = (await service.ask("summary", ALL)).data
    assert isinstance(summary, Summary)
    assert (summary.orders, summary.products) == (9835, 169)
    top = (await service.ask("top-products", [*ALL, ("metric", Metric.ORDERS), ("limit", "5")])).data
    assert isinstance(top, TopProducts)
    assert [(one.key, one.orders) for one in top.items] == [
        ("whole milk", 2513),
        ("other vegetables", 1903),
        ("rolls/buns", 1809),
        ("soda", 1715),
        ("yogurt", 1372),
    ]


async def test_rules(service: AnalyticsService) -> None:
    found = await rules(service, ("limit", "1000"))
    assert (found.n, found.count, len(found.rules)) == (9835, 410, 410)
    first = found.rules[0]
    assert (first.antecedent, first.consequent) == (["liquor", "red/blush wine"], "bottled beer")
    assert (first.n_ac, round(first.support or 0, 9), round(first.confidence or 0, 7), round(first.lift or 0, 6)) == (
        19,
        0.001931876,
        0.9047619,
        11.235269,
    )
    lengths = [len(one.antecedent) + 1 for one in found.rules]
    # As `summary(rules)` of arules has the distribution of lengths: 29, 229, 140 and 12 rules of 3, 4, 5 and 6 items.
    assert {length: lengths.count(length) for length in lengths} == {3: 29, 4: 229, 5: 140, 6: 12}


async def test_rules_of_three_items_are_those_of_all(service: AnalyticsService) -> None:
    short, every = await rules(service, ("max_length", "3"), ("limit", "1000")), await rules(service, ("limit", "1000"))
    assert short.count == 29
    keys = [(one.antecedent, one.consequent) for one in every.rules if len(one.antecedent) == 2]
    assert [(one.antecedent, one.consequent) for one in short.rules] == keys
