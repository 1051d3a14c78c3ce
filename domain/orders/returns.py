"""Returns: of a known order, or standing alone when the order is not known. Never counted as a purchase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from domain.shared.errors import Invalid, Problems
from domain.shared.events import Event, Scalar
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId
from domain.shared.lifecycle import Lifecycle
from domain.shared.money import EXACT, LIMIT

MAX_RETURN_LINES = 5_000
MAX_RETURN_QUANTITY = 1_000_000
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, tzinfo=UTC)


def earliest_time(moment: datetime) -> datetime:
    """A time from 1900 to 9998, in UTC, so that it has a date in every time zone.

    Raises Invalid with `out-of-range`.
    """
    if not EARLIEST <= moment <= LATEST:
        raise Invalid.because("out-of-range", "must be in the years 1900 to 9998")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """What came back; `amount` is what it lowers the revenue by, `order_line` the line of the order it is of."""

    number: int
    sku: str
    book_id: BookId | None = None
    description: str | None = None
    quantity: int
    unit_price: Decimal
    amount: Decimal
    order_line: int | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        if not 1 <= self.quantity <= MAX_RETURN_QUANTITY:
            problems.add("/quantity", "out-of-range", f"must be 1 to {MAX_RETURN_QUANTITY}")
        elif self.unit_price < 0 or self.amount < 0:
            problems.add("/unit_price", "negative", "must not be negative")
        elif self.amount > LIMIT:
            problems.add("/unit_price", "too-large", "times quantity must be at most 10000000000000")
        problems.raise_if_any()

    @classmethod
    def standing_alone(
        cls,
        number: int,
        *,
        sku: str,
        book_id: BookId | None,
        description: str | None,
        quantity: int,
        unit_price: Decimal,
    ) -> "ReturnLine":
        """A line whose order is not known: worth quantity times unit price."""
        return cls(
            number=number,
            sku=sku,
            book_id=book_id,
            description=description,
            quantity=quantity,
            unit_price=unit_price,
            amount=EXACT.multiply(unit_price, quantity),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Goods that came back at one time, in one currency. It never changes once recorded."""

    id: ReturnId
    order_id: OrderId | None
    customer_id: CustomerId | None
    channel: str
    reference: str | None
    currency: str
    returned_at: datetime
    lines: tuple[ReturnLine, ...]
    lifecycle: Lifecycle

    @classmethod
    def of_lines(
        cls,
        return_id: ReturnId,
        *,
        order_id: OrderId | None,
        customer_id: CustomerId | None,
        channel: str,
        reference: str | None,
        currency: str,
        returned_at: datetime,
        lines: Sequence[ReturnLine],
        at: datetime,
        by: str,
    ) -> "Return":
        """A new return. Raises Invalid when it has no line, too many, a total above 10^13, or a time before 1900."""
        problems = Problems()
        if not lines:
            problems.add("/lines", "no-lines", "must have at least one line")
        if len(lines) > MAX_RETURN_LINES:
            problems.add("/lines", "too-many", f"must have at most {MAX_RETURN_LINES} lines, has {len(lines)}")
        when = problems.take("/returned_at", earliest_time, returned_at)
        problems.raise_if_any()
        recorded = cls(
            id=return_id,
            order_id=order_id,
            customer_id=customer_id,
            channel=channel,
            reference=reference,
            currency=currency,
            returned_at=when or returned_at,
            lines=tuple(lines),
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        if recorded.total > LIMIT:
            problems.add("", "too-large", "the total must be at most 10000000000000")
        problems.raise_if_any()
        return recorded

    @property
    def total(self) -> Decimal:
        """What all its lines lower the revenue by."""
        total = Decimal(0)
        for line in self.lines:
            total = EXACT.add(total, line.amount)
        return total

    def event(self, kind: str, at: datetime, by: str) -> Event:
        """The event of its recording."""
        data: dict[str, Scalar] = {"channel": self.channel, "currency": self.currency, "lines": len(self.lines)}
        if self.order_id is not None:
            data["order_id"] = str(self.order_id)
        return Event(type=kind, aggregate_id=self.id, version=1, at=at, by=by, data=data)
