from decimal import Decimal

import pytest

from application.books.models import BOOK_LIST, BookCreate, BookUpdate
from application.caller import Caller
from application.errors import NotFound, StaleVersion
from application.fields import MoneyInput, MoneyRead
from application.listing import read_listing
from application.ports.books import IsbnExists
from domain.shared.errors import Invalid
from domain.shared.lifecycle import NotDeleted
from tests.support.builders import MORNING, new_id
from tests.unit.application.conftest import Shop

BOB = Caller("bob")
EVE = Caller("eve")
MARCH = BookCreate(
    title=" Middlemarch ",
    author="George Eliot",
    isbn="0-14-143954-8",
    published_date="1871-12",
    description="A study.\n",
    language="EN-gb",
    price=MoneyInput(amount="9.9", currency="GBP"),
    categories=["Fiction", " Fiction"],
)


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


async def test_one_is_created_as_the_domain_knows_it(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    assert (made.title, made.isbn, made.isbn10, made.published_date) == (
        "Middlemarch",
        "9780141439549",
        "0141439548",
        "1871-12",
    )
    assert (made.description, made.language, made.categories) == ("A study.", "en-GB", ["Fiction"])
    assert made.price == MoneyRead(amount=Decimal("9.90"), currency="GBP")
    assert str(made.price.amount) == "9.90"
    assert (made.version, made.created_at, made.created_by) == (1, MORNING, "bob")
    assert await shop.books.get(made.id) == made
    assert shop.events == [("author.created", 1, "bob"), ("book.created", 1, "bob")]


async def test_all_that_is_wrong_is_named_and_nothing_is_kept(shop: Shop) -> None:
    with pytest.raises(Invalid) as caught:
        await shop.books.create(
            BookCreate(
                title=" ",
                author="x" * 256,
                isbn="0-14-143954-9",
                published_date="",
                description="",
                language="",
                price=MoneyInput(amount="1.23456", currency="XXX"),
                categories=["\x00"],
            ),
            BOB,
        )
    assert problems(caught.value) == [
        ("/title", "blank"),
        ("/author", "too-long"),
        ("/isbn", "isbn-checksum"),
        ("/published_date", "invalid-date"),
        ("/description", "blank"),
        ("/language", "invalid-language"),
        ("/price/amount", "too-precise"),
        ("/price/currency", "unknown-currency"),
        ("/categories/0", "control-character"),
    ]
    assert (shop.events, shop.store.books) == ([], {})


async def test_both_forms_of_an_isbn_find_it_and_take_it(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    for text in ("0141439548", "978-0-14-143954-9", " 0 14 143954 8"):
        assert await shop.books.get_by_isbn(text) == made
    with pytest.raises(IsbnExists, match="ISBN exists"):
        await shop.books.create(BookCreate(title="x", author="x", isbn="9780141439549"), BOB)
    for text in ("9780306406157", "no ISBN", ""):
        with pytest.raises(NotFound):
            await shop.books.get_by_isbn(text)


async def test_a_change_leaves_what_is_not_given(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    later = shop.clock.pass_by(minutes=5)
    changed = await shop.books.update(
        made.id, BookUpdate(title="Felix Holt", price=None, published_date="1866", categories=[]), EVE
    )
    assert (changed.title, changed.price, changed.published_date, changed.categories) == (
        "Felix Holt",
        None,
        "1866",
        [],
    )
    assert (changed.author, changed.isbn, changed.language) == (made.author, made.isbn, made.language)
    assert (changed.version, changed.updated_at, changed.updated_by) == (2, later, "eve")
    assert await shop.books.get(made.id) == changed
    assert shop.store.events[-1].event.changed == ("title", "published_date", "price", "categories")


async def test_a_change_to_what_it_is_changes_not_even_the_version(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    shop.clock.pass_by(minutes=5)
    same = BookUpdate(isbn="978 0141439549", price=MoneyInput(amount="9.9000", currency="GBP"), language="en-GB")
    assert await shop.books.update(made.id, same, EVE) == made
    assert len(shop.events) == 2


async def test_a_price_of_any_size_survives_a_change_of_something_else(shop: Shop) -> None:
    for isbn, amount in (("9780000000019", "10000000000000"), ("9780000000026", "0.0001"), ("9780000000033", "0")):
        command = BookCreate(title="x", author="x", isbn=isbn, price=MoneyInput(amount=amount, currency="EUR"))
        made = await shop.books.create(command, BOB)
        changed = await shop.books.update(made.id, BookUpdate(title="y"), BOB)
        assert changed.price is not None
        assert changed.price.amount == Decimal(amount)


async def test_a_change_may_be_refused_for_many_reasons_at_once(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    with pytest.raises(Invalid) as caught:
        await shop.books.update(made.id, BookUpdate(title="", isbn="x", categories=[""]), BOB)
    assert problems(caught.value) == [("/title", "blank"), ("/isbn", "isbn-length"), ("/categories/0", "blank")]
    assert await shop.books.get(made.id) == made


async def test_a_version_that_is_expected_must_be_the_present_one(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    await shop.books.update(made.id, BookUpdate(title="x"), BOB, version=1)
    with pytest.raises(StaleVersion):
        await shop.books.update(made.id, BookUpdate(title="y"), BOB, version=1)
    with pytest.raises(StaleVersion):
        await shop.books.delete(made.id, BOB, version=1)
    await shop.books.delete(made.id, BOB, version=2)
    with pytest.raises(StaleVersion):
        await shop.books.restore(made.id, BOB, version=2)


async def test_one_is_put_away_and_comes_back(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    await shop.books.delete(made.id, EVE)
    for asked in (
        shop.books.get(made.id),
        shop.books.get_by_isbn(made.isbn),
        shop.books.delete(made.id, EVE),
        shop.books.update(made.id, BookUpdate(title="x"), EVE),
    ):
        with pytest.raises(NotFound):
            await asked
    heir = await shop.books.create(MARCH, BOB)
    with pytest.raises(IsbnExists):
        await shop.books.restore(made.id, BOB)
    await shop.books.delete(heir.id, BOB)
    back = await shop.books.restore(made.id, BOB)
    assert (back.version, back.deleted_at) == (3, None)
    with pytest.raises(NotDeleted):
        await shop.books.restore(made.id, BOB)


async def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    nothing = new_id()
    for asked in (
        shop.books.get(nothing),
        shop.books.update(nothing, BookUpdate(title="x"), BOB),
        shop.books.delete(nothing, BOB),
        shop.books.restore(nothing, BOB),
    ):
        with pytest.raises(NotFound, match=f"there is no book {nothing}"):
            await asked


async def test_a_list_is_searched_by_words(shop: Shop) -> None:
    made = await shop.books.create(MARCH, BOB)
    for words in ("eliot", "MIDDLEMARCH george", "0141439548", "fiction", "study"):
        found = await shop.books.list(read_listing(BOOK_LIST, [("q", words)]))
        assert [one.id for one in found.data] == [made.id]
    assert (await shop.books.list(read_listing(BOOK_LIST, [("q", "romola")]))).data == []
