"""Summary: a shop in a few numbers."""

from dataclasses import dataclass
from decimal import Decimal

from domain.analytics.facts import SummaryFacts
from domain.analytics.quotients import mean_amount, ratio
from domain.analytics.scope import Scope
from domain.shared.money import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Customers are those known who bought; units and revenue are net of `returned_units` and `returned_revenue`.

    `products` are distinct SKUs bought. `average_order_value` is revenue / orders, `basket_size` the mean of distinct
    SKUs an order, `units_per_order` units / orders: null when there are no orders. Amounts are in `currency`.
    """

    currency: str | None
    customers: int
    orders: int
    orders_without_customer: int
    products: int
    units: int
    revenue: Decimal
    returned_units: int
    returned_revenue: Decimal
    average_order_value: Decimal | None
    basket_size: float | None
    units_per_order: float | None


def summarise(facts: SummaryFacts, scope: Scope) -> Summary:
    """The answer that these facts give."""
    currency = scope.currency or ""
    return Summary(
        currency=scope.currency,
        customers=facts.customers,
        orders=facts.orders,
        orders_without_customer=facts.orders_without_customer,
        products=facts.products,
        units=facts.units,
        revenue=canonical(facts.revenue, currency),
        returned_units=facts.returned_units,
        returned_revenue=canonical(facts.returned_revenue, currency),
        average_order_value=mean_amount(facts.revenue, facts.orders, currency),
        basket_size=ratio(facts.basket_items, facts.orders),
        units_per_order=ratio(facts.units, facts.orders),
    )
