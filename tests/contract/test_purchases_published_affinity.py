"""Every store gives the pairs that others computed with pandas for Online Retail, December 2010.

UCI Machine Learning Repository, Online Retail; Chen, Sain, Guo 2012, Journal of Database Marketing and Customer
Strategy Management 19(3), doi:10.1057/dbm.2012.17. The figures are of expected/share_online_retail_2010-12.json, with
the definitions beside them: a basket is an invoice, the number of baskets counts those of one item too.
"""

from collections import Counter
from collections.abc import AsyncIterator
from fractions import Fraction
from itertools import combinations
from math import sqrt
from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from domain.analytics.affinity import Affinity
from domain.analytics.pairs import Measure
from domain.analytics.similar import SimilarProducts
from tests.contract.test_purchases_published import POLICY
from tests.support.definition import analytics
from tests.support.histories import batch
from tests.support.online_retail import expected, online_retail
from tests.support.store_case import StoreCase, told


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


async def pairs(service: AnalyticsService, **more: str) -> Affinity:
    data = (await service.ask("affinity", [*POLICY, *more.items()])).data
    assert isinstance(data, Affinity)
    return data


def baskets() -> list[set[str]]:
    """Counted again from the aggregates, by hand."""
    known = [order for order in online_retail().orders if order.customer_id is not None]
    held = [{line.sku for line in order.lines if line.unit_price > 0} for order in known]
    return [skus for skus in held if skus]


async def test_the_first_thirty_pairs(service: AnalyticsService) -> None:
    published = expected()
    found = await pairs(service, limit="30")
    assert found.n == published["invoices"]
    assert len(found.pairs) == len(published["top30_pairs"]) == 30
    for one, other in zip(found.pairs, published["top30_pairs"], strict=True):
        assert (one.a, one.b, one.n_a, one.n_b, one.n_ab) == tuple(
            other[key] for key in ("a", "b", "n_a", "n_b", "n_ab")
        )
        told = {
            "support": one.support,
            "conf_ab": one.confidence_ab,
            "conf_ba": one.confidence_ba,
            "lift": one.lift,
            "jaccard": one.jaccard,
            "cosine": one.cosine,
            "leverage": one.leverage,
            "conviction_ab": one.conviction_ab,
        }
        for name, value in told.items():
            # Both were rounded: these to twelve digits, those to fifteen places.
            assert value == pytest.approx(float(other[name]), rel=1e-11), name
        kulczynski = (Fraction(one.n_ab, one.n_a) + Fraction(one.n_ab, one.n_b)) / 2
        assert float(kulczynski) == pytest.approx(float(other["kulczynski"]), rel=1e-11)


async def test_the_first_pairs_by_every_measure_are_those_of_all_pairs_sorted(service: AnalyticsService) -> None:
    held = baskets()
    n, single = len(held), Counter(sku for skus in held for sku in skus)
    both = Counter(pair for skus in held for pair in combinations(sorted(skus), 2))
    every = [(a, b, single[a], single[b], n_ab) for (a, b), n_ab in both.items() if n_ab >= 5]
    for measure in Measure:
        order = sorted(every, key=lambda one: (-value(measure, n, *one[2:]), one[0], one[1]))
        found = await pairs(service, sort=measure, min_count="5", limit="200")
        assert found.count == len(every)
        assert [(one.a, one.b, one.n_a, one.n_b, one.n_ab) for one in found.pairs] == order[:200], measure


def value(measure: Measure, n: int, n_a: int, n_b: int, n_ab: int) -> Fraction:
    """The measure as a fraction (its square, for the cosine); an infinite conviction is more than any other."""
    together, p_a, p_b = Fraction(n_ab, n), Fraction(n_a, n), Fraction(n_b, n)
    endless = Fraction(10**12)
    match measure:
        case Measure.SUPPORT:
            return together
        case Measure.CONFIDENCE:
            return max(together / p_a, together / p_b)
        case Measure.LIFT:
            return together / (p_a * p_b)
        case Measure.LEVERAGE:
            return together - p_a * p_b
        case Measure.CONVICTION:
            from_a = endless if n_ab == n_a else (1 - p_b) / (1 - together / p_a)
            from_b = endless if n_ab == n_b else (1 - p_a) / (1 - together / p_b)
            return max(from_a, from_b)
        case Measure.JACCARD:
            return together / (p_a + p_b - together)
    return together**2 / (p_a * p_b)


async def test_thresholds_leave_what_reaches_them(service: AnalyticsService) -> None:
    everything = await pairs(service, min_count="10", limit="10000")
    found = await pairs(
        service, min_count="10", min_support="0.01", min_confidence="0.5", min_lift="20", limit="10000", sort="lift"
    )
    assert found.least_n_ab == 14
    reached = {
        (one.a, one.b)
        for one in everything.pairs
        if one.n_ab >= 14 and 2 * one.n_ab >= min(one.n_a, one.n_b) and one.n_ab * found.n >= 20 * one.n_a * one.n_b
    }
    assert {(one.a, one.b) for one in found.pairs} == reached
    assert found.count == len(reached) > 20


async def test_similar_products_are_those_of_all_pairs_sorted(service: AnalyticsService) -> None:
    owned: dict[Any, set[str]] = {}
    for order in online_retail().orders:
        if order.customer_id is not None:
            skus = {line.sku for line in order.lines if line.unit_price > 0}
            owned.setdefault(order.customer_id, set()).update(skus)
    single = Counter(sku for skus in owned.values() for sku in skus)
    for product in ("85123A", "22086", "21485"):
        beside = Counter(sku for skus in owned.values() if product in skus for sku in skus - {product})
        near = sorted(beside, key=lambda sku: (-Fraction(beside[sku] ** 2, single[sku]), sku))
        data = (await service.ask("similar-products", [*POLICY, ("product", product), ("limit", "100")])).data
        assert isinstance(data, SimilarProducts)
        assert [(one.similar, one.both) for one in data.items] == [(sku, beside[sku]) for sku in near[:100]]
        assert data.customers == expected()["customers"]
        nearest = data.items[0]
        assert nearest.cosine == pytest.approx(
            nearest.both / sqrt(single[product] * single[nearest.similar]), rel=1e-11
        )
