"""Reading from PostgreSQL: through an index, in a constant number of statements, whatever is asked."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from adapters.postgres import authors as author_statements
from adapters.postgres import books as book_statements
from adapters.postgres import customers as customer_statements
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.listing import ListStatements
from adapters.postgres.orders import ORDER_STATEMENTS, RETURN_STATEMENTS, PostgresOrderReader
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from application.authors.models import AUTHOR_LIST
from application.books.models import BOOK_LIST
from application.customers.models import CUSTOMER_LIST
from application.listing import Filter, Listing, ListSpec, SortKey, listed, read_listing
from application.orders.models import ORDER_LIST, RETURN_LIST
from domain.books.book import Availability, BookFormat
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    an_author,
    an_order,
    credited,
    isbn,
    minutes,
)
from tests.support.postgres_units import ask, committed

# `make verify-long` asks for more. What few have, twenty have, however many there are: what one in two hundred has is
# found as well by reading the newest.
ROWS = int(os.environ.get("DAYBOOK_ROWS", "4000"))
FEW = ROWS // 20
SURNAMES = ("Eliot", "Austen", "Woolf", "Shelley", "Brontë")


def a_shop(uow: PostgresUnitOfWork) -> None:
    customers = [
        a_customer(
            name=f"{SURNAMES[n % 5]} {n}",
            reference=f"K-{n}",
            email=f"{n}@example.org",
            phone=f"+4930{n:07d}",
            tags=[f"tag{n % FEW}"],
            at=MORNING + minutes(n),
        )
        for n in range(ROWS)
    ]
    authors = [
        an_author(
            f"{SURNAMES[n % 5]} {n}",
            born=f"{1500 + n % 400}" if n % 2 else None,
            died=f"{1600 + n % 400}" if n % 3 else None,
            at=MORNING + minutes(n),
        )
        for n in range(ROWS)
    ]
    books = [
        a_book(
            title=f"Volume {n} of {n % 97}",
            author=f"{SURNAMES[n % 5]} {n % 400}",
            number=n,
            published=f"{1500 + n % 500}",
            language=("en", "de", "pt-BR")[n % 3],
            categories=[f"category{n % FEW}"],
            authors=[credited(authors[n % 400])],
            publisher=f"publisher{n % 200}" if n % 2 else None,
            series=f"series{n % 200}" if n % 3 else None,
            format=BookFormat.AUDIOBOOK if n % 100 == 0 else None,
            availability=Availability.BACKORDER if n % 100 == 0 else None,
            at=MORNING + minutes(n),
        )
        for n in range(ROWS)
    ]
    orders = [
        an_order(
            a_line(1, book=books[n]),
            customer=customers[n % 500],
            channel=f"channel{n % 50}",
            reference=f"W-{n}",
            placed_at=MORNING + minutes(n),
        )
        for n in range(ROWS)
    ]
    returns = [
        a_lone_return(customer=customers[n % 500], reference=f"C-{n}", returned_at=MORNING + minutes(n))
        for n in range(ROWS)
    ]
    uow.customers.add_many(customers)
    uow.authors.add_many(authors)
    uow.books.add_many(books)
    uow.orders.add_many(orders)
    uow.returns.add_many(returns)


@pytest.fixture(scope="module")
async def shop(module_pool: Pool) -> Pool:
    """`ROWS` of everything, with statistics."""
    await committed(module_pool, a_shop)
    await ask(module_pool, "VACUUM ANALYZE")
    return module_pool


def nodes(plan: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


async def explained(pool: Pool, statement: Statement, **params: object) -> list[dict[str, Any]]:
    async with pool.acquire() as connection:
        rows = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.bind(params))
    return list(nodes((json.loads(rows) if isinstance(rows, str) else rows)[0]["Plan"]))


def indexes(plan: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in plan if "Index Name" in node}


def touched_tables_whole(plan: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}


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
    plan = await explained(shop, statement, **given)
    assert index in indexes(plan)
    assert touched_tables_whole(plan) == set()


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
    some_id = {"CUSTOMER": customer, "AUTHOR": author}
    named = [(name, some_id.get(text, text)) for name, text in parameters.items()]
    statement, params = statements.page(read_listing(spec, named))
    plan = await explained(shop, statement, **params)
    assert touched_tables_whole(plan) == set()
    assert index in indexes(plan)


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
    async with shop.acquire() as connection:
        query = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}"
        rows = await connection.fetchval(query, *statement.bind(params))
    plan = list(nodes(rows[0]["Plan"]))
    assert touched_tables_whole(plan) == set()
    assert sum(node.get("Rows Removed by Filter", 0) for node in plan) == 0
    assert max(node["Actual Rows"] for node in plan) <= 31


async def test_a_page_is_as_many_statements_as_its_parts(database_url: str) -> None:
    seen: list[str] = []
    pool = Pool(database_url, observer=lambda name, _sql, _seconds, _error: seen.append(name))
    await pool.open()
    try:
        customer = a_customer()
        await committed(pool, lambda uow: uow.customers.add(customer))
        for many in (1, 40):
            orders = [an_order(*[a_line(n) for n in range(1, 6)], customer=customer) for _ in range(many)]
            await committed(pool, lambda uow, orders=orders: uow.orders.add_many(orders))  # type: ignore[misc]  # at once
            for parameters, expected in (
                ({}, ["orders.list"]),
                ({"include": "total"}, ["orders.list", "orders.count"]),
                ({"expand": "lines", "include": "total"}, ["orders.list", "orders.count", "order_lines.of_many"]),
            ):
                seen.clear()
                page = await PostgresOrderReader(pool).list(read_listing(ORDER_LIST, parameters.items()))
                assert seen == expected
                assert len(page.items) == min(20, many if many == 1 else 41)
        seen.clear()
        await PostgresOrderReader(pool).get(orders[0].id)
        await PostgresCustomerReader(pool).get_many({customer.id})
        assert seen == ["orders.get", "customers.get_many"]
    finally:
        await pool.close(2)


# ---- what a caller may make up


EDGES = [
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]


@pytest.mark.parametrize("moment", EDGES, ids=str)
async def test_times_at_the_ends_of_the_calendar_can_be_asked_for(pool: Pool, moment: datetime) -> None:
    reader = PostgresBookReader(pool)
    await committed(pool, lambda uow: uow.books.add(a_book()))
    sort = (SortKey("created_at"), SortKey("id"))
    later = moment.year == 1
    after = await reader.list(Listing(sort=sort, filters=(Filter("created_at", "gte", moment),)))
    before = await reader.list(Listing(sort=sort, filters=(Filter("created_at", "lt", moment),)))
    assert [len(after.items), len(before.items)] == ([1, 0] if later else [0, 1])


MADE_UP = ["\x00", "a\x00b", "\ud800", "\n", "x" * 100_000, "'; DROP TABLE books; --", "%", "\\"]


@pytest.mark.parametrize("text", MADE_UP, ids=lambda text: ascii(text[:30]))
async def test_text_that_nobody_means_can_be_asked_for(pool: Pool, text: str) -> None:
    reader = PostgresBookReader(pool)
    book = a_book(author="ab?c")
    await committed(pool, lambda uow: uow.books.add(book))
    sort = (SortKey("title"), SortKey("id"))
    for field in ("author", "category"):
        assert (await reader.list(Listing(sort=sort, filters=(Filter(field, "eq", text),)))).items == []
    page = await reader.list(Listing(sort=sort, after=(text, book.id)))
    assert len(page.items) in (0, 1)
    assert await ask(pool, "SELECT count(*) FROM books") == 1
