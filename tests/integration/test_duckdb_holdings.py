"""What the embedded warehouse counts in arrays: as its statements do, and only while nothing else is in its files."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.duckdb.engine import Engine
from adapters.duckdb.manifest import Change, with_change
from adapters.duckdb.memory import Memory
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.ranking import first_by
from application.customers.models import CustomerCreate
from application.orders.models import OrderCreate, OrderLineCreate
from application.ports.purchases import PurchaseView
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, PairQuestion, Unit
from domain.analytics.quotients import place
from domain.analytics.scope import Scope
from tests.integration.test_duckdb_warehouse import Place
from tests.support.busy_shop import CALLER
from tests.support.duckdb_case import LIMITS

SCOPE = Scope(as_of=date(2999, 1, 1), currency="EUR")


@given(st.lists(st.tuples(st.integers(-5, 30), st.integers(1, 30)), max_size=40), st.integers(1, 12))
def test_the_first_by_a_fraction_are_kept(fractions: Sequence[tuple[int, int]], limit: int) -> None:
    part, whole = (np.array([one[side] for one in fractions], np.int64) for side in (0, 1))
    kept = first_by(part, whole, limit).tolist()
    exactly = sorted(range(len(fractions)), key=lambda one: (-place(*fractions[one]), one))
    assert set(exactly[:limit]) <= set(kept)
    assert sorted(kept, key=lambda one: -place(*fractions[one])) == kept
    # As many more as equal one of these in other numbers (1/2 and 2/4), of each no more than the limit.
    assert len(kept) <= limit * len(set(fractions))


def test_a_change_takes_the_place_of_those_that_reach_less_far_back() -> None:
    day, at = date(2026, 5, 1), datetime(2026, 5, 9, tzinfo=UTC)
    changes: tuple[Change, ...] = ()
    made = [Change(since=day + timedelta(days=n), generation=g, at=at) for g, n in enumerate((0, 3, 5, 3, 4))]
    for one in made:
        changes = with_change(changes, one)
    assert changes == (made[0], made[3], made[4])


async def test_what_is_kept_is_made_once_and_again_when_the_state_is_another() -> None:
    memory = Memory[int](2)
    made: list[int] = []

    async def make() -> int:
        await asyncio.sleep(0)
        made.append(len(made))
        return made[-1]

    found = await asyncio.gather(*(memory.recalled("a", 1, make) for _ in range(3)))
    assert found == [0, 0, 0]
    assert await memory.recalled("a", 2, make) == 1
    assert await memory.recalled("b", 1, make) == 2
    assert await memory.recalled("c", 1, make) == 3
    assert await memory.recalled("b", 1, make) == 2
    assert await memory.recalled("a", 2, make) == 4, "it was the longest ago"


@pytest.fixture
async def place_(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    yield made
    await made.engine.close()


async def sell(place: Place, skus: str, customer: UUID | None, *, days_ago: int = 0) -> UUID:
    lines = [OrderLineCreate(sku=sku, quantity=1, unit_price="5") for sku in skus.split()]
    at = place.shop.clock.now() - timedelta(days=days_ago)
    command = OrderCreate(currency="EUR", lines=lines, customer_id=customer, placed_at=at)
    return (await place.shop.orders.place(command, CALLER)).id


async def customers(place: Place, many: int) -> list[UUID]:
    return [(await place.shop.customers.create(CustomerCreate(name=f"N{n}"), CALLER)).id for n in range(many)]


def asked(unit: Unit, measure: Measure, units: int) -> PairQuestion:
    half = Fraction(1, 2)
    return PairQuestion(
        unit=unit, by=By.PRODUCT, units=units, least=1, confidence=half, lift=half, measure=measure, limit=2
    )


async def everything(view: PurchaseView, customer: UUID) -> list[Any]:
    found: list[Any] = [await view.neighbours(SCOPE, sku, least=1, limit=2) for sku in (None, "A", "none")]
    for unit in Unit:
        units = await view.units(SCOPE, unit)
        found += [units, *[await view.pairs(SCOPE, asked(unit, measure, units)) for measure in Measure]]
    for least in (1, 2, 9):
        found += [
            await view.beside(SCOPE, customer, least=least),
            await view.basket_items(SCOPE, By.PRODUCT, least=least),
        ]
        found.append(sorted(await view.item_sets(SCOPE, By.PRODUCT, least=least)))
    found += [await view.popular(SCOPE, one, limit=2, of_own_categories=False) for one in (None, customer)]
    return [*found, await view.names(SCOPE, ["A", "none"]), await view.currencies(), await view.summary(SCOPE)]


async def test_arrays_count_what_statements_count(place_: Place, tmp_path: Path) -> None:
    place, chance = place_, np.random.default_rng(7)
    people = await customers(place, 6)
    for _ in range(40):
        skus = " ".join(chance.choice(list("ABCDEFäÄ"), int(chance.integers(1, 6))))
        await sell(place, skus, [*people, None][int(chance.integers(0, 7))])
    await place.service.sync()
    small = Engine(LIMITS, spill=tmp_path / "spilled_too")
    small.memory_bytes = 0
    statements = DuckDbPurchaseFacts(tmp_path, small)
    both = [await facts.read(lambda view: everything(view, people[0])) for facts in (place.facts, statements)]
    await small.close()
    assert both[0] == both[1]
    assert both[0][0]


async def test_a_scope_is_counted_anew_when_something_within_it_changes(place_: Place) -> None:
    place = place_
    made: list[str] = []
    place.facts = DuckDbPurchaseFacts(
        place.folder, place.engine, observer=lambda name, sql, seconds, error: made.append(name)
    )
    (ada,) = await customers(place, 1)
    until = Scope(as_of=place.shop.clock.now().date() - timedelta(days=5), currency="EUR")

    async def near() -> tuple[list[str], bool]:
        made.clear()
        await place.service.sync()
        found = await place.facts.read(lambda view: view.neighbours(until, "A", least=1, limit=5))
        return [one.neighbour for one in found], "holdings.held" in made

    first = await sell(place, "A B", ada, days_ago=30)
    assert await near() == (["B"], True)
    assert await near() == (["B"], False)
    await sell(place, "A C", ada)
    assert await near() == (["B"], False), "that was later"
    await place.service.compact()
    assert await near() == (["B"], False), "nothing changes by it"
    other = await sell(place, "A D", ada, days_ago=20)
    assert await near() == (["B", "D"], True)
    await place.shop.orders.cancel(other, CALLER)
    assert await near() == (["B"], True)
    await place.shop.orders.cancel(first, CALLER)
    assert await near() == ([], True)
