"""The shop as the domain makes it, order by order: slow, and what everything faster is held to."""

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from domain.analytics.history import PurchaseHistory
from domain.orders.order import Order, OrderLine
from domain.orders.returns import Return
from domain.shared.ids import OrderId, ReturnId, uuid7
from tests.benchmarks.analytics.people_and_books import BY, books, customers
from tests.benchmarks.analytics.shop import CURRENCY, NOBODY, Shop


def history_of(shop: Shop) -> PurchaseHistory:
    """Everything that happened in it, as it ended."""
    people, shelf = [one for one, _ in customers(shop)], [one for one, _ in books(shop)]
    returned = dict(zip(shop.return_order.tolist(), shop.returned_at.tolist(), strict=True))
    orders, returns = [], []
    first = np.searchsorted(shop.line_order, np.arange(len(shop.customer) + 1)).tolist()
    for number, placed_at in enumerate(shop.placed_at.tolist()):
        who, at = int(shop.customer[number]), datetime.fromtimestamp(placed_at, UTC)
        lines = []
        for line in range(first[number], first[number + 1]):
            book = shelf[int(shop.product[line])]
            lines.append(
                OrderLine(
                    number=int(shop.line_number[line]),
                    sku=book.details.isbn.value,
                    book_id=book.id,
                    quantity=int(shop.quantity[line]),
                    unit_price=Decimal(int(shop.price[shop.product[line]])).scaleb(-2),
                    discount=Decimal(int(shop.discount[line])).scaleb(-2),
                )
            )
        order, _ = Order.place(
            OrderId(uuid7(at, number.to_bytes(10, "big"))),
            customer_id=None if who == NOBODY else people[who].id,
            channel="web",
            reference=None,
            currency=CURRENCY,
            placed_at=at,
            lines=lines,
            tax=Decimal(0),
            shipping=Decimal(0),
            at=at,
            by=BY,
        )
        if shop.cancelled[number]:
            order, _ = order.cancel(at=at, by=BY)
        elif number in returned:
            order, back = _take_back(order, number, datetime.fromtimestamp(returned[number], UTC))
            returns.append(back)
        orders.append(order)
    return PurchaseHistory(customers=people, books=shelf, orders=orders, returns=returns)


def _take_back(order: Order, number: int, at: datetime) -> tuple[Order, Return]:
    changed, back, _ = order.take_back(
        ReturnId(uuid7(at, number.to_bytes(10, "big"))),
        {1: order.lines[0].quantity},
        reference=None,
        returned_at=at,
        at=at,
        by=BY,
    )
    return changed, back
