"""The use case of confirming an order to who placed it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import UNSET, Meta, Struct

from application.customers.models import CustomerRead
from application.errors import Erased, MergedAway, NotFound
from application.events.models import EventRead
from application.mail.models import AUTOMATIC, Mail, Mailbox, Shop
from application.mail.order_confirmation import write
from application.mail.templates import Templates
from application.ports.books import BookReader
from application.ports.customers import CustomerReader
from application.ports.mailer import Mailer
from application.ports.orders import OrderReader
from application.ports.system import Clock
from domain.customers.email_address import EmailAddress
from domain.orders.order import OrderStatus

RECENT: Final = timedelta(days=1)
"""How old an order may be for its confirmation to come as no surprise."""


class NotConfirmed(StrEnum):
    """Why an order is not confirmed."""

    NO_CUSTOMER = "no-customer"
    NO_EMAIL = "no-email"
    CUSTOMER_DELETED = "customer-deleted"
    CUSTOMER_ERASED = "customer-erased"
    ORDER_CANCELLED = "order-cancelled"
    ENTERED_LATE = "entered-late"


class Confirmation(Struct, frozen=True, kw_only=True):
    """What became of the confirmation of an order. It holds nothing of the customer."""

    order_id: UUID
    sent: bool
    message_id: Annotated[str | None, Meta(description="That of the message, when one was sent.")] = None
    reason: Annotated[NotConfirmed | None, Meta(description="Why none was sent.")] = None


class OrderConfirmations:
    """Each method is one use case."""

    def __init__(
        self,
        *,
        orders: OrderReader,
        customers: CustomerReader,
        books: BookReader,
        mailer: Mailer,
        templates: Templates,
        shop: Shop,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._customers = customers
        self._books = books
        self._mailer = mailer
        self._templates = templates
        self._shop = shop
        self._clock = clock

    async def send(self, order_id: UUID) -> Confirmation:
        """Sends the confirmation of an order to its customer, by itself: nobody has looked at it before.

        None is sent when there is no customer, or no e-mail address, or the customer is deleted or erased, when the
        order is cancelled, or when it was entered more than a day after it was placed, or before. Sent again, the
        message keeps its id, by which a double is recognised. Raises NotFound, MailRefused or Unavailable.
        """
        return await self._send(order_id, by_itself=True)

    async def send_by_hand(self, order_id: UUID) -> Confirmation:
        """As `send`, for somebody who wants just this one: also when the order was entered late."""
        return await self._send(order_id, by_itself=False)

    async def preview(self, order_id: UUID) -> Mail | Confirmation:
        """The message that `send_by_hand` would send, or why it would send none."""
        return await self._written(order_id, by_itself=False)

    async def _send(self, order_id: UUID, *, by_itself: bool) -> Confirmation:
        written = await self._written(order_id, by_itself=by_itself)
        if isinstance(written, Confirmation):
            return written
        await self._mailer.send(written)
        return Confirmation(order_id=order_id, sent=True, message_id=written.message_id)

    async def _written(self, order_id: UUID, *, by_itself: bool) -> Mail | Confirmation:
        order = await self._orders.get(order_id)
        if order.status is OrderStatus.CANCELLED:
            return _none(order_id, NotConfirmed.ORDER_CANCELLED)
        if by_itself and abs(order.created_at - order.placed_at) > RECENT:
            return _none(order_id, NotConfirmed.ENTERED_LATE)
        if order.customer_id is None:
            return _none(order_id, NotConfirmed.NO_CUSTOMER)
        try:
            customer = await self._customer(order.customer_id)
        except Erased:
            return _none(order_id, NotConfirmed.CUSTOMER_ERASED)
        except NotFound:
            return _none(order_id, NotConfirmed.CUSTOMER_DELETED)
        if customer.email is None:
            return _none(order_id, NotConfirmed.NO_EMAIL)
        lines = () if order.lines is UNSET else order.lines
        books = await self._books.get_many({one.book_id for one in lines if one.book_id is not None})
        shop = self._shop
        letter = write(order, books, name=customer.name, shop=shop, templates=self._templates)
        return Mail(
            message_id=f"order-confirmation.{order_id}@{shop.domain}",
            at=self._clock.now(),
            sender=shop.sender,
            reply_to=shop.reply_to,
            to=Mailbox(EmailAddress.parse(customer.email), customer.name),
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            headers=AUTOMATIC,
        )

    async def _customer(self, customer_id: UUID) -> CustomerRead:
        try:
            return await self._customers.get(customer_id)
        except MergedAway as error:  # since the order was read, which names the other by now
            return await self._customer(error.into)


def to_confirm(events: Iterable[EventRead], now: datetime) -> list[UUID]:
    """The orders among these events that are to be confirmed: placed one by one within the last day.

    An order that came with an import was confirmed by whoever took it, and one of long ago (the setting was turned on
    today, or nobody has looked at events for days) would come as a surprise.
    """
    return [
        one.aggregate_id
        for one in events
        if one.type == "order.placed" and not one.data.get("imported") and now - one.at <= RECENT
    ]


def _none(order_id: UUID, reason: NotConfirmed) -> Confirmation:
    return Confirmation(order_id=order_id, sent=False, reason=reason)
