"""The profile of one customer: what the reports say of them, number for number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from domain.analytics.churn import ChurnCustomer
from domain.analytics.digest import NOT_IN_DIGEST
from domain.analytics.facts import ProductFacts
from domain.analytics.fitted import fitted_number
from domain.analytics.lifetime_value import Worth
from domain.analytics.recommendations import Recommendation
from domain.analytics.rfm import RfmCustomer
from domain.analytics.scope import Scope
from domain.shared.money import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class FavouriteCategory:
    """A category, and in how many orders the customer bought of it; units and revenue less what came back."""

    category: str
    orders: int
    units: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileValue:
    """What the customer will be worth in so many months, as `lifetime-value` says."""

    months: int
    discount: Decimal
    expected_purchases: float
    purchase_value: float
    lifetime_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProfile:
    """What the reports `rfm-customers`, `churn-customers`, `lifetime-value` and `recommendations` say of one customer.

    `rfm` is null without a purchase in the scope; `churn` and `value` are null when the first purchase ever is not in
    it, or when no model could be fitted, of which `no_model` says why; `value` is null, too, for repeat purchases that
    came to nothing or less. `next_best_books` is null where the store would have to count more pairs than it is made
    for, and `no_next_best_books` says so.
    """

    id: UUID = field(metadata=NOT_IN_DIGEST)
    currency: str | None
    rfm: RfmCustomer | None
    churn: ChurnCustomer | None
    value: ProfileValue | None
    no_model: str | None
    favourite_categories: Sequence[FavouriteCategory]
    next_best_books: Sequence[Recommendation] | None
    no_next_best_books: str | None


def profile_value(worth: Worth, *, months: int, discount: Decimal) -> ProfileValue:
    """As the profile tells it."""
    return ProfileValue(
        months=months,
        discount=discount,
        expected_purchases=fitted_number(worth.purchases),
        purchase_value=fitted_number(worth.purchase_value),
        lifetime_value=fitted_number(worth.value),
    )


def favourite_categories(bought: Sequence[ProductFacts], scope: Scope) -> list[FavouriteCategory]:
    """As the profile tells them."""
    return [
        FavouriteCategory(
            category=one.key,
            orders=one.orders,
            units=one.units,
            revenue=canonical(one.revenue, scope.currency or ""),
        )
        for one in bought
    ]
