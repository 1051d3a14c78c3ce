from decimal import Decimal

from domain.analytics.facts import By, Metric, ProductFacts, ProductTotals
from domain.analytics.products import TopProducts, top_products
from domain.analytics.scope import EARLIEST_DAY, LATEST_DAY, Scope

SCOPE = Scope(from_=EARLIEST_DAY, as_of=LATEST_DAY, currency="EUR")


def product(key: str, revenue: str, units: int = 1, orders: int = 1, customers: int = 1) -> ProductFacts:
    return ProductFacts(key=key, name=None, revenue=Decimal(revenue), units=units, orders=orders, customers=customers)


def answer(*top: ProductFacts, by: By = By.PRODUCT, metric: Metric = Metric.REVENUE) -> TopProducts:
    facts = ProductTotals(
        top=top,
        count=9,
        positive_revenue=Decimal("30.0000"),
        positive_units=12,
        orders=8,
        customers=4,
        unattributed_lines=2,
    )
    return top_products(facts, SCOPE, by=by, metric=metric)


def test_shares_are_of_the_products_above_zero() -> None:
    found = answer(product("A", "20"), product("B", "10"), product("C", "-5"))
    assert [(one.rank, one.key, one.share, one.cumulative_share) for one in found.items] == [
        (1, "A", 0.666666666667, 0.666666666667),
        (2, "B", 0.333333333333, 1.0),
        (3, "C", 0.0, 1.0),
    ]
    assert (found.whole, found.count, found.unattributed_lines) == (Decimal("30.00"), 9, 2)
    assert str(found.items[2].revenue) == "-5.00"


def test_each_metric_has_its_whole() -> None:
    row = product("A", "15", units=3, orders=2, customers=1)
    found = {metric: answer(row, metric=metric) for metric in Metric}
    assert {metric: one.whole for metric, one in found.items()} == {
        Metric.REVENUE: Decimal(30),
        Metric.UNITS: 12,
        Metric.ORDERS: 8,
        Metric.CUSTOMERS: 4,
    }
    assert {one.items[0].share for one in found.values()} == {0.5, 0.25}


def test_shares_that_overlap_are_said_to() -> None:
    overlapping = {(by, metric) for by in By for metric in Metric if answer(by=by, metric=metric).shares_overlap}
    always = {(by, metric) for by in By for metric in (Metric.ORDERS, Metric.CUSTOMERS)}
    assert overlapping == always | {(By.CATEGORY, Metric.REVENUE), (By.CATEGORY, Metric.UNITS)}


def test_a_name_is_the_key_where_there_is_none() -> None:
    named = ProductFacts(key="B", name="Emma", revenue=Decimal(1), units=1, orders=1, customers=1)
    assert [one.name for one in answer(product("A", "1"), named).items] == ["A", "Emma"]


def test_nothing_has_no_shares() -> None:
    facts = ProductTotals(
        top=[product("A", "-1", units=-1)],
        count=1,
        positive_revenue=Decimal(0),
        positive_units=0,
        orders=0,
        customers=0,
        unattributed_lines=0,
    )
    for metric in (Metric.REVENUE, Metric.UNITS):
        found = top_products(facts, SCOPE, by=By.PRODUCT, metric=metric)
        assert (found.items[0].share, found.items[0].cumulative_share) == (None, None)
