"""What application/ports/purchases.py promises of pairs: every store counts and ranks them as the definition does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from application.errors import BadQuery
from application.ports.history import HistoryBatch
from application.ports.purchases import PurchaseView
from domain.analytics.affinity import Affinity
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import Measure, Unit
from domain.analytics.products import TopProducts
from domain.analytics.recommendations import Basis, Recommendations
from domain.analytics.scope import Returns, Scope
from domain.analytics.similar import SimilarProducts
from domain.customers.customer import Customer
from tests.contract.conftest import Load
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    a_returned_line,
    an_order,
    new_id,
    some_returned,
)
from tests.support.definition import Definition, analytics, asking
from tests.support.store_case import StorePorts

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


async def test_baskets_and_customers(ports: StorePorts, load: Load) -> None:
    """Cancelled orders and quantities do not count, returns unmake nothing, SKUs that differ in case are two."""
    ada, bob = a_customer(reference="A"), a_customer(reference="B")
    first = an_order(a_line(1, sku="A1", quantity=7), a_line(2, sku="a1"), a_line(3, sku="A1"), customer=ada)
    later = an_order(a_line(sku="B"), customer=ada)
    unknown = an_order(a_line(1, sku="A1"), a_line(2, sku="a1"))
    cancelled = an_order(a_line(1, sku="A1"), a_line(2, sku="B"), customer=bob).cancel(at=MORNING, by="ada")[0]
    first, back = some_returned(first, {1: 7}, at=MORNING)
    returns = [back, a_lone_return(a_returned_line(sku="C"), customer=ada)]
    await load(HistoryBatch(customers=[ada, bob], orders=[first, later, unknown, cancelled], returns=returns))
    assert await told(ports, unit=Unit.BASKET) == (3, [("A1", "a1", 2, 2, 2)])
    assert await told(ports, unit=Unit.CUSTOMER) == (
        1,
        [("A1", "B", 1, 1, 1), ("A1", "a1", 1, 1, 1), ("B", "a1", 1, 1, 1)],
    )


async def test_composed_and_decomposed_letters_are_two_products(ports: StorePorts, load: Load) -> None:
    skus = ["\N{LATIN SMALL LETTER E WITH ACUTE}", "e\N{COMBINING ACUTE ACCENT}", "E"]
    await load(HistoryBatch(orders=[an_order(*(a_line(n, sku=sku) for n, sku in enumerate(skus, 1)))]))
    assert await told(ports) == (
        1,
        [(skus[2], skus[1], 1, 1, 1), (skus[2], skus[0], 1, 1, 1), (skus[1], skus[0], 1, 1, 1)],
    )


async def told(ports: StorePorts, **more: Any) -> tuple[int, list[tuple[str, str, int, int, int]]]:
    answer = await analytics(ports.purchases).ask("affinity", asking(SCOPE, **{"min_count": 1, **more}))
    assert isinstance(answer.data, Affinity)
    return answer.data.n, [(one.a, one.b, one.n_a, one.n_b, one.n_ab) for one in answer.data.pairs]


async def test_by_author_and_category(ports: StorePorts, load: Load) -> None:
    emma = a_book(title="Emma", author="Jane Austen", categories=["Fiction", "Classics"])
    zadig = a_book(title="Zadig", author="Voltaire", categories=["Classics"])
    orders = [an_order(a_line(1, book=emma), a_line(2, book=zadig), a_line(3, sku="MUG")), an_order(a_line(sku="MUG"))]
    await load(HistoryBatch(books=[emma, zadig], orders=orders))
    assert await told(ports, by=By.AUTHOR) == (2, [("Jane Austen", "Voltaire", 1, 1, 1)])
    assert await told(ports, by=By.CATEGORY) == (2, [("Classics", "Fiction", 1, 1, 1)])


async def test_thresholds_hold_what_is_equal(ports: StorePorts, load: Load) -> None:
    """Of ten baskets with a, three have b too: confidence .3, which no float is."""
    orders = [an_order(a_line(1, sku="a"), *([a_line(2, sku="b")] if n < 3 else [])) for n in range(10)]
    orders += [an_order(a_line(sku="b")) for _ in range(7)]
    await load(HistoryBatch(orders=orders))
    pair = [("a", "b", 10, 10, 3)]
    for name, equal, more in (
        ("min_confidence", "0.3", "0.300000000001"),
        ("min_support", "0.176470588235", "0.176470588236"),  # 3 / 17 = 0.17647058823529...
        ("min_lift", "0.51", "0.510000000001"),
        ("min_count", "3", "4"),
    ):
        assert (await told(ports, **{name: equal}))[1] == pair, name
        assert (await told(ports, **{name: more}))[1] == [], name


async def test_equal_fractions_are_equal_and_go_by_key(ports: StorePorts, load: Load) -> None:
    """Pairs with lifts of n / 3 by 1 / (1 x 3), 2 / (2 x 3) and 3 / (3 x 3): the first `limit` are the first keys."""
    orders = []
    for name, rare, common in (("z", 1, 3), ("y", 2, 3), ("x", 3, 3), ("w", 1, 3)):
        orders += [
            an_order(a_line(1, sku=f"{name}2"), *([a_line(2, sku=f"{name}1")] if n < rare else []))
            for n in range(common)
        ]
    await load(HistoryBatch(orders=orders))
    every = ["w1", "x1", "y1", "z1"]
    for limit in (1, 2, 3, 4):
        assert [one[0] for one in (await told(ports, sort=Measure.LIFT, limit=limit))[1]] == every[:limit]


async def test_all_pairs_alike_are_cut_by_key(ports: StorePorts, load: Load) -> None:
    skus = [f"{n:02}" for n in range(40)]
    await load(HistoryBatch(orders=[an_order(*(a_line(n, sku=sku) for n, sku in enumerate(skus, 1)))]))
    for measure in Measure:
        found = await told(ports, sort=measure, limit=3)
        assert found == (1, [("00", other, 1, 1, 1) for other in ("01", "02", "03")])


async def test_similar_products_of_one_and_of_all(ports: StorePorts, load: Load) -> None:
    baskets = ["ab", "ab", "abc", "c", "d"]
    customers = [a_customer(reference=f"C{n}") for n in range(len(baskets))]
    orders = [
        an_order(a_line(sku=sku), customer=customer)
        for customer, skus in zip(customers, baskets, strict=True)
        for sku in skus
    ]
    await load(HistoryBatch(customers=customers, orders=[*orders, an_order(a_line(1, sku="a"), a_line(2, sku="d"))]))

    async def similar(**more: Any) -> tuple[int, list[tuple[str, int, str, float | None]]]:
        data = (await analytics(ports.purchases).ask("similar-products", asking(SCOPE, **more))).data
        assert isinstance(data, SimilarProducts)
        return data.customers, [(one.key, one.rank, one.similar, one.cosine) for one in data.items]

    third = 0.408248290464  # 1 / sqrt(3 x 2)
    of_a = [("a", 1, "b", 1.0), ("a", 2, "c", third)]
    of_b, of_c = [("b", 1, "a", 1.0), ("b", 2, "c", third)], [("c", 1, "a", third), ("c", 2, "b", third)]
    assert await similar() == (5, [*of_a, *of_b, *of_c])
    assert await similar(product="a") == (5, of_a)
    assert await similar(limit=1) == (5, [of_a[0], of_b[0], of_c[0]])
    assert await similar(min_count=2) == (5, [of_a[0], of_b[0]])
    assert await similar(product="d") == await similar(product="A") == (5, [])


async def test_recommendations_are_scored_and_explained(ports: StorePorts, load: Load) -> None:
    rows, ada, new = readers()
    await load(rows)

    async def recommended(**more: Any) -> Recommendations:
        data = (await analytics(ports.purchases).ask("recommendations", asking(SCOPE, **more))).data
        assert isinstance(data, Recommendations)
        return data

    found = await recommended(customer=ada.id)
    assert (found.bought, found.similar) == (2, 2)
    assert [(one.key, one.basis, one.score, one.customers) for one in found.items] == [
        ("c", Basis.SIMILAR, 0.908248290464, 2),  # 1 / sqrt(2 x 2) + 1 / sqrt(3 x 2)
        ("d", Basis.SIMILAR, 0.57735026919, 1),  # 1 / sqrt(3 x 1)
        ("MUG", Basis.POPULAR, None, 2),
        ("9", Basis.POPULAR, None, 1),
    ]
    assert [(one.key, one.both, one.similarity) for one in found.items[0].because] == [
        ("a", 1, 0.5),
        ("b", 1, 0.408248290464),
    ]
    assert [one.key for one in (await recommended(customer=ada.id, limit=1)).items] == ["c"]
    assert (await recommended(customer=ada.id, min_count=2)).similar == 0
    anybody = await recommended()
    assert (anybody.bought, anybody.similar) == (0, 0)
    assert [(one.key, one.customers) for one in anybody.items] == [
        *(("b", 3), ("MUG", 2), ("a", 2), ("c", 2), ("9", 1), ("d", 1))
    ]
    assert (await recommended(customer=new.id)).items == anybody.items


def readers() -> tuple[HistoryBatch, Customer, Customer]:
    """Ada bought a and b, others something with one of these, or what is far from them; the last one bought nothing."""
    bought = [("a", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("MUG", "9"), ("MUG",), ()]
    customers = [a_customer(reference=f"C{n}") for n in range(len(bought))]
    orders = [
        an_order(*(a_line(n, sku=sku) for n, sku in enumerate(skus, 1)), customer=customer)
        for customer, skus in zip(customers, bought, strict=True)
        if skus
    ]
    return HistoryBatch(customers=customers, orders=orders), customers[0], customers[-1]


async def test_a_cold_start_begins_with_the_categories_of_the_customer(ports: StorePorts, load: Load) -> None:
    emma = a_book(title="Emma", categories=["Fiction", "Classics"])
    zadig = a_book(title="Zadig", categories=["Classics", "Fiction", "Satire"])
    candide = a_book(title="Candide", categories=["Satire", "Fiction"])
    atlas = a_book(title="Atlas", categories=["Maps"])
    bought = [[emma], [zadig, atlas], [zadig, atlas], [atlas, candide]]
    customers = [a_customer(reference=f"C{n}") for n in range(len(bought))]
    orders = [
        an_order(*(a_line(n, book=book) for n, book in enumerate(books, 1)), customer=customer)
        for customer, books in zip(customers, bought, strict=True)
    ]
    await load(HistoryBatch(customers=customers, books=[emma, zadig, candide, atlas], orders=orders))
    data = (await analytics(ports.purchases).ask("recommendations", asking(SCOPE, customer=customers[0].id))).data
    assert isinstance(data, Recommendations)
    assert [(one.rank, one.name, one.basis, one.customers, one.categories) for one in data.items] == [
        (1, "Zadig", Basis.CATEGORY, 2, ["Classics", "Fiction"]),
        (2, "Candide", Basis.CATEGORY, 1, ["Fiction"]),
        (3, "Atlas", Basis.POPULAR, 3, []),
    ]


async def test_nothing_is_recommended_to_whom_there_is_not(ports: StorePorts, load: Load) -> None:
    gone = a_customer().delete(at=MORNING, by="ada")[0]
    await load(HistoryBatch(customers=[gone], orders=[an_order(customer=gone)]))
    for customer, code in ((gone.id, "unknown-customer"), (new_id(), "unknown-customer"), ("C-1", "bad-id")):
        with pytest.raises(BadQuery) as refused:
            await analytics(ports.purchases).ask("recommendations", asking(SCOPE, customer=customer))
        assert [(one.pointer, one.code) for one in refused.value.problems] == [("customer", code)]


async def test_names_are_those_of_top_products(ports: StorePorts, load: Load) -> None:
    book = a_book(title="Emma")
    lines = [a_line(1, book=book, description="zzz"), a_line(2, sku="MUG", description="a mug"), a_line(3, sku="BAG")]
    back = a_lone_return(a_returned_line(sku="BAG", description="a bag"))
    await load(HistoryBatch(books=[book], orders=[an_order(*lines)], returns=[back]))
    isbn = book.details.isbn.value
    for returns, expected in (
        (Returns.NET, {isbn: "Emma", "MUG": "a mug", "BAG": "a bag"}),
        (Returns.IGNORE, {isbn: "Emma", "MUG": "a mug"}),
    ):
        scope = replace(SCOPE, returns=returns)
        keys = [isbn, "MUG", "BAG", "nothing", 'Q"t']
        found = await ports.purchases.read(partial(_names, scope=scope, keys=keys))
        assert found == expected
        top = (await analytics(ports.purchases).ask("top-products", asking(scope))).data
        assert isinstance(top, TopProducts)
        assert {one.key: one.name for one in top.items} == {"BAG": "BAG", **expected}


async def _names(view: PurchaseView, scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    return dict(await view.names(scope, keys))


async def test_a_shop_that_sold_nothing_answers(ports: StorePorts) -> None:
    for scope in (SCOPE, Scope(as_of=date(2026, 4, 1), currency=None)):
        for report in ("affinity", "similar-products", "recommendations"):
            answer = await analytics(ports.purchases).ask(report, asking(scope))
            expected = await analytics(Definition(PurchaseHistory())).ask(report, asking(scope))
            assert answer.answer_digest == expected.answer_digest
