"""Top products, authors and categories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.analytics.facts import By, Metric, ProductFacts, ProductTotals
from domain.analytics.quotients import ratio
from domain.analytics.scope import Scope
from domain.shared.money import EXACT, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class TopProduct:
    """One product (`key` is its SKU), author or category; units and revenue are net of what came back.

    `share` is its part of the whole that the metric compares with, 0 when its value is not above 0; `cumulative_share`
    adds up the shares to this one.
    """

    rank: int
    key: str
    name: str
    revenue: Decimal
    units: int
    orders: int
    customers: int
    share: float | None
    cumulative_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopProducts:
    """The first of `count`. `whole` is what shares are taken of.

    That is, for revenue and units, what the products with a value above 0 add up to; else all orders, or all known
    customers who bought. `shares_overlap` is true where one sale counts for several rows, so that shares may add up to
    more than 1: by category, and for orders and customers. `unattributed_lines` were bought and have no such key.
    """

    currency: str | None
    by: By
    metric: Metric
    count: int
    whole: Decimal | int
    shares_overlap: bool
    unattributed_lines: int
    items: Sequence[TopProduct]


def top_products(facts: ProductTotals, scope: Scope, *, by: By, metric: Metric) -> TopProducts:
    """The answer that these facts give."""
    whole = _whole(facts, metric)
    return TopProducts(
        currency=scope.currency,
        by=by,
        metric=metric,
        count=facts.count,
        whole=canonical(whole, scope.currency or "") if isinstance(whole, Decimal) else whole,
        shares_overlap=by is By.CATEGORY or metric in (Metric.ORDERS, Metric.CUSTOMERS),
        unattributed_lines=facts.unattributed_lines,
        items=list(_items(facts.top, scope, metric, whole)),
    )


def _whole(facts: ProductTotals, metric: Metric) -> Decimal | int:
    match metric:
        case Metric.REVENUE:
            return facts.positive_revenue
        case Metric.UNITS:
            return facts.positive_units
        case Metric.ORDERS:
            return facts.orders
    return facts.customers


def _items(top: Sequence[ProductFacts], scope: Scope, metric: Metric, whole: Decimal | int) -> Iterator[TopProduct]:
    reached = Decimal(0)
    for rank, one in enumerate(top, start=1):
        value = max(Decimal(one.value(metric)), Decimal(0))
        reached = EXACT.add(reached, value)
        yield TopProduct(
            rank=rank,
            key=one.key,
            name=one.name or one.key,
            revenue=canonical(one.revenue, scope.currency or ""),
            units=one.units,
            orders=one.orders,
            customers=one.customers,
            share=ratio(value, whole),
            cumulative_share=ratio(reached, whole),
        )
