"""Units of work that come at once and only add: kept together, refused each for itself, and never kept twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.errors import OutcomeUnknown
from application.ports.books import IsbnExists
from domain.books.book import Book
from tests.support.builders import a_book
from tests.support.postgres_units import CALLER, ask, book_event

MANY = 60


def some_books(many: int, begin: int = 1000) -> list[Book]:
    return [a_book(number=begin + number) for number in range(many)]


@pytest.fixture
async def told() -> list[str]:
    return []


@pytest.fixture
async def pool(database_url: str, told: list[str]) -> AsyncIterator[Pool]:
    pool = Pool(database_url, observer=lambda name, _sql, _seconds, _error: told.append(name))
    await pool.open()
    yield pool
    await pool.close(2)


@asynccontextmanager
async def nothing_is_kept(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Until its end, whoever adds a book waits. Yields a connection that looks on."""
    holding, watching = await asyncpg.connect(url), await asyncpg.connect(url)
    async with holding.transaction():
        await holding.execute("LOCK TABLE books IN SHARE MODE")
        # Within a transaction, PostgreSQL shows what others do as it was at the first look.
        yield watching
    await holding.close()
    await watching.close()


async def waiting_for_a_lock(connection: asyncpg.Connection, many: int) -> None:
    question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while await connection.fetchval(question) < many:  # noqa: ASYNC110  # PostgreSQL tells nobody who waits
        await asyncio.sleep(0.01)


async def keep(units: PostgresUnitsOfWork, book: Book) -> None:
    async with units(CALLER) as uow:
        uow.books.add(book)
        uow.record(book_event(book))
        await uow.commit()


async def counted(pool: Pool) -> tuple[int, int]:
    return await ask(pool, "SELECT count(*) FROM books"), await ask(pool, "SELECT count(*) FROM events")


async def test_those_that_come_meanwhile_are_one_statement(pool: Pool, told: list[str], database_url: str) -> None:
    units = PostgresUnitsOfWork(pool)
    async with nothing_is_kept(database_url) as lock:
        tasks = [asyncio.create_task(keep(units, book)) for book in some_books(MANY)]
        await waiting_for_a_lock(lock, 2)
    await asyncio.gather(*tasks)
    assert await counted(pool) == (MANY, MANY)
    assert told.count("books.add+events.add") == 2
    assert told.count("books.add_many+events.add_many") == 1


async def test_one_alone_waits_for_nobody(pool: Pool, told: list[str]) -> None:
    units = PostgresUnitsOfWork(pool)
    for book in some_books(5):
        await keep(units, book)
    assert told == ["books.add+events.add"] * 5


async def test_nobody_hears_of_another_ones_mistake(pool: Pool, database_url: str) -> None:
    units = PostgresUnitsOfWork(pool)
    books = some_books(MANY)
    twice = [replace(a_book(), details=books[place].details) for place in (7, 30, 30)]
    wanted = [*books, *twice]
    async with nothing_is_kept(database_url) as lock:
        tasks = [asyncio.create_task(keep(units, book)) for book in wanted]
        await waiting_for_a_lock(lock, 2)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [book.details.isbn.value for book, outcome in zip(wanted, outcomes, strict=True) if outcome is not None]
    assert sorted(refused) == sorted(book.details.isbn.value for book in twice)
    assert all(isinstance(one, IsbnExists) for one in outcomes if one is not None)
    assert await counted(pool) == (MANY, MANY)


async def test_who_gives_up_while_waiting_is_not_kept_and_the_others_are(pool: Pool, database_url: str) -> None:
    units = PostgresUnitsOfWork(pool)
    books = some_books(MANY)
    async with nothing_is_kept(database_url) as lock:
        tasks = [asyncio.create_task(keep(units, book)) for book in books]
        await waiting_for_a_lock(lock, 2)
        for task in tasks[10:20]:
            task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [task.cancelled() for task in tasks] == [10 <= place < 20 for place in range(MANY)]
    kept = await ask(pool, "SELECT array_agg(id) FROM books")
    assert set(kept) == {book.id for place, book in enumerate(books) if not 10 <= place < 20}
    assert await counted(pool) == (MANY - 10, MANY - 10)


async def test_a_connection_that_dies_under_many_is_told_to_each_and_nothing_is_sent_again(
    pool: Pool, told: list[str], database_url: str
) -> None:
    units = PostgresUnitsOfWork(pool)
    books = some_books(MANY)
    async with nothing_is_kept(database_url) as lock:
        tasks = [asyncio.create_task(keep(units, book)) for book in books]
        await waiting_for_a_lock(lock, 2)
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
        # First the two on their way, and then what went together after the first of these.
        await lock.fetch(end, "%INSERT INTO books%")
        await asyncio.sleep(0.2)
        await waiting_for_a_lock(lock, 1)
        await lock.fetch(end, "%INSERT INTO books%")
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, OutcomeUnknown) for one in outcomes), outcomes
    assert await counted(pool) == (0, 0)
    assert told.count("books.add_many+events.add_many") == 1


async def test_it_goes_on_after_all_that(pool: Pool, database_url: str) -> None:
    units = PostgresUnitsOfWork(pool)
    first, second = some_books(MANY), some_books(MANY, begin=5000)
    async with nothing_is_kept(database_url) as lock:
        tasks = [asyncio.create_task(keep(units, book)) for book in first]
        await waiting_for_a_lock(lock, 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*[keep(units, book) for book in second])
    kept = set(await ask(pool, "SELECT array_agg(id) FROM books"))
    assert {book.id for book in second} <= kept
