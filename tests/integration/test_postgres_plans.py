"""Through an index, whatever is asked, at a few thousand rows and at a hundred thousand (`make verify-long`)."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.postgres import authors as author_statements
from adapters.postgres import books as book_statements
from adapters.postgres import categories as category_statements
from adapters.postgres import customers as customer_statements
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.listing import ListStatements
from adapters.postgres.orders import ORDER_STATEMENTS, RETURN_STATEMENTS
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.authors.models import AUTHOR_LIST
from application.books.models import BOOK_LIST
from application.categories.models import CATEGORY_LIST
from application.customers.models import CUSTOMER_LIST
from application.listing import ListSpec, listed, read_listing
from application.orders.models import ORDER_LIST, RETURN_LIST
from domain.books.book import Availability, BookFormat
from tests.support.builders import (
    MORNING,
    a_book,
    a_category,
    a_customer,
    a_line,
    a_lone_return,
    an_author,
    an_order,
    credited,
    isbn,
    minutes,
)
from tests.support.plans import indexes, measured, passed_over, planned, read_whole
from tests.support.postgres import TemplateDatabase
from tests.support.postgres_units import ask, committed

SIZES = [pytest.param(4_000, id="4,000"), pytest.param(100_000, id="100,000", marks=pytest.mark.long)]
PART = 10_000
SURNAMES = ("Eliot", "Austen", "Woolf", "Shelley", "Brontë")


def a_shop(rows: int) -> dict[str, list[Any]]:
    """So many of everything, by the repository that keeps it. What is asked for one by one is had by twenty."""
    kinds = rows // 20
    roots = [a_category(f"Root {n}", code=f"R{n}", at=MORNING + minutes(n)) for n in range(rows // 50)]
    shelves = [
        a_category(f"Shelf {n} {m}", parent=root, position=m % 7, at=MORNING + minutes(n))
        for n, root in enumerate(roots)
        for m in range(49)
    ]
    customers = [
        a_customer(
            name=f"{SURNAMES[n % 5]} {n}",
            reference=f"K-{n}",
            email=f"{n}@example.org",
            phone=f"+4930{n:07d}",
            tags=[f"tag{n % kinds}"],
            at=MORNING + minutes(n),
        )
        for n in range(rows)
    ]
    authors = [
        an_author(
            f"{SURNAMES[n % 5]} {n}",
            born=f"{1500 + n % 400}" if n % 2 else None,
            died=f"{1600 + n % 400}" if n % 3 else None,
            at=MORNING + minutes(n),
        )
        for n in range(rows)
    ]
    books = [
        a_book(
            title=f"Volume {n} of {n % 97}",
            author=f"{SURNAMES[n % 5]} {n % 400}",
            number=n,
            published=f"{1500 + n % 500}",
            language=("en", "de", "pt-BR")[n % 3],
            categories=[f"category{n % kinds}"],
            authors=[credited(authors[n % 400])],
            publisher=f"publisher{n % kinds}" if n % 2 else None,
            series=f"series{n % kinds}" if n % 3 else None,
            format=BookFormat.AUDIOBOOK if n % 100 == 0 else None,
            availability=Availability.BACKORDER if n % 100 == 0 else None,
            at=MORNING + minutes(n),
        )
        for n in range(rows)
    ]
    orders = [
        an_order(
            a_line(1, book=books[n]),
            customer=customers[n % 500],
            channel=f"channel{n % 50}",
            reference=f"W-{n}",
            placed_at=MORNING + minutes(n),
        )
        for n in range(rows)
    ]
    returns = [
        a_lone_return(customer=customers[n % 500], reference=f"C-{n}", returned_at=MORNING + minutes(n))
        for n in range(rows)
    ]
    return {
        "categories": [*roots, *shelves],
        "customers": customers,
        "authors": authors,
        "books": books,
        "orders": orders,
        "returns": returns,
    }


@pytest.fixture(scope="module", params=SIZES)
def rows(request: pytest.FixtureRequest) -> int:
    """How many there are of everything."""
    return int(request.param)


@pytest.fixture(scope="module")
def shop_url(rows: int, migrated_template: TemplateDatabase) -> Iterator[str]:
    """A database for the shop of one size."""
    with migrated_template.copy() as url:
        yield url


@pytest.fixture(scope="module")
async def shop(rows: int, shop_url: str) -> AsyncIterator[Pool]:
    """A pool on the shop, with statistics."""
    pool = Pool(shop_url)
    await pool.open()
    for name, everything in a_shop(rows).items():
        for start in range(0, rows, PART):
            part = everything[start : start + PART]
            await committed(pool, lambda uow, name=name, part=part: getattr(uow, name).add_many(part))  # type: ignore[misc]  # at once
    await ask(pool, "VACUUM ANALYZE")
    yield pool
    await pool.close(2)


SOME_ID = object()
BY_KEY: list[tuple[Statement, dict[str, Any], str]] = [
    (book_statements._GET, {"id": SOME_ID}, "pk_books"),
    (book_statements._GET_BY_ISBN, {"isbn": isbn(7).value}, "uq_books_living_isbn"),
    (book_statements._IDS_BY_ISBN, {"isbns": [isbn(n).value for n in range(20)]}, "uq_books_living_isbn"),
    (customer_statements._GET, {"id": SOME_ID}, "pk_customers"),
    (customer_statements._FIND_BY_REFERENCES, {"references": ["K-1", "K-2"]}, "uq_customers_living_reference"),
    (customer_statements._FIND_BY_EMAILS, {"emails": ["1@example.org"]}, "uq_customers_living_email"),
    (ORDER_STATEMENTS._get, {"id": SOME_ID}, "pk_order_lines"),
    (ORDER_STATEMENTS._find, {"channel": "channel1", "references": ["W-1", "W-51"]}, "uq_orders_reference_channel"),
    (RETURN_STATEMENTS._find, {"channel": "direct", "references": ["C-1"]}, "uq_returns_reference_channel"),
]


@pytest.mark.parametrize(("statement", "params", "index"), BY_KEY, ids=[one[0].name for one in BY_KEY])
async def test_what_is_asked_for_by_a_key_is_found_by_its_index(
    shop: Pool, statement: Statement, params: dict[str, Any], index: str
) -> None:
    some_id = await ask(shop, "SELECT id FROM books LIMIT 1")
    given = {name: some_id if value is SOME_ID else value for name, value in params.items()}
    plan = await planned(shop, statement, **given)
    assert index in indexes(plan)
    assert read_whole(plan) == set()


# the list, its statements, what is asked for, the index that must answer
BY_QUESTION: list[tuple[ListSpec, ListStatements, dict[str, str], str]] = [
    (BOOK_LIST, book_statements._LISTS, {}, "ix_books_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"sort": "-updated_at"}, "ix_books_updated_at"),
    (BOOK_LIST, book_statements._LISTS, {"sort": "title"}, "ix_books_title"),
    (BOOK_LIST, book_statements._LISTS, {"sort": "-author"}, "ix_books_author"),
    (BOOK_LIST, book_statements._LISTS, {"sort": "published_date"}, "ix_books_published_date"),
    (BOOK_LIST, book_statements._LISTS, {"sort": "isbn"}, "uq_books_living_isbn"),
    (BOOK_LIST, book_statements._LISTS, {"q": "volume 1234"}, "ix_books_search_tokens"),
    (BOOK_LIST, book_statements._LISTS, {"category": "category7"}, "ix_books_search_tokens"),
    (BOOK_LIST, book_statements._LISTS, {"author": "Eliot 5"}, "ix_books_author"),
    (BOOK_LIST, book_statements._LISTS, {"language": "xx"}, "ix_books_language_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"publisher": "publisher7"}, "ix_books_publisher_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"series": "series7"}, "ix_books_series_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"format": "audiobook"}, "ix_books_format_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"availability": "backorder"}, "ix_books_availability_created_at"),
    (BOOK_LIST, book_statements._LISTS, {"author_id": "AUTHOR"}, "ix_book_authors_author_id"),
    (AUTHOR_LIST, author_statements._LISTS, {}, "ix_authors_created_at"),
    (AUTHOR_LIST, author_statements._LISTS, {"sort": "-updated_at"}, "ix_authors_updated_at"),
    (AUTHOR_LIST, author_statements._LISTS, {"sort": "sort_name"}, "ix_authors_sort_name"),
    (AUTHOR_LIST, author_statements._LISTS, {"sort": "-name"}, "ix_authors_name"),
    (AUTHOR_LIST, author_statements._LISTS, {"sort": "born"}, "ix_authors_born"),
    (AUTHOR_LIST, author_statements._LISTS, {"name": "Eliot 7"}, "ix_authors_name"),
    (AUTHOR_LIST, author_statements._LISTS, {"born": "1819"}, "ix_authors_born_created_at"),
    (AUTHOR_LIST, author_statements._LISTS, {"died": "1880"}, "ix_authors_died_created_at"),
    (AUTHOR_LIST, author_statements._LISTS, {"q": "bronte 1234"}, "ix_authors_search_tokens"),
    (CATEGORY_LIST, category_statements._LISTS, {}, "ix_categories_position"),
    (CATEGORY_LIST, category_statements._LISTS, {"parent_id": "CATEGORY"}, "ix_categories_parent_id_position"),
    (CATEGORY_LIST, category_statements._LISTS, {"depth": "1"}, "ix_categories_depth_position"),
    (
        CATEGORY_LIST,
        category_statements._LISTS,
        {"path": "root-7/shelf-7-7"},
        "uq_categories_living_path or ix_categories_path",
    ),
    (CATEGORY_LIST, category_statements._LISTS, {"code": "R7"}, "uq_categories_living_code"),
    (CATEGORY_LIST, category_statements._LISTS, {"q": "root 17"}, "ix_categories_search_tokens"),
    (CATEGORY_LIST, category_statements._LISTS, {"sort": "path"}, "ix_categories_path"),
    (CATEGORY_LIST, category_statements._LISTS, {"sort": "-name"}, "ix_categories_name"),
    (CATEGORY_LIST, category_statements._LISTS, {"sort": "-created_at"}, "ix_categories_created_at"),
    (CATEGORY_LIST, category_statements._LISTS, {"sort": "-updated_at"}, "ix_categories_updated_at"),
    (CUSTOMER_LIST, customer_statements._LISTS, {}, "ix_customers_created_at"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"sort": "name"}, "ix_customers_name"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"sort": "-reference"}, "ix_customers_reference"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"email": "7@example.org"}, "uq_customers_living_email"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"reference": "K-7"}, "uq_customers_living_reference"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"phone": "+49300000007"}, "ix_customers_phone"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"tag": "tag7"}, "ix_customers_tags"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"q": "bronte 1234"}, "ix_customers_search_tokens"),
    (CUSTOMER_LIST, customer_statements._LISTS, {"status": "inactive"}, "ix_customers_status_created_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {}, "ix_orders_placed_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"sort": "-created_at"}, "ix_orders_created_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"reference": "W-7"}, "uq_orders_reference_channel"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"status": "cancelled"}, "ix_orders_status_placed_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"channel": "channel7"}, "ix_orders_channel_placed_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"currency": "JPY"}, "ix_orders_currency_placed_at"),
    (ORDER_LIST, ORDER_STATEMENTS._lists, {"customer_id": "CUSTOMER"}, "ix_orders_customer_id_placed_at"),
    (RETURN_LIST, RETURN_STATEMENTS._lists, {}, "ix_returns_returned_at"),
    (RETURN_LIST, RETURN_STATEMENTS._lists, {"customer_id": "CUSTOMER"}, "ix_returns_customer_id_returned_at"),
]


@pytest.mark.parametrize(
    ("spec", "statements", "parameters", "index"),
    BY_QUESTION,
    ids=[f"{spec.name} {' '.join(f'{k}={v}' for k, v in asked.items())}" for spec, _, asked, _ in BY_QUESTION],
)
async def test_each_filter_and_each_order_has_an_index(
    shop: Pool, spec: ListSpec, statements: ListStatements, parameters: dict[str, str], index: str
) -> None:
    customer = str(await ask(shop, "SELECT customer_id FROM orders LIMIT 1"))
    author = str(await ask(shop, "SELECT author_id FROM book_authors LIMIT 1"))
    category = str(await ask(shop, "SELECT id FROM categories WHERE code = 'R7'"))
    some_id = {"CUSTOMER": customer, "AUTHOR": author, "CATEGORY": category}
    named = [(name, some_id.get(text, text)) for name, text in parameters.items()]
    statement, params = statements.page(read_listing(spec, named))
    plan = await planned(shop, statement, **params)
    assert read_whole(plan) == set()
    assert {*index.split(" or ")} & indexes(plan)


@pytest.mark.parametrize("sort", ["-created_at", "title", "-published_date", "author"])
async def test_the_hundredth_page_costs_what_the_first_does(shop: Pool, sort: str) -> None:
    reader = PostgresBookReader(shop)
    parameters = [("sort", sort), ("limit", "30")]
    cursor = None
    for _ in range(100):
        listing = read_listing(BOOK_LIST, [*parameters, *([("cursor", cursor)] if cursor else [])])
        cursor = listed(BOOK_LIST, listing, await reader.list(listing)).next_cursor
    listing = read_listing(BOOK_LIST, [*parameters, ("cursor", cursor or "")])
    statement, params = book_statements._LISTS.page(listing)
    plan = await measured(shop, statement, **params)
    assert read_whole(plan) == set()
    assert passed_over(plan) == 0
    assert max(node["Actual Rows"] for node in plan) <= 31


async def test_a_word_of_every_title_costs_a_page_and_no_walk_through_what_is_left_for_the_worse_ranks(
    shop: Pool,
) -> None:
    """Each title has it, so that no book is left for the ranks of beginnings."""
    asked = [("q", "volume"), ("limit", "50")]
    for _ in range(3):
        listing = read_listing(BOOK_LIST, asked)
        page = listed(BOOK_LIST, listing, await PostgresBookReader(shop).list(listing))
        assert len(page.data) == 50
        statement, params = book_statements._LISTS.page(listing)
        plan = await measured(shop, statement, **params)
        assert passed_over(plan) == 0
        assert max(node["Actual Rows"] for node in plan) <= 51
        asked = [*asked[:2], ("cursor", page.next_cursor or "")]


@pytest.mark.parametrize(
    "more", [{}, {"language": "de"}, {"published_date[gte]": "1700"}, {"author": "Eliot 5"}], ids=str
)
async def test_a_search_is_planned_by_its_words_however_often_it_is_asked(shop: Pool, more: dict[str, str]) -> None:
    statement, params = book_statements._LISTS.page(read_listing(BOOK_LIST, [("q", "volume"), *more.items()]))
    async with shop.acquire() as connection:
        for _ in range(12):
            await statement.fetch(connection, **params)
        generic = "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1"
        assert await connection.fetchval(generic, statement.sql) == 0
