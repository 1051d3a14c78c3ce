"""What a store tells: integers, exact decimals, days and keys, and nothing that was divided or rounded.

A customer's key is the `reference` that an older system gave it or, without one, its id as text; ties of keys are
broken by the id. Keys sort by their bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFacts:
    """`customers` are those known, `basket_items` the distinct SKUs of each order added up, `products` distinct SKUs.

    What came back is told apart, in `returned_units` and `returned_revenue`, and is 0 where returns are ignored.
    """

    customers: int
    orders: int
    orders_without_customer: int
    basket_items: int
    products: int
    units: int
    revenue: Decimal
    returned_units: int
    returned_revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFacts:
    """One period that something happened in; units and revenue are net of what came back in it.

    `new_customers` are those whose first purchase ever (of the scope's currency and lines) falls into it.
    """

    start: date
    orders: int
    units: int
    revenue: Decimal
    customers: int
    new_customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFacts:
    """What the customers whose first purchase ever falls into the period `cohort` did in the period `start`.

    `customers` of them had a purchase in it, `last_customers` their last one; revenue is net of what came back in it,
    also where nothing was bought, and also before the cohort's own period.
    """

    cohort: date
    start: date
    customers: int
    last_customers: int
    orders: int
    revenue: Decimal


class By(StrEnum):
    """What sales are added up by; author and category are those of the book that a line is linked to."""

    PRODUCT = "product"
    AUTHOR = "author"
    CATEGORY = "category"


class Dimension(StrEnum):
    """What revenue is added up by: as `By`, and known customers with a purchase."""

    PRODUCT = "product"
    AUTHOR = "author"
    CATEGORY = "category"
    CUSTOMER = "customer"


class Metric(StrEnum):
    """What is compared: money, pieces, orders that hold it, known customers who bought it."""

    REVENUE = "revenue"
    UNITS = "units"
    ORDERS = "orders"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """One product (`key` is its SKU), author or category; units and revenue are net of what came back.

    `name` is the greatest title of the books linked to it or, without any, the greatest description of its lines.
    """

    key: str
    name: str | None
    revenue: Decimal
    units: int
    orders: int
    customers: int

    def value(self, metric: Metric) -> Decimal | int:
        """The number that this metric compares."""
        match metric:
            case Metric.REVENUE:
                return self.revenue
            case Metric.UNITS:
                return self.units
            case Metric.ORDERS:
                return self.orders
        return self.customers


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTotals:
    """The first products in the order asked for, and what they are compared with.

    `count` is how many keys there are in all; `positive_revenue` and `positive_units` add up the products (SKUs) whose
    value is above 0; `orders` and `customers` are all purchases and all known customers with one; and
    `unattributed_lines` is how many bought lines have no such key (no linked book, no category).
    """

    top: Sequence[ProductFacts]
    count: int
    positive_revenue: Decimal
    positive_units: int
    orders: int
    customers: int
    unattributed_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnerFacts:
    """One product, author, category or customer and its net revenue.

    Only customers have an id, only products a name.
    """

    key: str
    id: UUID | None
    name: str | None
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoFacts:
    """How many keys (second) have each net revenue (first), ascending, and the first keys by revenue, descending.

    Ties of revenue are in the order of the keys, ties of these of the ids. `unattributed_lines` is how many bought
    lines have no such key: no linked book, no category, no customer.
    """

    amounts: Sequence[tuple[Decimal, int]]
    top: Sequence[EarnerFacts]
    unattributed_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmHistograms:
    """How many customers with a purchase have each value, in ascending order of the values.

    `last_days` are the days of their last purchase, `frequencies` their orders, `amounts` their net revenue.
    """

    last_days: Sequence[tuple[date, int]]
    frequencies: Sequence[tuple[int, int]]
    amounts: Sequence[tuple[Decimal, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Four thresholds a measure; a score is what a comparison with each of them adds up to.

    R = 5 less one for each of `before` that the last purchase day lies before; F and M = 1 and one more for each
    threshold that the value lies above. Amounts have at most five places.
    """

    before: tuple[date, date, date, date]
    orders_above: tuple[int, int, int, int]
    amount_above: tuple[Decimal, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Ntile:
    """SQL's NTILE(5): R by last purchase day, F by orders, M by amount, each ascending, then by key, then by id."""


Scoring = Cuts | Ntile


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """The customers of one combination of scores, their orders and their net revenue."""

    r: int
    f: int
    m: int
    customers: int
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerFacts:
    """One customer with a purchase: the last purchase day, how many orders, net revenue."""

    key: str
    id: UUID
    last_day: date
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredBuyer:
    """A customer with a purchase, and its scores."""

    buyer: BuyerFacts
    r: int
    f: int
    m: int
