"""The use case of telling a person all that is held."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, TypeVar
from uuid import UUID

from application.customers.address_models import ADDRESS_LIST
from application.customers.export_models import CustomerExport
from application.events.models import EventRead
from application.listing import MAX_LIMIT, Listing, ListSpec, Page, listed, read_listing
from application.orders.models import ORDER_LIST, RETURN_LIST
from application.ports.addresses import AddressReader
from application.ports.consents import ConsentReader
from application.ports.customers import CustomerReader
from application.ports.orders import OrderReader, ReturnReader
from application.ports.people import PersonReader
from application.ports.reviews import ReviewReader
from application.ports.system import Clock
from application.reviews.models import REVIEW_LIST

Read = TypeVar("Read", bound="_HasId")
_IDS_AT_ONCE = 1_000


class _HasId(Protocol):
    @property
    def id(self) -> UUID: ...


class ExportService:
    """One use case, of readers alone."""

    def __init__(
        self,
        *,
        customers: CustomerReader,
        addresses: AddressReader,
        consents: ConsentReader,
        orders: OrderReader,
        returns: ReturnReader,
        reviews: ReviewReader,
        people: PersonReader,
        clock: Clock,
    ) -> None:
        self._customers = customers
        self._addresses = addresses
        self._consents = consents
        self._orders = orders
        self._returns = returns
        self._reviews = reviews
        self._people = people
        self._clock = clock

    async def export(self, customer_id: UUID) -> CustomerExport:
        """All that is held about a customer, as one document: also of a deleted one, and however much it is.

        - The customer and those merged into it, addresses, consents with their history, orders and returns with their
          lines, reviews, groups, snapshots of segments, and the events of all of these.
        - It is read page by page; what changes meanwhile may be in it or not.
        """
        at = self._clock.now()
        customer = await self._customers.get(customer_id, include_deleted=True)
        consents = await self._consents.of(customer_id)
        addresses = await _whole(ADDRESS_LIST, self._addresses.list, customer_id)
        orders = await _whole(ORDER_LIST, self._orders.list, customer_id, expand="lines")
        returns = await _whole(RETURN_LIST, self._returns.list, customer_id, expand="lines")
        reviews = await _whole(REVIEW_LIST, self._reviews.list, customer_id, include_deleted="true")
        merged = await self._people.merged(customer_id)
        people = [customer_id, *(one.customer.id for one in merged)]
        things = [*people, *(one.id for one in orders), *(one.id for one in returns), *(one.id for one in reviews)]
        return CustomerExport(
            exported_at=at,
            customer=customer,
            merged=merged,
            addresses=addresses,
            consents=consents.data,
            orders=orders,
            returns=returns,
            reviews=reviews,
            groups=await self._people.memberships(customer_id),
            snapshots=await self._people.snapshots(customer_id),
            events=await self._events(things, people),
        )

    async def _events(self, things: Sequence[UUID], customer_ids: Sequence[UUID]) -> Sequence[EventRead]:
        found = {one.position: one for one in await self._people.events_naming(customer_ids)}
        left = iter(things)
        while some := list(islice(left, _IDS_AT_ONCE)):
            found |= {one.position: one for one in await self._people.events_of(some)}
        return [found[position] for position in sorted(found)]


async def _whole(
    spec: ListSpec, list_page: Callable[[Listing], Awaitable[Page[Read]]], customer_id: UUID, **asked: str
) -> Sequence[Read]:
    """Every row of a customer, page by page."""
    parameters = [("customer_id", str(customer_id)), ("limit", str(MAX_LIMIT)), *asked.items()]
    found: list[Read] = []
    cursor: Iterable[tuple[str, str]] = ()
    while True:
        listing = read_listing(spec, [*parameters, *cursor])
        page = await list_page(listing)
        found += page.items
        if (following := listed(spec, listing, page).next_cursor) is None:
            return found
        cursor = [("cursor", following)]
