"""The use cases of orders and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as replace_page
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace

from application.caller import Caller
from application.errors import Erased, NotFound
from application.fields import line
from application.listing import Listed, Listing, Page, listed
from application.orders.drafting import draft_order, draft_return, isbns
from application.orders.models import (
    ORDER_LIST,
    RETURN_LIST,
    OrderCreate,
    OrderLineRead,
    OrderRead,
    OrderReturnCreate,
    ReturnCreate,
    ReturnLineRead,
    ReturnRead,
)
from application.ports.books import BookReader
from application.ports.customers import CustomerReader
from application.ports.orders import OrderReader, ReturnReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.books.isbn import Isbn
from domain.orders.order import REFERENCE_LENGTH
from domain.shared.errors import Invalid, Problems
from domain.shared.ids import BookId, OrderId, ReturnId

Read = TypeVar("Read", OrderRead, ReturnRead)


class OrderService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        orders: OrderReader,
        returns: ReturnReader,
        customers: CustomerReader,
        books: BookReader,
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        self._units = units
        self._orders = orders
        self._returns = returns
        self._customers = customers
        self._books = books
        self._clock = clock
        self._ids = ids

    async def place(self, command: OrderCreate, caller: Caller) -> OrderRead:
        """Places an order.

        - One currency, at least one line; a line's amount is quantity times unit price less its discount, exactly.
        - A line whose SKU is the ISBN of a book of the catalogue is linked to it; any other SKU is kept as it is.
        - The customer may be unknown, but one that is named must exist.
        - The reference, when given, is unique among the orders of its channel.
        """
        async with self._units(caller) as uow:
            books = await self._known_books(uow, [one.sku for one in command.lines])
            now = self._clock.now()
            order, event = draft_order(OrderId(self._ids.new()), command, books, at=now, by=caller.actor)
            await self._require_customer(command.customer_id)
            uow.orders.add(order)
            uow.record(event)
            answer = OrderRead.of(order)
            await uow.commit(answer)
        return answer

    async def get(self, order_id: UUID, *, expand: frozenset[str] = frozenset()) -> OrderRead:
        """One order with its lines; `expand=customer,books` adds the customer, and the books of the lines."""
        found = await self._orders.get(order_id)
        return (await self._expanded([found], expand))[0] if expand else found

    async def list(self, listing: Listing) -> Listed[OrderRead]:
        """One page of orders: by customer, time, status, channel, reference or currency."""
        page = await self._orders.list(_with_lines(listing))
        return listed(ORDER_LIST, listing, await self._expanded_page(page, listing))

    async def cancel(self, order_id: UUID, caller: Caller, *, version: int | None = None) -> OrderRead:
        """Cancels an order, which then counts nowhere. One of which something came back cannot be cancelled."""
        async with self._units(caller) as uow:
            order = await uow.orders.get(OrderId(order_id))
            expect(order.lifecycle, version)
            cancelled, event = order.cancel(at=self._clock.now(), by=caller.actor)
            cancelled = uow.orders.save(cancelled)
            uow.record(event)
            answer = OrderRead.of(cancelled)
            await uow.commit(answer)
        return answer

    async def take_back(
        self, order_id: UUID, command: OrderReturnCreate, caller: Caller, *, version: int | None = None
    ) -> ReturnRead:
        """Records what comes back of an order: never more of a line than was bought and is still out.

        The refund of a line is its share of the line's amount; all pieces together give back the amount exactly.
        """
        problems = Problems()
        quantities: dict[int, int] = {}
        for place, one in enumerate(command.lines):
            if one.line in quantities:
                problems.add(f"/lines/{place}/line", "repeated-line", "must be named once")
            quantities[one.line] = one.quantity
        reference = problems.take_given("/reference", line(REFERENCE_LENGTH), command.reference)
        problems.raise_if_any()
        async with self._units(caller) as uow:
            order = await uow.orders.get(OrderId(order_id))
            expect(order.lifecycle, version)
            now = self._clock.now()
            changed, recorded, events = order.take_back(
                ReturnId(self._ids.new()),
                quantities,
                reference=reference,
                returned_at=command.returned_at or now,
                at=now,
                by=caller.actor,
            )
            uow.orders.save(changed)
            uow.returns.add(recorded)
            uow.record(*events)
            answer = ReturnRead.of(recorded)
            await uow.commit(answer)
        return answer

    async def take_back_alone(self, command: ReturnCreate, caller: Caller) -> ReturnRead:
        """Records goods that come back while their order is not known: worth quantity times unit price."""
        async with self._units(caller) as uow:
            books = await self._known_books(uow, [one.sku for one in command.lines])
            now = self._clock.now()
            recorded = draft_return(ReturnId(self._ids.new()), command, books, at=now, by=caller.actor)
            await self._require_customer(command.customer_id)
            uow.returns.add(recorded)
            uow.record(recorded.event("return.recorded", now, caller.actor))
            answer = ReturnRead.of(recorded)
            await uow.commit(answer)
        return answer

    async def get_return(self, return_id: UUID, *, expand: frozenset[str] = frozenset()) -> ReturnRead:
        """One return with its lines; `expand=customer,books` adds the customer, and the books of the lines."""
        found = await self._returns.get(return_id)
        return (await self._expanded([found], expand))[0] if expand else found

    async def list_returns(self, listing: Listing) -> Listed[ReturnRead]:
        """One page of returns: by order, customer, time, channel, reference or currency."""
        page = await self._returns.list(_with_lines(listing))
        return listed(RETURN_LIST, listing, await self._expanded_page(page, listing))

    async def _known_books(self, uow: UnitOfWork, skus: Sequence[str]) -> Mapping[Isbn, BookId]:
        candidates = isbns(skus)
        return await uow.books.ids_by_isbn(candidates) if candidates else {}

    async def _require_customer(self, customer_id: UUID | None) -> None:
        if customer_id is None:
            return
        try:
            await self._customers.get(customer_id)
        except Erased as error:
            raise Invalid.because("customer-erased", error.detail, "/customer_id") from None
        except NotFound:
            raise Invalid.because("no-such-customer", f"there is no customer {customer_id}", "/customer_id") from None

    async def _expanded_page(self, page: Page[Read], listing: Listing) -> Page[Read]:
        if not listing.expand:
            return page
        return replace_page(page, items=await self._expanded(page.items, listing.expand))

    async def _expanded(self, found: Sequence[Read], expand: frozenset[str]) -> Sequence[Read]:
        if "customer" in expand:
            ids = {one.customer_id for one in found if one.customer_id is not None}
            customers = await self._customers.get_many(ids)
            found = [replace(one, customer=one.customer_id and customers.get(one.customer_id)) for one in found]
        if "books" in expand:
            named = [_book_ids(one) for one in found]
            books = await self._books.get_many({book_id for ids in named for book_id in ids})
            found = [
                replace(one, books=[books[book_id] for book_id in ids]) for one, ids in zip(found, named, strict=True)
            ]
        return found


def _with_lines(listing: Listing) -> Listing:
    """Books are those of the lines, so whoever asks for them gets the lines too."""
    return replace_page(listing, expand=listing.expand | {"lines"}) if "books" in listing.expand else listing


def _book_ids(found: Read) -> Sequence[UUID]:
    """The books of the lines, each once, in the order of the lines."""
    lines: Sequence[OrderLineRead | ReturnLineRead] = found.lines or ()
    return list(dict.fromkeys(one.book_id for one in lines if one.book_id is not None))
