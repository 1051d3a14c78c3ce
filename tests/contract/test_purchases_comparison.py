"""Every store compares two periods as the definition does, and as the reports of each period tell them."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from application.analytics.service import AnalyticsService
from application.ports.history import HistoryBatch
from domain.analytics.comparison import Comparison
from domain.analytics.facts import By, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.products import TopProducts
from domain.analytics.repeat import RepeatRate
from domain.analytics.revenue import RevenueSeries
from domain.analytics.scope import Scope
from domain.analytics.summary import Summary
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, a_customer, a_line, an_order
from tests.support.definition import Definition, analytics, asking, drawn_anew, how_many_histories
from tests.support.histories import histories, scopes
from tests.support.loading import put
from tests.support.store_case import StoreCase, StorePorts

Pairs = list[tuple[str, str]]


@st.composite
def questions(draw: Any, history: PurchaseHistory) -> Pairs:
    """A comparison of two periods near what happened."""
    currency = draw(st.sampled_from(("EUR", "EUR", "USD"))) if history.currencies() else None
    scope: Scope = draw(scopes(history, currency=currency))
    if scope.from_ is None:
        scope = replace(scope, from_=scope.as_of - timedelta(days=draw(st.integers(1, 90))))
    assert scope.from_ is not None
    days = timedelta(days=draw(st.integers(-40, 40)))
    other: dict[str, object] = draw(
        st.sampled_from(
            (
                {},
                {"against": "year"},
                {"against_from": scope.from_ + days},
                {"against_as_of": scope.as_of + days},
                {"against_from": scope.from_ - timedelta(days=9), "against_as_of": scope.as_of + timedelta(days=3)},
            )
        )
    )
    return asking(
        scope,
        by=draw(st.sampled_from(By)),
        metric=draw(st.sampled_from(Metric)),
        limit=draw(st.sampled_from((1000, 3, 1))),
        **other,
    )


async def ask(service: AnalyticsService, pairs: Pairs) -> Comparison:
    data = (await service.ask("comparison", pairs)).data
    assert isinstance(data, Comparison)
    return data


async def test_every_store_gives_the_comparison_of_the_definition(case: StoreCase, server: Any) -> None:
    loop = asyncio.get_running_loop()

    async def compare(history: PurchaseHistory, pairs: Pairs) -> None:
        async with case.open(server) as ports:
            await put(ports, history)
            expected = await analytics(Definition(history)).ask("comparison", pairs)
            found = await analytics(ports.purchases).ask("comparison", pairs)
            assert (found.data, found.answer_digest) == (expected.data, expected.answer_digest)

    @settings(
        max_examples=how_many_histories(case.histories),
        deadline=None,
        derandomize=not drawn_anew(),
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    )
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        history = data.draw(histories())
        asyncio.run_coroutine_threadsafe(compare(history, data.draw(questions(history))), loop).result()

    await asyncio.to_thread(each)


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
