"""What callers send and get of orders and returns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.books.models import BookResponse
from application.customers.models import CustomerRead
from application.fields import Currency, MoneyRead, Price, line
from application.listing import AwareTime, FilterField, ListSpec, SortKey, as_kept, identifier, moment, one_of
from domain.orders.order import (
    CHANNEL_LENGTH,
    DEFAULT_CHANNEL,
    DESCRIPTION_LENGTH,
    MAX_LINES,
    MAX_QUANTITY,
    REFERENCE_LENGTH,
    SKU_LENGTH,
    Order,
    OrderStatus,
)
from domain.orders.returns import Return, earliest_time
from domain.shared.money import currency_code

Sku = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SKU_LENGTH,
        description="A book's SKU is its ISBN; other goods may have any.",
        examples=["9780141439549"],
        extra={"value": line(SKU_LENGTH)},
    ),
]
Channel = Annotated[
    str, Meta(min_length=1, max_length=CHANNEL_LENGTH, examples=["web"], extra={"value": line(CHANNEL_LENGTH)})
]
OrderReference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REFERENCE_LENGTH,
        description="The number another system gave it; unique a channel.",
        examples=["W-2026-0001"],
        extra={"value": line(REFERENCE_LENGTH)},
    ),
]
LineDescription = Annotated[
    str,
    Meta(
        min_length=1, max_length=DESCRIPTION_LENGTH, examples=["Middlemarch"], extra={"value": line(DESCRIPTION_LENGTH)}
    ),
]
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY, examples=[2])]
Moment = Annotated[AwareTime, Meta(examples=["2026-01-31T12:00:00Z"], extra={"value": earliest_time})]


class OrderLineCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line to be bought; amounts are in the currency of the order."""

    sku: Sku
    quantity: Quantity
    unit_price: Price
    discount: Price = "0"
    description: LineDescription | None = None


class OrderCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new order: one currency, one line at least. `placed_at` is now when it is not given."""

    currency: Currency
    lines: Annotated[list[OrderLineCreate], Meta(min_length=1, max_length=MAX_LINES)]
    customer_id: UUID | None = None
    channel: Channel = DEFAULT_CHANNEL
    reference: OrderReference | None = None
    placed_at: Moment | None = None
    tax: Price = "0"
    shipping: Price = "0"


class OrderReturnLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many pieces of one line of the order come back."""

    line: Annotated[int, Meta(ge=1, le=MAX_LINES, description="The number of the order's line.", examples=[1])]
    quantity: Quantity


class OrderReturnCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods of a known order that come back."""

    lines: Annotated[list[OrderReturnLine], Meta(min_length=1, max_length=MAX_LINES)]
    reference: OrderReference | None = None
    returned_at: Moment | None = None


class ReturnLineCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that comes back without its order: worth quantity times unit price."""

    sku: Sku
    quantity: Quantity
    unit_price: Price
    description: LineDescription | None = None


class ReturnCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods that come back while their order is not known."""

    currency: Currency
    lines: Annotated[list[ReturnLineCreate], Meta(min_length=1, max_length=MAX_LINES)]
    customer_id: UUID | None = None
    channel: Channel = DEFAULT_CHANNEL
    reference: OrderReference | None = None
    returned_at: Moment | None = None


class OrderLineRead(Struct, frozen=True, kw_only=True):
    """A line as callers see it; `amount` is quantity times unit price, less the discount."""

    number: int
    sku: str
    book_id: UUID | None
    description: str | None
    quantity: int
    unit_price: MoneyRead
    discount: MoneyRead
    amount: MoneyRead
    returned: Annotated[int, Meta(description="How many of them came back.")]


class OrderRead(Struct, frozen=True, kw_only=True):
    """An order as callers see it. Lists leave the lines out unless `expand` asks for them, or for their books."""

    id: UUID
    customer_id: UUID | None
    channel: str
    reference: str | None
    status: OrderStatus
    placed_at: datetime
    subtotal: MoneyRead
    tax: MoneyRead
    shipping: MoneyRead
    total: MoneyRead
    line_count: int
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    lines: Sequence[OrderLineRead] | UnsetType = UNSET
    customer: CustomerRead | None | UnsetType = UNSET
    books: Sequence[BookResponse] | UnsetType = UNSET

    @classmethod
    def of(cls, order: Order, *, lines: bool = True) -> "OrderRead":
        """The read model of an aggregate, with its lines or without."""
        currency, lifecycle = order.currency, order.lifecycle
        return cls(
            id=order.id,
            customer_id=order.customer_id,
            channel=order.channel,
            reference=order.reference,
            status=order.status,
            placed_at=order.placed_at,
            subtotal=MoneyRead.of(order.subtotal, currency),
            tax=MoneyRead.of(order.tax, currency),
            shipping=MoneyRead.of(order.shipping, currency),
            total=MoneyRead.of(order.total, currency),
            line_count=len(order.lines),
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            lines=[
                OrderLineRead(
                    number=one.number,
                    sku=one.sku,
                    book_id=one.book_id,
                    description=one.description,
                    quantity=one.quantity,
                    unit_price=MoneyRead.of(one.unit_price, currency),
                    discount=MoneyRead.of(one.discount, currency),
                    amount=MoneyRead.of(one.amount, currency),
                    returned=one.returned,
                )
                for one in order.lines
            ]
            if lines
            else UNSET,
        )


class ReturnLineRead(Struct, frozen=True, kw_only=True):
    """A returned line as callers see it; `amount` is what it lowers the revenue by."""

    number: int
    sku: str
    book_id: UUID | None
    description: str | None
    quantity: int
    unit_price: MoneyRead
    amount: MoneyRead
    order_line: int | None


class ReturnRead(Struct, frozen=True, kw_only=True):
    """A return as callers see it; `order_id` is null when it stands alone. Lists leave out the lines, likewise."""

    id: UUID
    order_id: UUID | None
    customer_id: UUID | None
    channel: str
    reference: str | None
    returned_at: datetime
    total: MoneyRead
    line_count: int
    version: int
    created_at: datetime
    created_by: str
    lines: Sequence[ReturnLineRead] | UnsetType = UNSET
    customer: CustomerRead | None | UnsetType = UNSET
    books: Sequence[BookResponse] | UnsetType = UNSET

    @classmethod
    def of(cls, recorded: Return, *, lines: bool = True) -> "ReturnRead":
        """The read model of an aggregate, with its lines or without."""
        currency = recorded.currency
        return cls(
            id=recorded.id,
            order_id=recorded.order_id,
            customer_id=recorded.customer_id,
            channel=recorded.channel,
            reference=recorded.reference,
            returned_at=recorded.returned_at,
            total=MoneyRead.of(recorded.total, currency),
            line_count=len(recorded.lines),
            version=recorded.lifecycle.version,
            created_at=recorded.lifecycle.created_at,
            created_by=recorded.lifecycle.created_by,
            lines=[
                ReturnLineRead(
                    number=one.number,
                    sku=one.sku,
                    book_id=one.book_id,
                    description=one.description,
                    quantity=one.quantity,
                    unit_price=MoneyRead.of(one.unit_price, currency),
                    amount=MoneyRead.of(one.amount, currency),
                    order_line=one.order_line,
                )
                for one in recorded.lines
            ]
            if lines
            else UNSET,
        )


_EXPANSIONS = frozenset({"books", "customer", "lines"})

ORDER_LIST = ListSpec(
    name="orders",
    deletable=False,
    filters={
        "customer_id": FilterField(read=identifier),
        "status": FilterField(read=one_of(OrderStatus), choices=tuple(OrderStatus)),
        "channel": FilterField(read=as_kept),
        "reference": FilterField(read=as_kept),
        "currency": FilterField(read=currency_code),
        "placed_at": FilterField(read=moment, ranges=True),
        "created_at": FilterField(read=moment, ranges=True),
    },
    sorts={"placed_at": datetime, "created_at": datetime, "updated_at": datetime},
    default_sort=(SortKey("placed_at", descending=True),),
    expansions=_EXPANSIONS,
)

RETURN_LIST = ListSpec(
    name="returns",
    deletable=False,
    filters={
        "order_id": FilterField(read=identifier),
        "customer_id": FilterField(read=identifier),
        "channel": FilterField(read=as_kept),
        "reference": FilterField(read=as_kept),
        "currency": FilterField(read=currency_code),
        "returned_at": FilterField(read=moment, ranges=True),
        "created_at": FilterField(read=moment, ranges=True),
    },
    sorts={"returned_at": datetime, "created_at": datetime},
    default_sort=(SortKey("returned_at", descending=True),),
    expansions=_EXPANSIONS,
)
