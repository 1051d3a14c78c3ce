"""Every store compares two periods as the definition does, and as the reports of each period tell them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from application.analytics.service import AnalyticsService
from application.ports.history import HistoryBatch
from domain.analytics.comparison import Comparison
from domain.analytics.products import TopProducts
from domain.analytics.repeat import RepeatRate
from domain.analytics.revenue import RevenueSeries
from domain.analytics.summary import Summary
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, a_customer, a_line, an_order
from tests.support.definition import analytics
from tests.support.store_case import StorePorts

Pairs = list[tuple[str, str]]


async def ask(service: AnalyticsService, pairs: Pairs) -> Comparison:
    data = (await service.ask("comparison", pairs)).data
    assert isinstance(data, Comparison)
    return data


def a_shop() -> HistoryBatch:
    """A spring in which Emma rises, Zadig falls, the mug stays, and a customer of the winter comes again."""
    emma, zadig = a_book(title="Emma", categories=["Novels"]), a_book(title="Zadig", categories=["Novels", "Satire"])
    ada, ben = a_customer(reference="A"), a_customer(reference="B")

    def order(day: datetime, *lines: Any, customer: Any = ada) -> Any:
        return an_order(*lines, customer=customer, placed_at=day)

    winter, spring = MORNING - timedelta(days=5), MORNING + timedelta(days=5)
    return HistoryBatch(
        customers=[ada, ben],
        books=[emma, zadig],
        orders=[
            order(winter, a_line(1, book=zadig, unit_price="30"), a_line(2, sku="MUG", unit_price="5")),
            order(winter, a_line(1, book=emma, unit_price="10"), customer=None),
            order(spring, a_line(1, book=emma, unit_price="10", quantity=3), a_line(2, sku="MUG", unit_price="5")),
            order(spring + timedelta(days=1), a_line(1, book=emma, unit_price="12")),
            order(spring, a_line(1, sku="BAG", unit_price="0"), customer=ben),
        ],
    )


SPRING: Pairs = [("from", "2026-03-01"), ("as_of", "2026-04-01")]


async def test_a_comparison_by_hand(ports: StorePorts, load: Load) -> None:
    await load(a_shop())
    found = await ask(analytics(ports.purchases), SPRING)
    assert (found.before.start, found.before.end, found.before.days) == (date(2026, 1, 29), date(2026, 2, 28), 31)
    figures = {one.figure: (one.value, one.before, one.change, one.relative_change) for one in found.figures}
    assert figures["customers"] == (2, 1, 1, 1.0)
    assert figures["new_customers"] == (1, 1, 0, 0.0)
    assert figures["repeat_rate"] == (0.5, 0.0, 0.5, None)
    assert figures["orders_without_customer"] == (0, 1, -1, -1.0)
    assert figures["revenue"] == (Decimal("47.00"), Decimal("45.00"), Decimal("2.00"), 0.0444444444444)
    assert figures["average_order_value"] == (
        Decimal("15.6666666667"),
        Decimal("22.50"),
        Decimal("-6.83333333333"),
        -0.303703703704,
    )
    assert (found.count, found.risen, found.fallen) == (4, 1, 1)
    assert [(one.name, one.value, one.before, one.change, one.relative_change) for one in found.movers] == [
        ("Emma", Decimal(42), Decimal(10), Decimal(32), 3.2),
        ("Zadig", Decimal(0), Decimal(30), Decimal(-30), -1.0),
        ("BAG", Decimal(0), Decimal(0), Decimal(0), None),
        ("MUG", Decimal(5), Decimal(5), Decimal(0), 0.0),
    ]
    by_category = await ask(analytics(ports.purchases), [*SPRING, ("by", "category"), ("metric", "orders")])
    assert [(one.key, one.value, one.before) for one in by_category.movers] == [("Satire", 0, 1), ("Novels", 2, 2)]


async def test_every_figure_is_that_of_its_own_report(ports: StorePorts, load: Load) -> None:
    await load(a_shop())
    service = analytics(ports.purchases)
    found = await ask(service, [*SPRING, ("limit", "1000")])
    february: Pairs = [("from", "2026-01-29"), ("as_of", "2026-03-01")]
    for pairs, name in ((SPRING, "value"), (february, "before")):
        own: dict[str, Any] = {one.figure: getattr(one, name) for one in found.figures}
        summary, rate, revenue, top = [
            (await service.ask(report, [*pairs, *more])).data
            for report, more in (
                ("summary", []),
                ("repeat-rate", []),
                ("revenue", []),
                ("top-products", [("limit", "1000")]),
            )
        ]
        assert isinstance(summary, Summary)
        assert isinstance(rate, RepeatRate)
        assert isinstance(revenue, RevenueSeries)
        assert isinstance(top, TopProducts)
        assert own.pop("new_customers") == sum(one.new_customers for one in revenue.periods)
        assert own.pop("repeat_customers") == rate.repeat_customers
        assert own.pop("repeat_rate") == rate.repeat_rate
        assert own == {figure: getattr(summary, figure) for figure in own}
        moved = {one.key: getattr(one, name) for one in found.movers}
        assert [one.revenue for one in top.items] == [moved[one.key] for one in top.items]
        assert sum(moved.values()) == summary.revenue
