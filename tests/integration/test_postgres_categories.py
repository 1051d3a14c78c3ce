"""Categories in PostgreSQL: through an index at size, in a constant number of statements, and over books of old."""

from collections.abc import Iterable, Iterator

import asyncpg
import pytest

from adapters.postgres import categories as category_statements
from adapters.postgres import category_counts
from adapters.postgres.books import _LISTS as BOOK_STATEMENTS
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.categories import PostgresCategoryReader
from adapters.postgres.listing import marked_query
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from application.categories.models import CATEGORY_LIST, CategoryBooks
from application.listing import Filter, Listing, SortKey, read_listing
from domain.books.category import Category
from domain.shared.search import FILED
from entrypoints.bootstrap import migrate
from tests.support.builders import MORNING, a_book, a_category, minutes
from tests.support.plans import indexes, planned, read_whole
from tests.support.postgres import template_database
from tests.support.postgres_units import ask, committed

BOOKS_IN_ALL = 4_000
BEFORE_CATEGORIES = "2026_11_21_0300"
ROOTS, SHELVES = 40, 50


@pytest.fixture(scope="module")
async def shop(module_pool: Pool) -> Pool:
    """Two thousand categories, twice as many books, with statistics."""
    roots = [a_category(f"Root {n}", code=f"R{n}", at=MORNING + minutes(n)) for n in range(ROOTS)]
    shelves: list[Category] = [
        a_category(f"Shelf {n} {m}", parent=root, position=m % 7, at=MORNING + minutes(100 + n))
        for n, root in enumerate(roots)
        for m in range(SHELVES)
    ]
    books = [
        a_book(
            title=f"Volume {n}",
            number=n,
            categories=[f"Shelf {n % ROOTS} {n % SHELVES}", f"root-{n % 7}/shelf-{n % 7}-{n % SHELVES}"],
            at=MORNING + minutes(n),
        )
        for n in range(BOOKS_IN_ALL)
    ]

    def work(uow: PostgresUnitOfWork) -> None:
        uow.categories.add_many([*roots, *shelves])
        uow.books.add_many(books)

    await committed(module_pool, work)
    await ask(module_pool, "VACUUM ANALYZE")
    return module_pool


async def test_a_branch_is_found_by_its_path(shop: Pool) -> None:
    root = await ask(shop, "SELECT id FROM categories WHERE code = 'R7'")
    for statement, params in (
        (category_statements._KEYS, {"id": root}),
        (category_statements._BRANCH_KEYS, {"id": root}),
        (category_statements._BRANCH, {"id": root, "depth": 3, "many": 100}),
        (category_counts._MEMBERS, {"ids": [root]}),
    ):
        plan = await planned(shop, statement, **params)
        assert read_whole(plan) == set(), statement
        assert {"pk_categories"} <= indexes(plan)
        assert {"uq_categories_living_path", "ix_categories_path", "pk_categories"} & indexes(plan)


async def test_the_books_of_a_category_are_found_by_the_index_of_words(shop: Pool) -> None:
    reader = PostgresCategoryReader(shop)
    root = await ask(shop, "SELECT id FROM categories WHERE code = 'R20'")
    for descendants in (False, True):
        keys = tuple(await reader.keys(root, descendants=descendants))
        sort = (SortKey("created_at", descending=True), SortKey("id", descending=True))
        asked = Listing(filters=(Filter("category", "any", keys),), sort=sort, limit=20)
        statement, params = BOOK_STATEMENTS.page(asked)
        plan = await planned(shop, statement, **params)
        assert read_whole(plan) == set()
        assert {"ix_books_search_tokens", "ix_books_created_at"} & indexes(plan)
        statement, params = BOOK_STATEMENTS.total(asked)
        assert "ix_books_search_tokens" in indexes(await planned(shop, statement, **params))
        places = {"keys": [marked_query(FILED, [key]) for key in keys], "places": [0] * len(keys)}
        for ways in (category_counts._FIND, category_counts._COUNT_ALL):
            plan = await planned(shop, ways.by_index, **places)
            assert (read_whole(plan), indexes(plan)) == (set(), {"ix_books_search_tokens"})


async def test_both_ways_of_counting_find_the_same(shop: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = PostgresCategoryReader(shop)
    by_text = {one.id: one.books for one in await reader.tree(None, depth=None, limit=5_000)}
    assert sum(one.own for one in by_text.values()) > BOOKS_IN_ALL
    monkeypatch.setattr(category_counts, "FEW_KEYS", 1_000_000)
    by_index = {one.id: one.books for one in await reader.tree(None, depth=None, limit=5_000)}
    assert by_text == by_index
    every_key = tuple({key for one in by_text for key in await reader.keys(one, descendants=False)})
    assert await reader.count_books(every_key) == BOOKS_IN_ALL
    listing = Listing(filters=(Filter("category", "any", every_key),), limit=3, count=True)
    assert (await PostgresBookReader(shop).list(listing)).total == BOOKS_IN_ALL


async def test_a_page_is_as_many_statements_however_long_it_is(shop: Pool, module_database_url: str) -> None:
    seen: list[str] = []
    pool = Pool(module_database_url, observer=lambda name, _sql, _seconds, _error: seen.append(name))
    await pool.open()
    try:
        told = set()
        for limit in ("1", "100"):
            seen.clear()
            await PostgresCategoryReader(pool).list(read_listing(CATEGORY_LIST, [("limit", limit), ("depth", "2")]))
            told.add(len(seen))
            assert seen[:2] == ["categories.list", "categories.members"]
        assert max(told) <= 7
        seen.clear()
        await PostgresCategoryReader(pool).list(read_listing(CATEGORY_LIST, [("limit", "20"), ("depth", "2")]))
        assert seen == ["categories.list", "categories.members", "categories.count_each_by_index"]
    finally:
        await pool.close(2)


@pytest.fixture
def older_url(postgres_url: str) -> Iterator[str]:
    """A database of the time before there were categories."""
    with template_database(postgres_url, lambda url: migrate.upgrade(url, BEFORE_CATEGORIES)) as older:
        yield older.url


async def test_books_of_before_are_in_the_categories_that_they_name(older_url: str) -> None:
    book = a_book(title="Old", categories=["Fiction", "Sea / Ships", 'it\'s \\ "so"', "第一部"])
    bare = a_book(title="Bare")
    await _insert_as_it_was(older_url, book.id, book.details.isbn.value, book.details.categories)
    await _insert_as_it_was(older_url, bare.id, bare.details.isbn.value, ())
    migrate.upgrade(older_url)
    pool = Pool(older_url)
    await pool.open()
    try:
        words = await ask(pool, "SELECT tsvector_to_array(search_tokens) FROM books WHERE id = $1", book.id)
        marks = {word for word in book.search_tokens if word.startswith(FILED)}
        assert {*words} == {"old", *marks}
        category = a_category('IT\'S \\ "SO"', slug="so")
        await committed(pool, lambda uow: uow.categories.add(category))
        assert (await PostgresCategoryReader(pool).get(category.id)).books == CategoryBooks(own=1, branch=1)
        await ask(pool, "DELETE FROM categories")
    finally:
        await pool.close(2)
    migrate.downgrade(older_url, BEFORE_CATEGORIES)
    connection = await asyncpg.connect(older_url)
    try:
        words = await connection.fetchval("SELECT tsvector_to_array(search_tokens) FROM books WHERE id = $1", book.id)
        assert words == ["old"]
    finally:
        await connection.close()


async def _insert_as_it_was(url: str, book_id: object, isbn: str, categories: Iterable[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            """
            INSERT INTO books (id, title, author, isbn, categories, search_tokens, version, created_at, created_by,
                               updated_at, updated_by)
            VALUES ($1, 'Old', 'Nobody', $2, $3, array_to_tsvector('{old}'), 1, now(), 'x', now(), 'x')
            """,
            book_id,
            isbn,
            list(categories),
        )
    finally:
        await connection.close()
