"""What application/ports/purchases.py promises of how customers come again: every store counts as the definition."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from application.ports.history import HistoryBatch
from application.ports.purchases import PurchaseView
from domain.analytics.facts import By
from domain.analytics.lifetime_facts import BuyingFacts, IdleBuyer, Late, RepeatHistory
from domain.analytics.rfm import Method, scoring
from domain.analytics.scope import Lines, Returns, Scope
from domain.customers.customer import Customer
from domain.orders.order import Order
from tests.contract.conftest import Load
from tests.support.builders import a_customer, a_line, a_lone_return, a_returned_line, an_order, new_id
from tests.support.definition import Definition, drawn_anew, how_many_histories
from tests.support.histories import histories, scopes
from tests.support.loading import put
from tests.support.store_case import StoreCase, StorePorts

NOBODY = new_id()
SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


async def facts_of(view: PurchaseView, scope: Scope, split: date, page: int, by: By, method: Method) -> dict[str, Any]:
    """Every fact, in the order in which it was told."""
    spending = await view.repeat_spending(scope)
    found: dict[str, Any] = {
        "buying": list(await view.repeat_buying(scope, scope.as_of)),
        "buying up to the split": list(await view.repeat_buying(scope, split)),
        "spending": list(spending),
        "late": await view.late(scope),
    }
    for name, wanted in (("all", spending), ("some", spending[::2]), ("none", ())):
        histories = [one.history for one in wanted]
        found[f"customers with {name} histories"] = list(await view.repeaters(scope, histories, page))
    # The first and the last of those who bought, and somebody who did not.
    everybody = await view.idle_buyers(scope, Late.ALL, after=None, limit=1000)
    scored, _ = scoring(await view.rfm_histograms(scope), method, scope)
    for customer in (*(one.id for one in everybody[:1]), *(one.id for one in everybody[-1:]), NOBODY):
        found[f"history of {customer}"] = await view.repeater(scope, customer)
        found[f"days of {customer}"] = await view.idle_buyer(scope, customer)
        found[f"favourites of {customer}"] = list(await view.favourites(scope, customer, by, page))
        found[f"scores of {customer}"] = await view.rfm_buyer(scope, scored, customer)
    for late in Late:
        found[f"late: {late}"] = await every_page(view, scope, late, page)
    return found


async def every_page(view: PurchaseView, scope: Scope, late: Late, limit: int) -> list[IdleBuyer]:
    found: list[IdleBuyer] = []
    while True:
        after = (found[-1].key, found[-1].id) if found else None
        page = await view.idle_buyers(scope, late, after=after, limit=limit)
        found += page
        if len(page) < limit:
            return found


async def test_every_store_gives_the_facts_of_the_definition(case: StoreCase, server: Any) -> None:
    loop = asyncio.get_running_loop()

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
        scope = data.draw(scopes(history))
        split = scope.as_of - timedelta(days=data.draw(st.sampled_from((1, 7, 20, 45, 400))))
        question = partial(
            facts_of,
            scope=scope,
            split=split,
            page=data.draw(st.sampled_from((1000, 2))),
            by=data.draw(st.sampled_from(By)),
            method=data.draw(st.sampled_from(Method)),
        )

        async def compare() -> None:
            async with case.open(server) as ports:
                await put(ports, history)
                expected = await Definition(history).read(question)
                found = await ports.purchases.read(question)
                for name, value in expected.items():
                    assert found[name] == value, name

        asyncio.run_coroutine_threadsafe(compare(), loop).result()

    await asyncio.to_thread(each)


def bought(customer: Customer, *days: str, price: str = "10") -> list[Order]:
    """An order at noon of each of these days of 2026."""
    return [
        an_order(
            a_line(unit_price=price),
            customer=customer,
            placed_at=datetime.fromisoformat(f"2026-{day}T12:00").replace(tzinfo=UTC),
        )
        for day in days
    ]


def buying(repeats: int, recency_days: int, age_days: int, later_repeats: int, customers: int) -> BuyingFacts:
    return BuyingFacts(
        repeats=repeats,
        recency_days=recency_days,
        age_days=age_days,
        later_repeats=later_repeats,
        customers=customers,
    )


async def test_histories_are_in_days_and_the_first_day_is_no_repeat(ports: StorePorts, load: Load) -> None:
    ada, bob, cid, dan = (a_customer(reference=name) for name in "ABCD")
    orders = [
        *bought(ada, "03-01", "03-01", "03-11", "03-21"),
        *bought(bob, "03-01", "03-11", "03-30", "03-31"),
        *bought(cid, "03-31"),
        *bought(dan, "04-01"),
    ]
    await load(HistoryBatch(customers=[ada, bob, cid, dan], orders=[*orders, an_order()]))

    async def asked(split: date, scope: Scope = SCOPE) -> Sequence[BuyingFacts]:
        return list(await ports.purchases.read(lambda view: view.repeat_buying(scope, split)))

    assert await asked(SCOPE.as_of) == [buying(0, 0, 0, 0, 1), buying(2, 20, 30, 0, 1), buying(3, 30, 30, 0, 1)]
    assert await asked(date(2026, 3, 21)) == [buying(1, 10, 19, 1, 1), buying(1, 10, 19, 2, 1)]
    assert await asked(date(2026, 3, 1)) == []
    later = Scope(as_of=date(2026, 4, 1), from_=date(2026, 3, 2), currency="EUR")
    assert await asked(SCOPE.as_of, later) == [buying(0, 0, 0, 0, 1)], "whose first purchase was before is left out"


async def test_repeats_are_worth_what_was_bought_and_came_back_after_the_first_day(
    ports: StorePorts, load: Load
) -> None:
    ada, bob = a_customer(reference="A"), a_customer(reference="B")
    orders = [
        *bought(ada, "03-01", price="100"),
        *bought(ada, "03-11", "03-11", price="10000000000000"),
        *bought(ada, "03-21", price="0.0001"),
        *bought(bob, "03-02", price="7"),
    ]
    returns = [
        a_lone_return(a_returned_line(unit_price="0.5"), customer=one, returned_at=datetime(2026, 3, day, tzinfo=UTC))
        for one, day in ((ada, 1), (ada, 2), (ada, 31), (bob, 5))
    ]
    await load(HistoryBatch(customers=[ada, bob], orders=orders, returns=returns))

    async def revenues(**scope: Any) -> list[Decimal]:
        asked = Scope(as_of=date(2026, 4, 1), currency="EUR", **scope)
        found = await ports.purchases.read(lambda view: view.repeat_spending(asked))
        return [one.history.repeat_revenue for one in found]

    assert await revenues() == [Decimal(0), Decimal("19999999999999.0001")]
    assert await revenues(returns=Returns.IGNORE) == [Decimal(0), Decimal("20000000000000.0001")]
    assert await revenues(lines=Lines.PAID) == [Decimal(0), Decimal("19999999999999.0001")]
    wanted = [RepeatHistory(repeats=2, recency_days=20, age_days=30, repeat_revenue=Decimal("19999999999999.0001"))]
    found = await ports.purchases.read(lambda view: view.repeaters(SCOPE, wanted, 10))
    assert [(one.key, one.id) for one in found] == [("A", ada.id)]


async def test_late_is_who_is_idle_longer_than_nine_tenths_of_their_gaps(ports: StorePorts, load: Load) -> None:
    # Gaps of 1, 2 and 12 days: the percentile stands 1.8 gaps after the first, at 2 + 0.8 x 10 = 10 days.
    late, in_time, once = (a_customer(reference=name) for name in ("late", "in time", "once"))
    orders = [
        *bought(late, "03-06", "03-07", "03-09", "03-21"),
        *bought(in_time, "03-07", "03-08", "03-10", "03-22"),
        *bought(once, "01-01"),
    ]
    await load(HistoryBatch(customers=[late, in_time, once], orders=orders))

    async def keys(wanted: Late) -> list[tuple[str, int | None]]:
        found = await ports.purchases.read(lambda view: view.idle_buyers(SCOPE, wanted, after=None, limit=9))
        return [(one.key, one.long_gap_tenths) for one in found]

    assert await keys(Late.YES) == [("late", 100)]
    assert await keys(Late.NO) == [("in time", 100), ("once", None)]
    assert await keys(Late.ALL) == [("in time", 100), ("late", 100), ("once", None)]
    counted = await ports.purchases.read(lambda view: view.late(SCOPE))
    assert (counted.customers, counted.repeat_customers, counted.late) == (3, 2, 1)
