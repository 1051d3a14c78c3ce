"""Every store tells the baskets that basket rules are made of, and so gives the rules of the definition."""

import asyncio
from collections.abc import Sequence
from operator import methodcaller
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from application.ports.history import HistoryBatch
from application.ports.purchases import PurchaseFacts, PurchaseView
from domain.analytics.baskets import Baskets
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import Unit
from domain.analytics.rules import BasketRules, RuleMeasure
from domain.analytics.scope import Scope
from tests.contract.conftest import Load
from tests.contract.test_purchases_contract import SCOPE
from tests.support.builders import a_book, a_line, an_order
from tests.support.definition import Definition, analytics, asking, drawn_anew, how_many_histories
from tests.support.histories import histories, scopes
from tests.support.loading import put
from tests.support.store_case import StoreCase, StorePorts

Pairs = list[tuple[str, str]]


async def facts_of(view: PurchaseView, scope: Scope, by: By, least: int) -> tuple[Any, ...]:
    """Every fact about baskets, in an order of its own only where none is promised."""
    sets = await view.item_sets(scope, by, least=least)
    return await view.units(scope, Unit.BASKET), list(await view.basket_items(scope, by, least=least)), sorted(sets)


@st.composite
def questions(draw: Any, history: PurchaseHistory) -> tuple[Scope, By, int, Pairs]:
    """A scope, what its baskets are made of, how many of them must hold something, and a question for rules."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(("EUR", "EUR", "EUR", "USD")))))
    by, least = draw(st.sampled_from(By)), draw(st.sampled_from((1, 1, 2, 3)))
    more = asking(
        scope,
        by=by,
        min_count=least,
        min_support=draw(st.sampled_from(("0", "0.001", "0.1", "0.25"))),
        min_confidence=draw(st.sampled_from(("0", "0.3333", "0.5", "1"))),
        min_lift=draw(st.sampled_from(("0", "1", "1.5"))),
        max_length=draw(st.sampled_from((10, 3, 2))),
        sort=draw(st.sampled_from(RuleMeasure)),
        limit=draw(st.sampled_from((10_000, 5, 1))),
    )
    return scope, by, least, more


async def test_every_store_gives_the_baskets_and_rules_of_the_definition(case: StoreCase, server: Any) -> None:
    loop = asyncio.get_running_loop()

    async def compare(history: PurchaseHistory, scope: Scope, by: By, least: int, pairs: Pairs) -> None:
        async def both(store: PurchaseFacts) -> tuple[Any, ...]:
            facts = await store.read(lambda view: facts_of(view, scope, by, least))
            answer = await analytics(store).ask("basket-rules", pairs)
            return (*facts, answer.data, answer.answer_digest)

        async with case.open(server) as ports:
            await put(ports, history)
            assert await both(ports.purchases) == await both(Definition(history))

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
        comparing = compare(history, *data.draw(questions(history)))
        asyncio.run_coroutine_threadsafe(comparing, loop).result()

    await asyncio.to_thread(each)


def an_order_of(*skus: str) -> Any:
    return an_order(*(a_line(number, sku=sku) for number, sku in enumerate(skus, start=1)))


async def rules(ports: StorePorts, *more: tuple[str, str]) -> BasketRules:
    asked = [*asking(SCOPE), ("min_count", "1"), ("min_support", "0"), *more]
    data = (await analytics(ports.purchases).ask("basket-rules", asked)).data
    assert isinstance(data, BasketRules)
    return data


async def told(ports: StorePorts, least: int, by: By = By.PRODUCT) -> tuple[Sequence[tuple[str, int]], Baskets]:
    """Items with their baskets, and the sets."""
    items = await ports.purchases.read(methodcaller("basket_items", SCOPE, by, least=least))
    sets = await ports.purchases.read(methodcaller("item_sets", SCOPE, by, least=least))
    return [(item.key, item.baskets) for item in items], sets


async def test_a_basket_holds_an_item_once_whatever_its_lines_and_quantities(ports: StorePorts, load: Load) -> None:
    twice = an_order(a_line(1, sku="A", quantity=7), a_line(2, sku="A"), a_line(3, sku="B", quantity=2))
    await load(HistoryBatch(orders=[twice, an_order_of("A"), an_order_of("B", "A")]))
    assert await ports.purchases.read(methodcaller("units", SCOPE, Unit.BASKET)) == 3
    items, sets = await told(ports, 1)
    assert (items, sorted(sets)) == ([("A", 3), ("B", 2)], [((0, 1), 2)])


async def test_items_below_the_threshold_are_in_no_set(ports: StorePorts, load: Load) -> None:
    orders = [an_order_of("A", "B", "C"), an_order_of("A", "B", "D"), an_order_of("B", "C"), an_order_of("E", "F")]
    await load(HistoryBatch(orders=orders))
    items, sets = await told(ports, 2)
    assert items == [("A", 2), ("B", 3), ("C", 2)]
    # A, B, C are 0, 1, 2; of the last basket nothing is left.
    assert sorted(sets) == [((0, 1), 1), ((0, 1, 2), 1), ((1, 2), 1)]


async def test_equal_sets_come_once_and_are_in_the_order_of_bytes(ports: StorePorts, load: Load) -> None:
    skus = ["a", "B", "é", "10", "9"]
    await load(HistoryBatch(orders=[an_order_of(*skus) for _ in range(12)]))
    items, sets = await told(ports, 12)
    assert [key for key, _ in items] == sorted(skus)
    assert list(sets) == [((0, 1, 2, 3, 4), 12)]


async def test_baskets_of_authors_and_categories(ports: StorePorts, load: Load) -> None:
    emma = a_book(title="Emma", author="Austen", categories=["Novels", "Classics"])
    zadig = a_book(title="Zadig", author="Voltaire", categories=["Classics"])
    both = an_order(a_line(1, book=emma), a_line(2, book=zadig), a_line(3, sku="MUG"))
    await load(HistoryBatch(books=[emma, zadig], orders=[both, an_order(a_line(book=emma)), an_order_of("MUG")]))
    assert await told(ports, 1, By.AUTHOR) == ([("Austen", 2), ("Voltaire", 1)], Baskets.of([((0, 1), 1)]))
    assert await told(ports, 1, By.CATEGORY) == ([("Classics", 2), ("Novels", 2)], Baskets.of([((0, 1), 2)]))
    found = await rules(ports, ("by", "category"), ("min_confidence", "1"))
    assert (found.n, found.count) == (3, 2)
    assert [(one.antecedent, one.consequent, one.lift) for one in found.rules] == [
        (["Classics"], "Novels", 1.5),
        (["Novels"], "Classics", 1.5),
    ]


async def test_rules_name_products_by_their_titles(ports: StorePorts, load: Load) -> None:
    emma = a_book(title="Emma")
    lines = a_line(1, book=emma), a_line(2, sku="MUG", description="a mug")
    await load(HistoryBatch(books=[emma], orders=[an_order(*lines)]))
    found = await rules(ports)
    isbn = emma.details.isbn.value
    assert [(one.antecedent, one.antecedent_names, one.consequent, one.consequent_name) for one in found.rules] == [
        ([isbn], ["Emma"], "MUG", "a mug"),
        (["MUG"], ["a mug"], isbn, "Emma"),
    ]
