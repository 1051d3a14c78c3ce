"""The use case of seeing one customer whole."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from application.analytics.models import Answer
from application.analytics.service import AnalyticsService
from application.customers.models import CustomerRead
from application.errors import ReadOnlyStore
from application.listing import read_listing
from application.orders.models import ORDER_LIST, OrderRead
from application.ports.customers import CustomerReader
from application.ports.orders import OrderReader
from domain.analytics.profile import CustomerProfile

_LATEST = 5


class CustomerProfileRead(Struct, frozen=True, kw_only=True):
    """A customer, the latest orders without their lines (null where single orders are not shown), and the analytics."""

    customer: CustomerRead
    latest_orders: Sequence[OrderRead] | None
    analytics: Answer[CustomerProfile]


class ProfileService:
    """One use case, of what readers and analytics tell."""

    def __init__(self, *, customers: CustomerReader, orders: OrderReader, analytics: AnalyticsService) -> None:
        self._customers = customers
        self._orders = orders
        self._analytics = analytics

    async def profile(self, customer_id: UUID, parameters: Iterable[tuple[str, str]]) -> CustomerProfileRead:
        """One customer with the latest orders, and what the reports say: RFM, churn, lifetime value, favourites.

        - Each number is that of its own report, asked with the same parameters.
        - A deleted customer has no profile; a merged one's is that of the survivor.
        - Where no model can be fitted, what needs one is null, and `no_model` says why.
        """
        customer = await self._customers.get(customer_id)
        return CustomerProfileRead(
            customer=customer,
            latest_orders=await self._latest(customer_id),
            analytics=await self._analytics.customer_profile(customer_id, parameters),
        )

    async def _latest(self, customer_id: UUID) -> Sequence[OrderRead] | None:
        asked = (("customer_id", str(customer_id)), ("sort", "-placed_at"), ("limit", str(_LATEST)))
        try:
            return (await self._orders.list(read_listing(ORDER_LIST, asked))).items
        except ReadOnlyStore:
            return None
