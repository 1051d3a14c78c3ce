"""Segments of a shop's own: every store answers with them, as the definition does, and says which they are."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from application.analytics.models import SegmentTableRef
from application.analytics.service import AnalyticsService
from application.errors import BadQuery
from application.ports.history import HistoryBatch
from domain.analytics.digest import answer_digest
from domain.analytics.history import PurchaseHistory
from domain.analytics.rfm import Method, Rfm
from domain.analytics.scope import Scope
from domain.analytics.segments import STANDARD, SegmentTable
from tests.contract.conftest import Load
from tests.support.builders import a_customer, a_line, an_order
from tests.support.definition import AtNoon, AtOnce, Definition, asking
from tests.support.store_case import StorePorts

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")
OWN = SegmentTable.read(
    {"name": "our shelves", "rows": {str(r): [f"row {r}", "thrifty", "middling", "best", "best"] for r in range(1, 6)}}
)
THEIRS = SegmentTableRef(name="our shelves", digest=answer_digest(OWN))


@pytest.fixture
def history() -> PurchaseHistory:
    """Ten customers; each bought later, more often and for more than the one before."""
    customers = [a_customer(reference=f"C{number}") for number in range(10)]
    orders = [
        an_order(
            a_line(unit_price=str(number + 1)), customer=customer, placed_at=datetime(2026, 3, number + 1, tzinfo=UTC)
        )
        for number, customer in enumerate(customers)
        for _ in range(number + 1)
    ]
    return PurchaseHistory(customers=customers, orders=orders)


@pytest.fixture
async def service(ports: StorePorts, load: Load, history: PurchaseHistory) -> AnalyticsService:
    await load(HistoryBatch(customers=history.customers, orders=history.orders))
    return AnalyticsService(facts=ports.purchases, clock=AtNoon(), computation=AtOnce(), segments=OWN)


async def test_counts_by_segments_of_ones_own(service: AnalyticsService, history: PurchaseHistory) -> None:
    definition = AnalyticsService(facts=Definition(history), clock=AtNoon(), computation=AtOnce(), segments=OWN)
    for method in Method:
        answer = await service.ask("rfm", asking(SCOPE, method=method))
        assert answer.definition.segment_table == THEIRS
        assert isinstance(answer.data, Rfm)
        assert answer.data.segment_table == OWN
        assert {one.segment: (one.customers, one.revenue) for one in answer.data.segments if one.customers} == {
            "row 1": (2, Decimal(5)),
            "thrifty": (2, Decimal(25)),
            "middling": (2, Decimal(61)),
            "best": (4, Decimal(294)),
        }
        assert answer.answer_digest == (await definition.ask("rfm", asking(SCOPE, method=method))).answer_digest


async def test_customers_of_a_segment_of_ones_own(service: AnalyticsService) -> None:
    best = await service.rfm_customers(asking(SCOPE, segment="best"))
    assert [(one.key, one.segment) for one in best.data] == [(f"C{number}", "best") for number in range(6, 10)]
    assert best.definition.segment_table == THEIRS
    with pytest.raises(BadQuery, match="must be one of: row 5, thrifty, middling, best, row 4, row 3, row 2, row 1"):
        await service.rfm_customers(asking(SCOPE, segment="CHAMPIONS"))


async def test_answers_tell_the_standard_segments_from_others(service: AnalyticsService, ports: StorePorts) -> None:
    standard = AnalyticsService(facts=ports.purchases, clock=AtNoon(), computation=AtOnce())
    one, other = await standard.ask("rfm", asking(SCOPE)), await service.ask("rfm", asking(SCOPE))
    table = one.definition.segment_table
    assert table == SegmentTableRef(name="standard", digest=answer_digest(STANDARD))
    assert table != other.definition.segment_table
    assert one.answer_digest != other.answer_digest
    summary = msgspec.json.decode(msgspec.json.encode((await service.ask("summary", asking(SCOPE))).definition))
    assert summary == {"name": "summary", "version": 1}
