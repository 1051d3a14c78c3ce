"""Answers of every report, over a small made-up history or over none."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from application.analytics.exporting import SPECS
from application.analytics.lifetime_reports import CHURN, CHURN_CUSTOMERS, LIFETIME_VALUE
from application.analytics.models import Answer
from application.analytics.reports import RFM_CUSTOMERS
from domain.analytics.history import PurchaseHistory
from tests.support.builders import a_customer, a_line, an_order
from tests.support.definition import Definition, analytics
from tests.support.regulars import regulars

START = datetime(2025, 11, 3, 12, tzinfo=UTC)
AS_OF = date(2026, 3, 1)
# A model needs more customers than a shop of a few lines has.
_FITTED = frozenset({LIFETIME_VALUE.name, CHURN.name, CHURN_CUSTOMERS.name})


def history(**line: Any) -> PurchaseHistory:
    """Twelve customers, who buy every few weeks, and a bookmark beside it every other time.

    `line` is what all of their lines have.
    """
    customers = [a_customer(reference=f"C{number:02}") for number in range(12)]
    orders = [
        an_order(
            a_line(sku=f"S{(number + times) % 7}", quantity=1 + times % 3, unit_price=f"{5 + number}.49", **line),
            *([a_line(2, sku="BOOKMARK", unit_price="1.50", **line)] if times % 2 else []),
            customer=customer,
            placed_at=START + timedelta(days=7 * number + 24 * times),
        )
        for number, customer in enumerate(customers)
        for times in range(1 + number % 4)
    ]
    return PurchaseHistory(customers=[*customers, a_customer()], orders=orders)


def shop_of(report: str) -> PurchaseHistory:
    """A shop of which this report has something to tell."""
    return regulars() if report in _FITTED else history()


async def answer(report: str, of: PurchaseHistory | None = None, **parameters: str) -> Answer[Any]:
    """The answer of the definition itself; a list is whole."""
    service = analytics(Definition(shop_of(report) if of is None else of))
    asked = [("as_of", AS_OF.isoformat()), *parameters.items()]
    match report:
        case RFM_CUSTOMERS.name:
            return await service.every_rfm_customer(asked)
        case CHURN_CUSTOMERS.name:
            return await service.every_churn_customer(asked)
    return await service.ask(report, asked)


CHARTED = [name for name, spec in SPECS.items() if spec.charted]
