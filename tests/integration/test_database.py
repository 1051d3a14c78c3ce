"""The database behind the settings: its pool and its sessions, its tables, and what is in it tomorrow."""

from uuid import UUID

import asyncpg
import pytest

from application.books.models import BookCreate
from application.caller import Caller
from application.errors import NotFound, Unavailable
from application.ports.books import IsbnExists
from entrypoints.bootstrap.settings import AppConfig, DatabaseConfig, Secret, Settings
from entrypoints.bootstrap.wiring import Wiring
from tests.support.builders import isbn
from tests.support.pools import onlooker

BOOK = BookCreate(title="Emma", author="Jane Austen", isbn=isbn(1).value, published_date="1815-12")
# What the first document asks of a book's columns; the id and the precision of a date are ours.
BOOK_COLUMNS = {
    "id": ("uuid", None, "NO"),
    "title": ("character varying", 255, "NO"),
    "author": ("character varying", 255, "NO"),
    "isbn": ("character varying", 13, "NO"),
    "published_date": ("character varying", 10, "YES"),
    "description": ("text", None, "YES"),
}
COMMON = {"id", "version", "created_at", "created_by", "updated_at", "updated_by"}
NOBODY = UUID("01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e99")
ENTITIES = ("customers", "books", "orders", "returns")


def settings(url: str, **database: int | float) -> Settings:
    return Settings(app=AppConfig(storage="postgres"), database=DatabaseConfig(url=Secret(url), **database))  # type: ignore[arg-type]  # numbers


async def sessions(watcher: asyncpg.Connection) -> int:
    return int(
        await watcher.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'daybook' AND datname = current_database()"
        )
    )


async def test_the_numbers_of_the_settings_bound_the_sessions(database_url: str) -> None:
    small = settings(database_url, pool_size=2, max_overflow=1, pool_timeout=0.3)
    async with onlooker(database_url) as watcher:
        async with Wiring(small, database_url).opened() as wiring:
            pool = wiring.pools["records"]
            async with pool.acquire(), pool.acquire(), pool.acquire():
                assert await sessions(watcher) == 3
                with pytest.raises(Unavailable):
                    await wiring.services.books.get(NOBODY)
            with pytest.raises(NotFound):
                await wiring.services.books.get(NOBODY)
        assert await sessions(watcher) == 0, "whoever leaves closes the door"


async def test_what_one_process_keeps_the_next_one_finds(database_url: str) -> None:
    async with Wiring(settings(database_url), database_url).opened() as today:
        made = await today.services.books.create(BOOK, Caller(actor="ada", request_id="r-1"))
        with pytest.raises(IsbnExists):
            await today.services.books.create(BOOK, Caller())
    async with Wiring(settings(database_url), database_url).opened() as tomorrow:
        found = await tomorrow.services.books.get_by_isbn(made.isbn)
        assert found == made
        assert (found.created_by, found.published_date) == ("ada", "1815-12")


async def test_the_tables_have_what_the_documents_ask_for(database_url: str) -> None:
    query = """
        SELECT column_name, data_type, character_maximum_length, is_nullable
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
    """
    async with onlooker(database_url) as watcher:
        found = {row[0]: (row[1], row[2], row[3]) for row in await watcher.fetch(query, "books")}
        assert {name: found.get(name) for name in BOOK_COLUMNS} == BOOK_COLUMNS
        for table in ENTITIES:
            columns = {row[0]: row[3] for row in await watcher.fetch(query, table)}
            assert {name: columns.get(name) for name in COMMON} == dict.fromkeys(COMMON, "NO"), table
        indexes = [row[0] for row in await watcher.fetch("SELECT indexdef FROM pg_indexes WHERE tablename = 'books'")]
    assert any("UNIQUE" in one and "(id)" in one for one in indexes)
    assert any("UNIQUE" in one and "(isbn)" in one and "deleted_at IS NULL" in one for one in indexes)
    assert any("(title, id)" in one for one in indexes)
