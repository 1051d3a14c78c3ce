"""The books that were there before authors were get those whom they are printed with."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from adapters.postgres.authors import PostgresAuthorReader
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.pool import Pool
from application.authors.models import AUTHOR_LIST
from application.books.models import BOOK_LIST
from entrypoints.bootstrap import migrate
from tests.support.builders import isbn, new_id
from tests.support.lists import walked
from tests.support.postgres import template_database

BEFORE, AFTER = "2026_11_21_0200", "2026_11_21_0300"
CREDITS = ["George Eliot", "Émile Zola", "george eliot.", "Emile Zola", "Homer"]
INSERT = """
    INSERT INTO books (id, title, author, isbn, categories, search_tokens, version, created_at, created_by, updated_at,
                       updated_by)
    VALUES ($1, 'T', $2, $3, '{}', '', 1, now(), 'bob', now(), 'bob')
"""


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database without any table."""
    with template_database(postgres_url, lambda _url: None) as empty:
        yield empty.url


async def _enter(url: str) -> None:
    connection = await asyncpg.connect(url)
    for number, credit in enumerate(CREDITS):
        await connection.execute(INSERT, new_id(), credit, isbn(number).value)
    await connection.close()


async def _credits(url: str) -> list[tuple[str, list[str], list[str]]]:
    pool = Pool(url)
    await pool.open()
    books, authors = PostgresBookReader(pool), PostgresAuthorReader(pool)
    found = []
    for book in await walked(BOOK_LIST, books.list, sort="isbn"):
        sort_names = [(await authors.get(one.id)).sort_name for one in book.authors]
        found.append((book.author, [one.name for one in book.authors], sort_names))
    (zola,) = await walked(AUTHOR_LIST, authors.list, q="emile")
    of = await walked(BOOK_LIST, books.list, author_id=str(zola.id), sort="isbn")
    assert [one.author for one in of] == ["Émile Zola", "Emile Zola"]
    await pool.close(2)
    return found


def test_each_printed_name_becomes_an_author(empty_url: str) -> None:
    migrate.upgrade(empty_url, BEFORE)
    asyncio.run(_enter(empty_url))
    migrate.upgrade(empty_url, AFTER)
    migrate.downgrade(empty_url, BEFORE)
    migrate.upgrade(empty_url)
    assert asyncio.run(_credits(empty_url)) == [
        ("George Eliot", ["George Eliot"], ["Eliot, George"]),
        ("Émile Zola", ["Émile Zola"], ["Zola, Émile"]),
        ("george eliot.", ["George Eliot"], ["Eliot, George"]),
        ("Emile Zola", ["Émile Zola"], ["Zola, Émile"]),
        ("Homer", ["Homer"], ["Homer"]),
    ]
