"""Every store tells the baskets that basket rules are made of, and so gives the rules of the definition."""

from collections.abc import Sequence
from operator import methodcaller
from typing import Any

from application.ports.history import HistoryBatch
from domain.analytics.baskets import Baskets
from domain.analytics.facts import By
from domain.analytics.pairs import Unit
from domain.analytics.rules import BasketRules
from tests.contract.conftest import Load
from tests.contract.test_purchases_contract import SCOPE
from tests.support.builders import a_book, a_line, an_order
from tests.support.definition import analytics, asking
from tests.support.store_case import StorePorts


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
