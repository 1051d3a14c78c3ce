"""A shop with customers enough to fit models to: drawn from the models themselves, the same every time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from domain.analytics.history import PurchaseHistory
from domain.orders.order import Order
from tests.support.builders import a_book, a_customer, a_line, an_order

BEGAN = datetime(2025, 1, 1, 12, tzinfo=UTC)
_DAYS = 671
_LONGEST = 365.0


@cache
def regulars(many: int = 250) -> PurchaseHistory:
    """Customers R000, R001 ... who first bought in 2025, and came again until November 2026, if they did."""
    draw = Random(25)
    books = [a_book() for _ in range(6)]
    customers = [a_customer(reference=f"R{number:03}") for number in range(many)]
    orders: list[Order] = []
    for customer in customers:
        mean = 15.0 / draw.gammavariate(4.0, 1 / 4.0)
        rate, chance = draw.gammavariate(0.9, 1 / 40.0), draw.betavariate(0.9, 3.0)
        day = draw.uniform(0.0, _LONGEST)
        while day < _DAYS:
            price = Decimal(f"{draw.gammavariate(6.0, mean / 6.0) + 0.01:.2f}")
            line = a_line(book=draw.choice(books), unit_price=str(price))
            orders.append(an_order(line, customer=customer, placed_at=BEGAN + timedelta(days=int(day))))
            if draw.random() < chance:
                break
            day += max(draw.expovariate(rate), 0.5)
    return PurchaseHistory(customers=customers, books=books, orders=orders)
