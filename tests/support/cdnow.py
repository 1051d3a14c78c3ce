"""CDNOW, the 1/10 sample (Fader, Hardie, brucehardie.com): 2357 customers who first bought early in 1997, to June 1998.

A line of the file is an order: master id, sample id, day, how many CDs, dollars for all of them. The file is the one in
the package lifetimes (MIT), which is good for its data alone: it is no longer developed.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import files
from pathlib import Path

from domain.analytics.counting_lifetime import count_repeat_buying, count_repeat_spending
from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts
from domain.analytics.scope import Scope
from domain.customers.customer import Customer, CustomerDetails
from domain.orders.order import Order, OrderLine
from domain.shared.ids import CustomerId, OrderId
from tests.support.builders import new_id

ROWS = 6_919
AT = datetime(1998, 7, 1, tzinfo=UTC)


@cache
def cdnow() -> PurchaseHistory:
    """Each row as an order of one line, since dollars do not divide by CDs."""
    rows = [line.split() for line in sample_file().read_text(encoding="ascii").splitlines()]
    assert len(rows) == ROWS
    customers = {number: _customer(number) for number in sorted({number for _, number, *_ in rows})}
    orders = [_order(customers[number], day, dollars) for _, number, day, _, dollars in rows]
    return PurchaseHistory(customers=list(customers.values()), orders=orders)


def sample_file() -> Path:
    """Of the package, which is not imported: it is older than the libraries that it would import."""
    (found,) = (one for one in files("lifetimes") or () if one.name == "CDNOW_sample.txt")
    return Path(str(found.locate()))


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


# The calibration weeks of the papers: 39, to the end of September 1997.
CALIBRATION = Scope(as_of=date(1997, 10, 1), currency="USD")


@cache
def calibration_buying() -> list[BuyingFacts]:
    """How customers came again in the calibration weeks."""
    return count_repeat_buying(cdnow(), CALIBRATION, CALIBRATION.as_of)


@cache
def calibration_spending() -> list[SpendingFacts]:
    """What the repeats of those who came again came to."""
    return [one for one in count_repeat_spending(cdnow(), CALIBRATION) if one.history.repeats]
