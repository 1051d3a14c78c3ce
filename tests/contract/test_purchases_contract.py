"""What application/ports/purchases.py promises: that every store counts what the definition counts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from operator import methodcaller
from typing import Any

import pytest

from application.ports.history import HistoryBatch
from application.ports.purchases import PurchaseView
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.rfm import Method, Rfm
from domain.analytics.scope import Customers, Lines, Returns, Scope
from domain.books.book import Book
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
    some_returned,
)
from tests.support.definition import Definition, analytics, asking
from tests.support.questions.reports import Variant, facts_of, pages
from tests.support.store_case import StoreCase, StorePorts

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")
LARGEST = Decimal(10) ** 13


async def test_the_watermark_is_that_of_the_rows(ports: StorePorts, load: Load) -> None:
    assert await ports.purchases.read(lambda view: view.watermark()) == 0
    await load(HistoryBatch(customers=[a_customer()]))
    assert await ports.purchases.read(lambda view: view.watermark()) == await ports.watermark()


async def test_answers_name_the_store(case: StoreCase, ports: StorePorts) -> None:
    answer = await analytics(ports.purchases).ask("summary", [])
    assert answer.store == ports.purchases.store == ports.health.name


async def test_an_empty_store_answers(ports: StorePorts) -> None:
    variant = Variant(
        period=Period.MONTH, by=By.CATEGORY, metric=Metric.REVENUE, limit=10, page=10, method=Method.QUANTILE
    )
    nothing = Definition(PurchaseHistory())
    assert list(await ports.purchases.read(lambda view: view.currencies())) == []
    for scope in (SCOPE, Scope(as_of=date(2026, 4, 1), currency=None)):
        question = partial(facts_of, scope=scope, variant=variant)
        assert await ports.purchases.read(question) == await nothing.read(question)


async def test_sums_are_exact_where_floats_are_not(ports: StorePorts, load: Load) -> None:
    ada = a_customer(name="Ada")
    prices = [LARGEST, LARGEST - Decimal("0.0001"), Decimal("0.0001"), Decimal("0.1"), Decimal("0.2")]
    orders = [an_order(a_line(unit_price=format(price, "f")), customer=ada) for price in prices]
    back = a_lone_return(a_returned_line(unit_price="0.0003"), customer=ada)
    await load(HistoryBatch(customers=[ada], orders=orders, returns=[back]))
    total = Decimal("20000000000000.2997")
    summary = await ports.purchases.read(lambda view: view.summary(SCOPE))
    assert (summary.revenue, summary.returned_revenue) == (total, Decimal("0.0003"))
    periods = await ports.purchases.read(lambda view: view.revenue(SCOPE, Period.DAY))
    assert [one.revenue for one in periods] == [total]
    products = await ports.purchases.read(lambda view: view.products(SCOPE, By.PRODUCT, Metric.REVENUE, 5))
    assert (products.top[0].revenue, products.positive_revenue) == (total, total)
    for dimension in (Dimension.PRODUCT, Dimension.CUSTOMER):
        spread = await ports.purchases.read(methodcaller("pareto", SCOPE, dimension, 5))
        assert (list(spread.amounts), spread.top[0].revenue) == ([(total, 1)], total)
    cohorts = await ports.purchases.read(lambda view: view.cohorts(SCOPE, Period.MONTH))
    assert [one.revenue for one in cohorts] == [total]
    histograms = await ports.purchases.read(lambda view: view.rfm_histograms(SCOPE))
    assert list(histograms.amounts) == [(total, 1)]


async def test_keys_are_references_or_ids_and_sort_by_their_bytes(ports: StorePorts, load: Load) -> None:
    nameless = a_customer(name="No reference")
    references = ["b", "B", "a", "Z", "10", "9", "é", "z", str(nameless.id)]
    customers = [nameless, *(a_customer(reference=reference) for reference in references)]
    await load(HistoryBatch(customers=customers, orders=[an_order(customer=one) for one in customers]))
    expected = sorted((one.details.reference or str(one.id), str(one.id)) for one in customers)
    for method in Method:
        found = [
            (customer.key, str(customer.id))
            for page in await pages(ports.purchases, SCOPE, method=method, limit=3)
            for customer in page.data
        ]
        assert found == expected


async def test_ties_of_keys_are_broken_by_the_id(ports: StorePorts, load: Load) -> None:
    same = [a_customer(reference="A").delete(at=MORNING, by="ada")[0] for _ in range(9)]
    orders = [an_order(customer=one) for one in same]
    await load(HistoryBatch(customers=same[::-1], orders=[*orders[::2], *orders[1::2]]))
    found = [
        (customer.id, customer.m)
        for page in await pages(ports.purchases, SCOPE, method=Method.NTILE, limit=2)
        for customer in page.data
    ]
    assert found == [(one.id, m) for one, m in zip(same, (1, 1, 2, 2, 3, 3, 4, 4, 5), strict=True)]
    spread = await ports.purchases.read(lambda view: view.pareto(SCOPE, Dimension.CUSTOMER, 5))
    assert [one.id for one in spread.top] == [one.id for one in same[:5]]


async def test_cuts_of_money_have_five_places(ports: StorePorts, load: Load) -> None:
    poor, rich = a_customer(reference="poor"), a_customer(reference="rich")
    orders = [an_order(a_line(unit_price=price), customer=one) for one, price in ((poor, "0.0001"), (rich, "0.0002"))]
    await load(HistoryBatch(customers=[poor, rich], orders=orders))
    # The cuts are 0.00012, 0.00014, 0.00016 and 0.00018.
    found = await pages(ports.purchases, SCOPE, method=Method.QUANTILE)
    assert [(one.key, one.m) for one in found[0].data] == [("poor", 1), ("rich", 5)]


async def test_skus_and_categories_are_told_apart_by_their_bytes(ports: StorePorts, load: Load) -> None:
    books = [a_book(categories=["Poetry", "poetry"]), a_book(categories=["Épics"]), a_book()]
    lines = [a_line(n, sku=sku) for n, sku in enumerate(("a1", "A1", "Á1", "9", "10"), 1)]
    lines += [a_line(n, book=book) for n, book in enumerate(books, 6)]
    await load(HistoryBatch(books=books, orders=[an_order(*lines)]))
    by_sku = await ports.purchases.read(lambda view: view.products(SCOPE, By.PRODUCT, Metric.UNITS, 100))
    assert [row.key for row in by_sku.top] == sorted(line.sku for line in lines)
    by_category = await ports.purchases.read(lambda view: view.products(SCOPE, By.CATEGORY, Metric.UNITS, 100))
    assert [(row.key, row.units) for row in by_category.top] == [("Poetry", 1), ("poetry", 1), ("Épics", 1)]
    assert by_category.unattributed_lines == 6


async def test_names_are_titles_or_else_descriptions(ports: StorePorts, load: Load) -> None:
    book = a_book(title="Emma")
    lines = [
        a_line(1, book=book, description="zzz"),
        a_line(2, sku="MUG", description="a mug"),
        a_line(3, sku="MUG", description="Mug"),
        a_line(4, sku="BAG"),
    ]
    await load(HistoryBatch(books=[book], orders=[an_order(*lines)]))
    found = await ports.purchases.read(lambda view: view.products(SCOPE, By.PRODUCT, Metric.UNITS, 100))
    assert {row.key: row.name for row in found.top} == {book.details.isbn.value: "Emma", "MUG": "a mug", "BAG": None}


async def test_currencies_are_those_of_what_counts(ports: StorePorts, load: Load) -> None:
    cancelled = an_order(currency="USD").cancel(at=datetime(2026, 3, 2, tzinfo=UTC), by="ada")[0]
    returns = [a_lone_return(currency="CHF")]
    await load(HistoryBatch(orders=[cancelled, an_order(currency="GBP"), an_order()], returns=returns))
    assert list(await ports.purchases.read(lambda view: view.currencies())) == ["CHF", "EUR", "GBP"]


def story() -> tuple[HistoryBatch, Customer, Customer, Book]:
    """Ada buys 2 for 10 and later 1 for free, and sends one of the 2 back; Bob only sends back; nobody buys 1 for 5."""
    ada, bob = a_customer(name="Ada", reference="A"), a_customer(name="Bob", reference="B")
    book = a_book(author="George Eliot", categories=["Fiction"])
    first = an_order(a_line(book=book, quantity=2), customer=ada, placed_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    first, back = some_returned(first, {1: 1}, at=datetime(2026, 3, 1, tzinfo=UTC))
    free = an_order(
        a_line(sku="GIFT", unit_price="0"), customer=ada, placed_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    )
    unknown = an_order(a_line(sku="MUG", unit_price="5"), placed_at=datetime(2026, 2, 10, tzinfo=UTC))
    lone = a_lone_return(a_returned_line(sku="MUG"), customer=bob, returned_at=datetime(2026, 2, 11, tzinfo=UTC))
    rows = HistoryBatch(customers=[ada, bob], books=[book], orders=[first, free, unknown], returns=[back, lone])
    return rows, ada, bob, book


async def test_what_counts(ports: StorePorts, load: Load) -> None:
    await load(story()[0])

    async def summary(**scope: Any) -> tuple[Any, ...]:
        asked = Scope(**{"as_of": date(2026, 4, 1), "currency": "EUR", **scope})
        one = await ports.purchases.read(lambda view: view.summary(asked))
        return one.orders, one.customers, one.units, one.revenue, one.products, one.returned_units

    assert await summary() == (3, 1, 2, Decimal(5), 3, 2)
    assert await summary(returns=Returns.IGNORE) == (3, 1, 4, Decimal(25), 3, 0)
    assert await summary(lines=Lines.PAID) == (2, 1, 1, Decimal(5), 2, 2)
    assert await summary(customers=Customers.KNOWN) == (2, 1, 1, Decimal(0), 2, 2)
    assert await summary(tz="Europe/Berlin") == (2, 1, 1, Decimal(5), 2, 2)
    assert await summary(tz="Europe/Berlin", from_=date(2026, 2, 1)) == (2, 1, 1, Decimal(5), 2, 2)
    assert await summary(from_=date(2026, 2, 1)) == (2, 1, 0, Decimal(-15), 2, 2)
    assert await summary(currency="USD") == (0, 0, 0, Decimal(0), 0, 0)


async def test_new_customers_are_new_once_whatever_the_first_day(ports: StorePorts, load: Load) -> None:
    await load(story()[0])

    async def months(**scope: Any) -> list[tuple[date, int, int, int]]:
        asked = Scope(**{"as_of": date(2026, 4, 1), "currency": "EUR", **scope})
        found = await ports.purchases.read(lambda view: view.revenue(asked, Period.MONTH))
        return [(one.start, one.orders, one.customers, one.new_customers) for one in found]

    january, february, march = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    assert await months() == [(january, 1, 1, 1), (february, 1, 0, 0), (march, 1, 1, 0)]
    assert await months(from_=february) == [(february, 1, 0, 0), (march, 1, 1, 0)]
    assert await months(tz="Europe/Berlin") == [(february, 2, 1, 1), (march, 0, 0, 0)]


async def test_cohorts_are_of_the_first_purchase_ever_and_lose_what_came_back(ports: StorePorts, load: Load) -> None:
    rows, ada, _, _ = story()
    early = a_lone_return(a_returned_line(unit_price="4"), customer=ada, returned_at=datetime(2025, 12, 1, tzinfo=UTC))
    await load(
        HistoryBatch(customers=rows.customers, books=rows.books, orders=rows.orders, returns=[*rows.returns, early])
    )

    async def months(**scope: Any) -> list[tuple[str, str, int, int, int, Decimal]]:
        asked = Scope(**{"as_of": date(2026, 4, 1), "currency": "EUR", **scope})
        found = await ports.purchases.read(lambda view: view.cohorts(asked, Period.MONTH))
        return [
            (f"{one.cohort:%y-%m}", f"{one.start:%y-%m}", one.customers, one.last_customers, one.orders, one.revenue)
            for one in found
        ]

    assert await months() == [
        ("26-01", "25-12", 0, 0, 0, Decimal(-4)),
        ("26-01", "26-01", 1, 0, 1, Decimal(20)),
        ("26-01", "26-03", 1, 1, 1, Decimal(-10)),
    ]
    assert await months(lines=Lines.PAID, returns=Returns.IGNORE) == [("26-01", "26-01", 1, 1, 1, Decimal(20))]
    assert await months(from_=date(2026, 1, 31)) == (await months())[1:]
    assert await months(from_=date(2026, 2, 1)) == []
    assert await months(tz="Europe/Berlin", returns=Returns.IGNORE) == [("26-02", "26-02", 1, 1, 1, Decimal(20))]


async def test_returns_lower_money_and_never_recency_or_frequency(ports: StorePorts, load: Load) -> None:
    rows, ada, _, _ = story()
    await load(rows)
    found = await pages(ports.purchases, SCOPE)
    assert [(one.id, one.orders, one.revenue, one.last_purchase) for one in found[0].data] == [
        (ada.id, 2, Decimal("10.00"), date(2026, 3, 31))
    ]
    answer = await analytics(ports.purchases).ask("rfm", asking(SCOPE))
    assert isinstance(answer.data, Rfm)
    assert answer.data.prospects == 1


async def test_prospects_are_alive_and_bought_nothing_that_counts(ports: StorePorts, load: Load) -> None:
    buyer, idle, gone = a_customer(name="Buyer"), a_customer(name="Idle"), a_customer(name="Gone")
    gone, _ = gone.delete(at=datetime(2026, 3, 2, tzinfo=UTC), by="ada")
    await load(HistoryBatch(customers=[buyer, idle, gone], orders=[an_order(customer=buyer)]))
    assert await ports.purchases.read(lambda view: view.prospects(SCOPE)) == 1
    elsewhere = Scope(as_of=date(2026, 4, 1), currency="USD")
    assert await ports.purchases.read(lambda view: view.prospects(elsewhere)) == 2


@pytest.mark.needs("writes")
async def test_a_view_does_not_change_while_it_is_asked(ports: StorePorts, load: Load) -> None:
    await load(HistoryBatch(orders=[an_order()]))

    async def question(view: PurchaseView) -> tuple[int, int]:
        before = (await view.summary(SCOPE)).orders
        await load(HistoryBatch(orders=[an_order()]))
        return before, (await view.summary(SCOPE)).orders

    assert await ports.purchases.read(question) == (1, 1)
    assert (await ports.purchases.read(lambda view: view.summary(SCOPE))).orders == 2


async def test_what_a_question_raises_comes_out_and_the_store_goes_on(ports: StorePorts) -> None:
    async def question(view: PurchaseView) -> None:
        await view.watermark()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await ports.purchases.read(question)
    assert (await ports.purchases.read(lambda view: view.summary(SCOPE))).orders == 0
