"""The order: what a customer bought, at what price, and how much of it came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.orders.returns import Return, ReturnLine, earliest_time
from domain.shared.errors import Invalid, Problems, Refused
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId
from domain.shared.lifecycle import Lifecycle
from domain.shared.money import EXACT, LIMIT, PLACES, amount_not_negative

MAX_LINES = 5_000
MAX_QUANTITY = 1_000_000
SKU_LENGTH = 64
CHANNEL_LENGTH = 64
REFERENCE_LENGTH = 64
DESCRIPTION_LENGTH = 255
DEFAULT_CHANNEL = "direct"
_QUANTUM = Decimal(1).scaleb(-PLACES)


class OrderCancelled(Refused):
    """The order is cancelled, so nothing more can happen to it."""

    code = "order-cancelled"


class OrderHasReturns(Refused):
    """An order of which something came back cannot be cancelled."""

    code = "order-has-returns"


class TooMuchReturned(Refused):
    """More would come back than was bought."""

    code = "returned-more-than-bought"


class OrderStatus(StrEnum):
    """`placed` counts as a purchase, `cancelled` does not."""

    PLACED = "placed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line; `number` counts from 1. Amounts are in the currency of the order.

    Raises Invalid when the quantity is not 1 to 1,000,000, the price or the discount is negative, the discount is above
    the price, the amount is above 10^13, or more came back than was bought.
    """

    number: int
    sku: str
    book_id: BookId | None = None
    description: str | None = None
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    returned: int = 0

    def __post_init__(self) -> None:
        problems = Problems()
        if not 1 <= self.quantity <= MAX_QUANTITY:
            problems.add("/quantity", "out-of-range", f"must be 1 to {MAX_QUANTITY}")
        elif not 0 <= self.returned <= self.quantity:
            problems.add("/returned", "out-of-range", "must be 0 to the quantity")
        if self.unit_price < 0:
            problems.add("/unit_price", "negative", "must not be negative")
        if self.discount < 0:
            problems.add("/discount", "negative", "must not be negative")
        problems.raise_if_any()
        if self.gross > LIMIT:
            raise Invalid.because("too-large", "times quantity must be at most 10000000000000", "/unit_price")
        if self.discount > self.gross:
            message = "must not be more than quantity times unit price"
            raise Invalid.because("discount-above-price", message, "/discount")

    @property
    def gross(self) -> Decimal:
        """Quantity times unit price, exactly."""
        return EXACT.multiply(self.unit_price, self.quantity)

    @property
    def amount(self) -> Decimal:
        """What the line costs: quantity times unit price, less the discount, exactly."""
        return EXACT.subtract(self.gross, self.discount)

    def refund(self, quantity: int) -> Decimal:
        """What the next `quantity` pieces are worth when they come back.

        The refund up to the k-th piece is amount * k / quantity, rounded half even to four places; a refund is the
        difference of two of these, so that all pieces together give back the amount exactly.
        """
        return self._refunded(self.returned + quantity) - self._refunded(self.returned)

    def _refunded(self, pieces: int) -> Decimal:
        exact = EXACT.divide(EXACT.multiply(self.amount, pieces), self.quantity)
        return exact.quantize(_QUANTUM, context=EXACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase by one customer (or none known) in one currency: an aggregate with its lines."""

    id: OrderId
    customer_id: CustomerId | None
    channel: str
    reference: str | None
    currency: str
    status: OrderStatus
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    tax: Decimal
    shipping: Decimal
    lifecycle: Lifecycle

    @classmethod
    def place(
        cls,
        order_id: OrderId,
        *,
        customer_id: CustomerId | None,
        channel: str,
        reference: str | None,
        currency: str,
        placed_at: datetime,
        lines: Sequence[OrderLine],
        tax: Decimal,
        shipping: Decimal,
        at: datetime,
        by: str,
        imported: bool = False,
    ) -> tuple["Order", Event]:
        """A new order. Raises Invalid when it has no line, too many, a total above 10^13, or a time before 1900.

        The event of one that is `imported` says so: another system took it, and told the customer.
        """
        problems = Problems()
        if not lines:
            problems.add("/lines", "no-lines", "must have at least one line")
        if len(lines) > MAX_LINES:
            problems.add("/lines", "too-many", f"must have at most {MAX_LINES} lines, has {len(lines)}")
        when = problems.take("/placed_at", earliest_time, placed_at)
        problems.take("/tax", amount_not_negative, tax)
        problems.take("/shipping", amount_not_negative, shipping)
        problems.raise_if_any()
        order = cls(
            id=order_id,
            customer_id=customer_id,
            channel=channel,
            reference=reference,
            currency=currency,
            status=OrderStatus.PLACED,
            placed_at=when or placed_at,
            lines=tuple(lines),
            tax=tax,
            shipping=shipping,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        if order.total > LIMIT:
            problems.add("", "too-large", "the total must be at most 10000000000000")
        problems.raise_if_any()
        placed = order._event("order.placed", at, by, 1)
        return order, replace(placed, data={**placed.data, "imported": True}) if imported else placed

    @property
    def subtotal(self) -> Decimal:
        """The sum of the line amounts: its revenue, before tax and shipping."""
        total = Decimal(0)
        for line in self.lines:
            total = EXACT.add(total, line.amount)
        return total

    @property
    def total(self) -> Decimal:
        """Subtotal, tax and shipping."""
        return EXACT.add(EXACT.add(self.subtotal, self.tax), self.shipping)

    def cancel(self, *, at: datetime, by: str) -> tuple["Order", Event]:
        """As if never bought. Raises OrderCancelled when it already is, OrderHasReturns when something came back."""
        if self.status is OrderStatus.CANCELLED:
            raise OrderCancelled("the order is already cancelled")
        if any(line.returned for line in self.lines):
            raise OrderHasReturns("something of the order came back: return the rest instead of cancelling it")
        cancelled = replace(self, status=OrderStatus.CANCELLED, lifecycle=self.lifecycle.touched(at=at, by=by))
        return cancelled, self._event("order.cancelled", at, by, self.lifecycle.version + 1)

    def take_back(
        self,
        return_id: ReturnId,
        quantities: Mapping[int, int],
        *,
        reference: str | None,
        returned_at: datetime,
        at: datetime,
        by: str,
    ) -> tuple["Order", Return, tuple[Event, Event]]:
        """`quantities` of line numbers come back. Never more than was bought and has not come back yet.

        Raises OrderCancelled, TooMuchReturned, or Invalid when a line number is not of this order or nothing is given.
        """
        if self.status is OrderStatus.CANCELLED:
            raise OrderCancelled("the order is cancelled: nothing of it can come back")
        known = {line.number: line for line in self.lines}
        problems = Problems()
        if not quantities:
            problems.add("/lines", "no-lines", "must have at least one line")
        for place, number in enumerate(quantities):
            if number not in known:
                problems.add(f"/lines/{place}/line", "no-such-line", f"the order has no line {number}")
            if quantities[number] < 1:
                problems.add(f"/lines/{place}/quantity", "out-of-range", "must be at least 1")
        if returned_at < self.placed_at:
            problems.add("/returned_at", "before-order", "must not be before the order was placed")
        problems.raise_if_any()
        over = [n for n, q in quantities.items() if known[n].returned + q > known[n].quantity]
        if over:
            left = ", ".join(f"line {n}: {known[n].quantity - known[n].returned} left" for n in over)
            raise TooMuchReturned(f"more would come back than was bought ({left})")
        came_back = Return.of_lines(
            return_id,
            order_id=self.id,
            customer_id=self.customer_id,
            channel=self.channel,
            reference=reference,
            currency=self.currency,
            returned_at=returned_at,
            at=at,
            by=by,
            lines=[
                ReturnLine(
                    number=place,
                    sku=known[n].sku,
                    book_id=known[n].book_id,
                    description=known[n].description,
                    quantity=quantity,
                    unit_price=known[n].unit_price,
                    amount=known[n].refund(quantity),
                    order_line=n,
                )
                for place, (n, quantity) in enumerate(quantities.items(), start=1)
            ],
        )
        lines = tuple(replace(line, returned=line.returned + quantities.get(line.number, 0)) for line in self.lines)
        changed = replace(self, lines=lines, lifecycle=self.lifecycle.touched(at=at, by=by))
        events = (
            came_back.event("return.recorded", at, by),
            self._event("order.returned", at, by, self.lifecycle.version + 1),
        )
        return changed, came_back, events

    def _event(self, kind: str, at: datetime, by: str, version: int) -> Event:
        return Event(
            type=kind,
            aggregate_id=self.id,
            version=version,
            at=at,
            by=by,
            data={"channel": self.channel, "currency": self.currency, "lines": len(self.lines)},
        )
