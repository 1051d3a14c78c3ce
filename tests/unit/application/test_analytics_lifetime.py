"""Lifetime value and churn as use cases: what is refused, how lists go on, and that their numbers are of one model."""

import asyncio
from datetime import date, timedelta

import pytest

from adapters.memory.history import MemoryHistorySink
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from application.analytics.lifetime import WithoutModels
from application.analytics.service import AnalyticsService
from application.errors import BadQuery, NotInstalled
from domain.analytics.churn import Churn, ChurnCustomer
from domain.analytics.fitted import FitNotConverged, TooLittleData
from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_value import LifetimeValue
from domain.analytics.recommendations import Recommendations
from tests.support.builders import a_book, a_customer, a_line, an_order
from tests.support.definition import MODELS, AtNoon, AtOnce, Definition, analytics
from tests.support.histories import batch
from tests.support.regulars import BEGAN, regulars
from tests.support.store_case import told

Pairs = list[tuple[str, str]]
DAY: Pairs = [("as_of", "2026-05-16")]


def service(history: PurchaseHistory | None = None) -> AnalyticsService:
    return analytics(Definition(regulars() if history is None else history))


async def value(*more: tuple[str, str]) -> LifetimeValue:
    data = (await service().ask("lifetime-value", [*DAY, *more])).data
    assert isinstance(data, LifetimeValue)
    return data


async def walk(*asked: tuple[str, str]) -> list[ChurnCustomer]:
    found: list[ChurnCustomer] = []
    cursor: Pairs = []
    while True:
        page = await service().churn_customers([*asked, *cursor])
        found += page.data
        if page.next_cursor is None:
            return found
        cursor = [("cursor", page.next_cursor)]


async def test_too_little_data_is_refused_by_every_report_with_a_model() -> None:
    few = service(PurchaseHistory(customers=[a_customer()], orders=[an_order()]))
    for asking in (few.ask("lifetime-value", []), few.ask("churn", []), few.churn_customers([])):
        with pytest.raises(TooLittleData, match="needs 10 of them or more with a second purchase day, and there are 0"):
            await asking


async def test_customers_all_alike_are_no_model() -> None:
    customers = [a_customer() for _ in range(20)]
    orders = [
        an_order(customer=customer, placed_at=BEGAN + timedelta(days=day)) for customer in customers for day in (0, 9)
    ]
    with pytest.raises(FitNotConverged, match="do not tell its parameters apart"):
        await service(PurchaseHistory(customers=customers, orders=orders)).ask("churn", DAY)


async def test_without_what_fits_models_that_is_said() -> None:
    bare = AnalyticsService(facts=Definition(regulars()), clock=AtNoon(), computation=AtOnce(), models=WithoutModels())
    for asking in (bare.ask("lifetime-value", DAY), bare.ask("churn", DAY), bare.churn_customers(DAY)):
        with pytest.raises(NotInstalled, match="install daybook\\[models\\]"):
            await asking
    assert (await bare.ask("summary", [])).report == "summary"


async def test_the_discount_is_a_plain_decimal() -> None:
    for text in ("1.1", "-0.1", "1e-2", ".1", "NaN", "0.0000000000001", ""):
        with pytest.raises(BadQuery, match=r"discount: must be a plain decimal such as 0\.01, from 0 to 1"):
            await value(("discount", text))
    answers = [await service().ask("lifetime-value", [*DAY, ("discount", text)]) for text in ("0.10", "0.1")]
    assert answers[0].parameters["discount"] == "0.1"
    assert answers[0].answer_digest == answers[1].answer_digest


async def test_more_months_and_less_discount_are_worth_more() -> None:
    values = [
        (await value(("months", months), ("discount", discount))).lifetime_value
        for months, discount in (("1", "0.01"), ("12", "0.5"), ("12", "0.01"), ("12", "0"), ("24", "0"))
    ]
    assert values == sorted(values)
    assert len(set(values)) == 5


async def test_the_first_customers_are_the_first_of_all() -> None:
    every = await value(("limit", "1000"))
    assert every.customers == len(every.top) == 250
    assert sum(one.lifetime_value for one in every.top) == pytest.approx(every.lifetime_value, rel=1e-5)
    assert sum(one.alive for one in every.top) == pytest.approx(every.expected_alive, rel=1e-5)
    assert sum(one.expected_purchases for one in every.top) == pytest.approx(every.expected_purchases, rel=1e-5)
    for limit in (1, 7, 200, 249):
        assert (await value(("limit", str(limit)))).top == every.top[:limit]
    ranking = [(-one.lifetime_value, one.key) for one in every.top]
    assert ranking == sorted(ranking)


async def test_lists_and_reports_are_of_one_model() -> None:
    customers = {one.key: one for one in await walk(*DAY, ("limit", "100"))}
    valued = {one.key: one for one in (await value(("limit", "1000"))).top}
    assert customers.keys() == valued.keys()
    for key, one in customers.items():
        assert one.alive == valued[key].alive
        assert (one.first_purchase, one.last_purchase) == (valued[key].first_purchase, valued[key].last_purchase)
        assert one.purchase_days == valued[key].repeat_purchases + 1
    churn = (await service().ask("churn", DAY)).data
    assert isinstance(churn, Churn)
    assert churn.buying == (await value()).buying
    assert sum(one.churn for one in customers.values()) == pytest.approx(churn.expected_stopped, rel=1e-4)
    assert sum(band.customers for band in churn.bands) == churn.customers == 250


async def test_customers_come_in_pages_by_key_late_or_not() -> None:
    every = await walk(*DAY, ("limit", "40"))
    assert [one.key for one in every] == [f"R{number:03}" for number in range(250)]
    late = await walk(*DAY, ("late", "yes"), ("limit", "7"))
    assert late == [one for one in every if one.late]
    assert await walk(*DAY, ("late", "no"), ("limit", "100")) == [one for one in every if not one.late]
    churn = (await service().ask("churn", DAY)).data
    assert isinstance(churn, Churn)
    assert (len(late), sum(one.long_gap_days is not None for one in every)) == (churn.late, churn.repeat_customers)


async def test_a_cursor_of_another_list_is_refused() -> None:
    page = await service().churn_customers([*DAY, ("limit", "1")])
    for asked in ([("late", "yes")], [("as_of", "2026-05-15")], [("tz", "Europe/Berlin")]):
        with pytest.raises(BadQuery, match="is not a cursor of this list"):
            await service().churn_customers([("cursor", str(page.next_cursor)), *asked])
    with pytest.raises(BadQuery):
        await service().rfm_customers([("cursor", str(page.next_cursor))])


async def test_the_holdout_is_kept_from_the_model_it_is_held_against() -> None:
    found = (await value(("holdout_weeks", "13"))).calibration
    assert found is not None
    assert (found.holdout_from, found.holdout_weeks) == (date(2026, 2, 14), 13)
    earlier = (await service().ask("lifetime-value", [("as_of", "2026-02-14")])).data
    assert isinstance(earlier, LifetimeValue)
    assert (found.buying, found.customers) == (earlier.buying, earlier.customers)
    assert sum(row.customers for row in found.rows) == found.customers
    assert 0.7 < found.predicted / found.actual < 1.4


async def test_the_order_path_goes_on_while_a_model_is_fitted() -> None:
    """Whatever is asked meanwhile is answered by the event loop; the work is done beside it."""
    asked = asyncio.create_task(value(("months", "13")))
    waits = 0
    while not asked.done():
        await asyncio.sleep(0.001)
        waits += 1
    assert waits > 3
    assert (await asked).months == 13


async def test_who_first_bought_before_from_is_no_customer_of_a_model() -> None:
    found = (await service().ask("lifetime-value", [*DAY, ("from", "2025-02-01"), ("limit", "1000")])).data
    assert isinstance(found, LifetimeValue)
    assert found.customers < 250
    assert min(one.first_purchase for one in found.top) >= date(2025, 2, 1)


async def test_a_profile_says_what_the_reports_say() -> None:
    rfm = {one.key: one for one in (await service().rfm_customers([*DAY, ("limit", "100"), ("method", "rank")])).data}
    churn = {one.key: one for one in await walk(*DAY, ("limit", "100"))}
    valued = {one.key: one for one in (await value(("months", "6"), ("discount", "0.02"), ("limit", "1000"))).top}
    asked = [*DAY, ("method", "rank"), ("months", "6"), ("discount", "0.02")]
    for key in ("R000", "R007", "R042"):
        answer = await service().customer_profile(rfm[key].id, asked)
        found = answer.data
        assert (found.rfm, found.churn, found.no_model) == (rfm[key], churn[key], None)
        assert found.value is not None
        assert found.value.lifetime_value == valued[key].lifetime_value
        assert found.value.expected_purchases == valued[key].expected_purchases
        assert found.value.purchase_value == valued[key].purchase_value
        advice = (await service().ask("recommendations", [*DAY, ("customer", str(found.id)), ("limit", "5")])).data
        assert isinstance(advice, Recommendations)
        assert (found.next_best_books, found.no_next_best_books) == (advice.items, None)
        assert answer.parameters.keys() >= {"method", "months", "discount", "limit", "as_of"}


async def test_favourites_are_the_categories_of_most_orders() -> None:
    ada, novel, poem = a_customer(), a_book(categories=["Novels"]), a_book(categories=["Poems", "Novels"])
    orders = [
        an_order(a_line(1, book=novel, quantity=9), customer=ada),
        an_order(a_line(1, book=poem), a_line(2, book=poem), customer=ada),
        an_order(a_line(1, book=poem), customer=ada),
        an_order(a_line(1, book=a_book(categories=["Maps"])), customer=a_customer()),
    ]
    history = PurchaseHistory(customers=[ada], books=[novel, poem], orders=orders)
    found = (await service(history).customer_profile(ada.id, [])).data
    assert [(one.category, one.orders, one.units) for one in found.favourite_categories] == [
        ("Novels", 3, 12),
        ("Poems", 2, 3),
    ]
    first = (await service(history).customer_profile(ada.id, [("limit", "1")])).data
    assert [one.category for one in first.favourite_categories] == ["Novels"]


async def test_a_profile_without_a_model_says_why_and_the_rest() -> None:
    ada = a_customer(reference="A")
    few = service(PurchaseHistory(customers=[ada], orders=[an_order(customer=ada)]))
    found = (await few.customer_profile(ada.id, [])).data
    assert found.rfm is not None
    assert (found.rfm.key, found.churn, found.value) == ("A", None, None)
    assert str(found.no_model).startswith("a model of customers needs 10 of them or more")
    bare = AnalyticsService(facts=Definition(regulars()), clock=AtNoon(), computation=AtOnce(), models=WithoutModels())
    customer = regulars().customers[0].id
    assert "install daybook[models]" in str((await bare.customer_profile(customer, DAY)).data.no_model)


async def test_a_profile_is_not_refused_for_what_a_store_does_not_count() -> None:
    store = MemoryStore()
    await MemoryHistorySink(store).write(told(batch(regulars()), watermark=1))
    small = AnalyticsService(
        facts=MemoryPurchaseFacts(store, most_pairs=0), clock=AtNoon(), computation=AtOnce(), models=MODELS
    )
    found = (await small.customer_profile(regulars().customers[0].id, DAY)).data
    assert found.rfm is not None
    assert found.next_best_books is None
    assert "and it counts 0 at most" in str(found.no_next_best_books)


async def test_of_who_never_bought_the_reports_say_nothing() -> None:
    found = (await service().customer_profile(a_customer().id, DAY)).data
    assert (found.rfm, found.churn, found.value, found.no_model, found.favourite_categories) == (
        None,
        None,
        None,
        None,
        [],
    )
