"""Orders, returns and their lines as rows, and back again."""

from collections.abc import Iterable, Sequence
from typing import Any

from asyncpg import Record
from msgspec import UNSET, UnsetType

from adapters.postgres.kinds import Kind, Lines
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values, money_of
from adapters.sql.tables import order_lines, orders, return_lines, returns
from application.orders.models import OrderLineRead, OrderRead, ReturnLineRead, ReturnRead
from domain.orders.order import Order, OrderLine, OrderStatus
from domain.orders.returns import Return, ReturnLine
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId
from domain.shared.money import EXACT

Row = Record | tuple[Any, ...]

_ORDER = (
    "id",
    "customer_id",
    "channel",
    "reference",
    "currency",
    "status",
    "placed_at",
    "subtotal",
    "tax",
    "shipping",
    "line_count",
)
_ORDER_LINE = (
    "number",
    "sku",
    "book_id",
    "description",
    "quantity",
    "unit_price",
    "discount",
    "amount",
    "returned",
)
_RETURN = (
    "id",
    "order_id",
    "customer_id",
    "channel",
    "reference",
    "currency",
    "returned_at",
    "total",
    "line_count",
)
_RETURN_LINE = ("number", "sku", "book_id", "description", "quantity", "unit_price", "amount", "order_line")

# The orders in which the functions below take rows apart.
ORDER_OUTPUT = [orders.c[name] for name in (*_ORDER, *LIFECYCLE)]
ORDER_LINE_OUTPUT = [order_lines.c[name] for name in _ORDER_LINE]
RETURN_OUTPUT = [returns.c[name] for name in (*_RETURN, *LIFECYCLE)]
RETURN_LINE_OUTPUT = [return_lines.c[name] for name in _RETURN_LINE]
_STATUSES = {str(status): status for status in OrderStatus}


def _order_values(order: Order) -> tuple[object, ...]:
    return (
        order.id,
        order.customer_id,
        order.channel,
        order.reference,
        order.currency,
        order.status,
        order.placed_at,
        order.subtotal,
        order.tax,
        order.shipping,
        len(order.lines),
        *lifecycle_values(order.lifecycle),
    )


def _order_line_values(order: Order) -> list[Sequence[object]]:
    return [
        (
            order.id,
            line.number,
            line.sku,
            line.book_id,
            line.description,
            line.quantity,
            line.unit_price,
            line.discount,
            line.amount,
            line.returned,
        )
        for line in order.lines
    ]


def _return_values(recorded: Return) -> tuple[object, ...]:
    return (
        recorded.id,
        recorded.order_id,
        recorded.customer_id,
        recorded.channel,
        recorded.reference,
        recorded.currency,
        recorded.returned_at,
        recorded.total,
        len(recorded.lines),
        *lifecycle_values(recorded.lifecycle),
    )


def _return_line_values(recorded: Return) -> list[Sequence[object]]:
    return [
        (
            recorded.id,
            line.number,
            line.sku,
            line.book_id,
            line.description,
            line.quantity,
            line.unit_price,
            line.amount,
            line.order_line,
        )
        for line in recorded.lines
    ]


ORDERS = Kind(
    orders,
    _order_values,
    saves=("status", "updated_at", "updated_by"),
    lines=Lines(order_lines, _order_line_values, changing="returned"),
)
RETURNS = Kind(returns, _return_values, lines=Lines(return_lines, _return_line_values))


def order_of(row: Row, lines: Iterable[Row]) -> Order:
    """The aggregate of a row of ORDER_OUTPUT and its rows of ORDER_LINE_OUTPUT."""
    return Order(
        id=OrderId(row[0]),
        customer_id=None if row[1] is None else CustomerId(row[1]),
        channel=row[2],
        reference=row[3],
        currency=row[4],
        status=_STATUSES[row[5]],
        placed_at=row[6],
        tax=row[8],
        shipping=row[9],
        lifecycle=lifecycle_of(row[11:16]),
        lines=tuple(
            OrderLine(
                number=line[0],
                sku=line[1],
                book_id=None if line[2] is None else BookId(line[2]),
                description=line[3],
                quantity=line[4],
                unit_price=line[5],
                discount=line[6],
                returned=line[8],
            )
            for line in lines
        ),
    )


def order_read_of(row: Row, lines: Iterable[Row] | None) -> OrderRead:
    """The read model of a row of ORDER_OUTPUT and its rows of ORDER_LINE_OUTPUT, or without lines."""
    currency = row[4]
    lines_read: list[OrderLineRead] | UnsetType = (
        UNSET if lines is None else [_order_line_read_of(line, currency) for line in lines]
    )
    return OrderRead(
        id=row[0],
        customer_id=row[1],
        channel=row[2],
        reference=row[3],
        status=_STATUSES[row[5]],
        placed_at=row[6],
        subtotal=money_of(row[7], currency),
        tax=money_of(row[8], currency),
        shipping=money_of(row[9], currency),
        total=money_of(EXACT.add(EXACT.add(row[7], row[8]), row[9]), currency),
        line_count=row[10],
        version=row[11],
        created_at=row[12],
        created_by=row[13],
        updated_at=row[14],
        updated_by=row[15],
        lines=lines_read,
    )


def _order_line_read_of(line: Row, currency: str) -> OrderLineRead:
    return OrderLineRead(
        number=line[0],
        sku=line[1],
        book_id=line[2],
        description=line[3],
        quantity=line[4],
        unit_price=money_of(line[5], currency),
        discount=money_of(line[6], currency),
        amount=money_of(line[7], currency),
        returned=line[8],
    )


def return_of(row: Row, lines: Iterable[Row]) -> Return:
    """The aggregate of a row of RETURN_OUTPUT and its rows of RETURN_LINE_OUTPUT."""
    return Return(
        id=ReturnId(row[0]),
        order_id=None if row[1] is None else OrderId(row[1]),
        customer_id=None if row[2] is None else CustomerId(row[2]),
        channel=row[3],
        reference=row[4],
        currency=row[5],
        returned_at=row[6],
        lifecycle=lifecycle_of(row[9:14]),
        lines=tuple(
            ReturnLine(
                number=line[0],
                sku=line[1],
                book_id=None if line[2] is None else BookId(line[2]),
                description=line[3],
                quantity=line[4],
                unit_price=line[5],
                amount=line[6],
                order_line=line[7],
            )
            for line in lines
        ),
    )


def return_read_of(row: Row, lines: Iterable[Row] | None) -> ReturnRead:
    """The read model of a row of RETURN_OUTPUT and its rows of RETURN_LINE_OUTPUT, or without lines."""
    currency = row[5]
    lines_read: list[ReturnLineRead] | UnsetType = (
        UNSET if lines is None else [_return_line_read_of(line, currency) for line in lines]
    )
    return ReturnRead(
        id=row[0],
        order_id=row[1],
        customer_id=row[2],
        channel=row[3],
        reference=row[4],
        returned_at=row[6],
        total=money_of(row[7], currency),
        line_count=row[8],
        version=row[9],
        created_at=row[10],
        created_by=row[11],
        lines=lines_read,
    )


def _return_line_read_of(line: Row, currency: str) -> ReturnLineRead:
    return ReturnLineRead(
        number=line[0],
        sku=line[1],
        book_id=line[2],
        description=line[3],
        quantity=line[4],
        unit_price=money_of(line[5], currency),
        amount=money_of(line[6], currency),
        order_line=line[7],
    )
