"""What application/ports/purchases.py promises of how customers come again: every store counts as the definition."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from application.ports.history import HistoryBatch
from domain.analytics.lifetime_facts import BuyingFacts, Late, RepeatHistory
from domain.analytics.scope import Lines, Returns, Scope
from domain.customers.customer import Customer
from domain.orders.order import Order
from tests.contract.conftest import Load
from tests.support.builders import a_customer, a_line, a_lone_return, a_returned_line, an_order, new_id
from tests.support.store_case import StorePorts

NOBODY = new_id()
SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


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
