"""CDNOW, the 1/10 sample (Fader, Hardie, brucehardie.com): 2357 customers who first bought early in 1997, to June 1998.

A line of the file is an order: master id, sample id, day, how many CDs, dollars for all of them.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from domain.analytics.history import PurchaseHistory
from domain.customers.customer import Customer, CustomerDetails
from domain.orders.order import Order, OrderLine
from domain.shared.ids import CustomerId, OrderId
from tests.support.builders import new_id
from tests.support.data import data_file

ROWS = 6_919
AT = datetime(1998, 7, 1, tzinfo=UTC)


@cache
def cdnow() -> PurchaseHistory:
    """Each row as an order of one line, since dollars do not divide by CDs."""
    rows = [line.split() for line in data_file("purchases/CDNOW_sample.txt").read_text(encoding="ascii").splitlines()]
    assert len(rows) == ROWS
    customers = {number: _customer(number) for number in sorted({number for _, number, *_ in rows})}
    orders = [_order(customers[number], day, dollars) for _, number, day, _, dollars in rows]
    return PurchaseHistory(customers=list(customers.values()), orders=orders)


def _customer(number: str) -> Customer:
    return Customer.register(CustomerId(new_id()), CustomerDetails(reference=number), at=AT, by="reader")[0]


def _order(customer: Customer, day: str, dollars: str) -> Order:
    return Order.place(
        OrderId(new_id()),
        customer_id=customer.id,
        channel="cdnow",
        reference=None,
        currency="USD",
        placed_at=datetime.strptime(day, "%Y%m%d").replace(hour=12, tzinfo=UTC),
        lines=[OrderLine(number=1, sku="CD", quantity=1, unit_price=Decimal(dollars))],
        tax=Decimal(0),
        shipping=Decimal(0),
        at=AT,
        by="reader",
    )[0]
