"""The demonstration shop: real titles, nobody's numbers, and business that holds together."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from domain.books.author import author_key
from domain.books.isbn import Isbn
from entrypoints.demo.dice import Dice, Weighted
from entrypoints.demo.files import DemoFile, demo_files
from entrypoints.demo.load import SEED, load_demo
from entrypoints.demo.shop import DAYS, ORDERS, READERS, Shop, make_shop
from entrypoints.demo.stock import stocked_books, unassigned_isbn
from tests.support.importing import Imports, service

UNTIL = date(2026, 11, 1)
PINNED = "a54b7109e8f9aa7b18a8b0ce1fa5bab84acd61d482cc0aff3c5a6ceafa98d5d5"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(SEED, UNTIL)


@pytest.fixture(scope="module")
def files(shop: Shop) -> Mapping[str, DemoFile]:
    return {one.name: one for one in demo_files(shop)}


def digest(seed: int, until: date) -> str:
    text = "".join(one.text for one in demo_files(make_shop(seed, until, customers=200, orders=500)))
    return hashlib.sha256(text.encode()).hexdigest()


def rows(file: DemoFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.text)))


def test_the_same_seed_is_the_same_shop_on_every_version_of_python() -> None:
    assert digest(7, UNTIL) == digest(7, UNTIL) == PINNED
    assert len({digest(7, UNTIL), digest(8, UNTIL), digest(7, date(2026, 11, 2))}) == 3


def test_there_are_a_few_hundred_titles_each_once() -> None:
    books = stocked_books(Dice(SEED))
    assert 300 <= len(books) <= 600
    assert len({(one.title, one.author) for one in books}) == len(books)
    assert all(1450 < one.year < 2000 for one in books)
    assert {one.language for one in books} >= {"en", "de", "fr", "es", "it", "pl"}


def test_isbns_are_valid_and_of_a_prefix_that_no_agency_has() -> None:
    numbers = [one.isbn for one in stocked_books(Dice(SEED))]
    assert len(set(numbers)) == len(numbers)
    assert all(Isbn.parse(one).value == one and one.startswith("9799") for one in numbers)
    assert unassigned_isbn(0) == "9799000000004"


def test_a_title_keeps_its_number_whatever_the_seed() -> None:
    assert [one.isbn for one in stocked_books(Dice(1))] == [one.isbn for one in stocked_books(Dice(2))]


def test_readers_are_nobody(shop: Shop) -> None:
    assert len(shop.readers) == READERS
    assert all(one.name == f"Reader {one.number:04}" for one in shop.readers)
    assert all(one.email is None or one.email.endswith("@example.org") for one in shop.readers)


def test_business_is_of_two_years_and_has_its_seasons(shop: Shop) -> None:
    assert len(shop.orders) == ORDERS
    days = [one.placed_at.date() for one in shop.orders]
    assert days == sorted(days)
    assert (UNTIL - days[0]).days <= DAYS
    assert days[-1] < UNTIL
    months = Counter((day.year, day.month) for day in days)
    for year in (2024, 2025):
        assert months[year, 12] > 1.4 * max(months[year, 11], months[year + 1, 1])
    assert sum(day >= date(2025, 11, 1) for day in days) > 1.1 * sum(day < date(2025, 11, 1) for day in days)


def test_a_few_buy_much_and_a_few_titles_sell_much(shop: Shop) -> None:
    buyers = Counter(one.reader for one in shop.orders if one.reader is not None)
    titles = Counter(line.sku for one in shop.orders for line in one.lines)
    for counts in (buyers, titles):
        most = sum(count for _, count in counts.most_common(len(counts) // 5))
        assert 0.4 < most / counts.total() < 0.8
    assert 0.02 < sum(one.reader is None for one in shop.orders) / ORDERS < 0.12
    assert 0.6 * READERS < len(buyers) < READERS


def test_who_buys_one_of_a_series_buys_more_of_it(shop: Shop) -> None:
    series = {one.isbn: one.series for one in shop.books if one.series}
    baskets = [{line.sku for line in one.lines} for one in shop.orders]
    of_series = [[series[sku] for sku in basket if sku in series] for basket in baskets]
    pairs = sum(len(found) != len(set(found)) for found in of_series)
    by_chance = sum(found.count("Middle-earth") > 0 for found in of_series) ** 2 / len(baskets)
    assert pairs > 10 * by_chance


def test_orders_of_all_kinds(shop: Shop) -> None:
    assert {one.channel for one in shop.orders} == {"web", "shop", "phone"}
    assert {one.currency for one in shop.orders} == {"EUR", "CHF"}
    assert 0.005 < sum(one.cancelled for one in shop.orders) / ORDERS < 0.05
    assert len({(one.channel, one.reference) for one in shop.orders}) == ORDERS
    lines = [line for one in shop.orders for line in one.lines]
    assert any(line.discount for line in lines)
    assert any(line.quantity > 2 for line in lines)
    assert all(0 <= line.discount <= line.unit_price * line.quantity for line in lines)
    assert all(line.unit_price == line.unit_price.quantize(Decimal("0.01")) for line in lines)
    assert all(one.currency == one.reader.currency for one in shop.orders if one.reader is not None)


def test_nothing_comes_back_that_was_not_bought(shop: Shop) -> None:
    back: Counter[tuple[str, int]] = Counter()
    for one in shop.returns:
        assert one.returned_at.date() < UNTIL
        if one.order is not None:
            assert one.returned_at > one.order.placed_at
            assert not one.order.cancelled
            for number, quantity in one.quantities.items():
                back[one.order.reference, number] += quantity
                assert back[one.order.reference, number] <= one.order.lines[number - 1].quantity
    assert 100 < len(shop.returns) < 1_000
    assert any(one.order is None for one in shop.returns)


def test_files_count_their_rows(files: Mapping[str, DemoFile]) -> None:
    assert {name: one.rows for name, one in files.items()} == {name: len(rows(one)) for name, one in files.items()}


async def test_all_of_it_comes_in_through_the_importer(shop: Shop) -> None:
    imports = Imports()
    seen: list[tuple[int, int]] = []
    stored = await load_demo(service(imports.units), until=UNTIL, progress=lambda done, of: seen.append((done, of)))
    assert stored == {
        "customers": READERS,
        "authors": len({author_key(one.author) for one in shop.books}),
        "books": len(shop.books),
        "orders": ORDERS,
        "returns": len(shop.returns),
    }
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] > ORDERS
    sold = {line.sku for one in shop.orders for line in one.lines}
    linked = {line.book_id for one in imports.store.orders.values() for line in one.lines}
    assert linked - {None} == {one.id for one in imports.store.books.values() if one.details.isbn.value in sold}
    kept = {one.reference: one for one in imports.store.orders.values()}
    for order in shop.orders[:50]:
        assert kept[order.reference].subtotal == sum(
            line.quantity * line.unit_price - line.discount for line in order.lines
        )
        assert kept[order.reference].placed_at.replace(tzinfo=None) == order.placed_at


def test_weights_are_kept() -> None:
    dice = Dice(3)
    drawn = Counter(Weighted("abc", (1, 2, 7)).draw(dice) for _ in range(10_000))
    assert drawn["a"] == pytest.approx(1_000, rel=0.15)
    assert drawn["c"] == pytest.approx(7_000, rel=0.05)
    assert set(drawn) == set("abc")


def test_a_shuffle_loses_nothing_and_a_range_has_both_ends() -> None:
    dice = Dice(3)
    assert sorted(dice.shuffled(range(50))) == list(range(50))
    assert {dice.between(2, 4) for _ in range(200)} == {2, 3, 4}
