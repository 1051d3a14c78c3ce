"""A batch of books on PostgreSQL: how many statements it takes, and what becomes of it in a race."""

import asyncio

import asyncpg
import pytest

from adapters.postgres.pool import Pool
from application.authors.directory import AuthorDirectory
from application.books.batch import BookBatchService
from application.books.batch_models import BookBatchResult, BookBatchRows, RowVerdict
from application.caller import Caller
from application.errors import Conflict
from application.ports.authors import AuthorsChanged
from tests.support.builders import a_book, an_author, credited, isbn
from tests.support.clocks import AscendingIds, SetClock
from tests.support.postgres_case import postgres_ports

CALLER = Caller("bob")


def rows(numbers: range, **more: object) -> BookBatchRows:
    return BookBatchRows(
        rows=[
            {"op": "create", "title": f"T{n}", "author": f"Author {n}", "isbn": isbn(n).value, **more} for n in numbers
        ]
    )


def changes(result: BookBatchResult, **more: object) -> BookBatchRows:
    return BookBatchRows(rows=[{"op": "update", "id": str(one.id), **more} for one in result.rows])


@pytest.fixture
def batches(pool: Pool) -> BookBatchService:
    return BookBatchService(units=postgres_ports(pool).units, clock=SetClock(), ids=AscendingIds())


async def test_the_number_of_statements_does_not_grow_with_the_rows(database_url: str) -> None:
    seen: list[str] = []
    pool = Pool(database_url, observer=lambda name, _sql, _seconds, _error: seen.append(name))
    await pool.open()
    told: list[list[str]] = []
    for begin, many in ((0, 3), (100, 300)):
        batches = BookBatchService(units=postgres_ports(pool).units, clock=SetClock(), ids=AscendingIds())
        made = await batches.run(rows(range(begin, begin + many)), CALLER)
        assert made.created == many
        changed = await batches.run(changes(made, title="New", author=f"New {begin}"), CALLER)
        assert changed.updated == many
        told.append([*seen])
        seen.clear()
    await pool.close(2)
    assert told[0] == told[1]
    assert len(told[1]) < 20


async def test_who_was_faster_is_found_at_the_second_look(batches: BookBatchService) -> None:
    outcomes = await asyncio.gather(*(batches.run(rows(range(20)), CALLER) for _ in range(2)), return_exceptions=True)
    kept = [one for one in outcomes if isinstance(one, BookBatchResult)]
    assert sorted(one.created for one in kept) == [0, 20], outcomes
    assert {one.problem.code for result in kept for one in result.rows if one.problem} == {"isbn-exists"}


async def test_changes_of_the_same_books_at_once_are_made_one_after_the_other(batches: BookBatchService) -> None:
    made = await batches.run(rows(range(20)), CALLER)
    first, second = await asyncio.gather(
        *(batches.run(changes(made, title=title), CALLER) for title in ("A", "B")), return_exceptions=True
    )
    assert isinstance(first, BookBatchResult)
    assert isinstance(second, BookBatchResult)
    assert {one.version for one in (*first.rows, *second.rows)} == {2, 3}
    assert {one.verdict for one in (*first.rows, *second.rows)} == {RowVerdict.UPDATED}


async def test_many_saves_at_once_are_held_to_their_versions(pool: Pool) -> None:
    ports = postgres_ports(pool)
    author = an_author()
    books = [a_book(number=n, authors=[credited(author)]) for n in range(3)]
    async with ports.units(CALLER) as uow:
        uow.authors.add(author)
        uow.books.add_many(books)
        await uow.commit()
    gone = [one.delete(at=one.lifecycle.created_at, by="bob")[0] for one in books]
    async with ports.units(CALLER) as uow:
        uow.books.save(gone[1])
        await uow.commit()
    with pytest.raises(Conflict):
        async with ports.units(CALLER) as uow:
            uow.books.save_many(gone)
            await uow.commit()
    assert (await ports.books.get(books[0].id)).version == 1


async def test_a_book_waits_for_the_rename_of_its_author_and_is_then_refused(pool: Pool, database_url: str) -> None:
    ports = postgres_ports(pool)
    author = an_author("Mary Ann Evans")
    async with ports.units(CALLER) as uow:
        uow.authors.add(author)
        await uow.commit()
    renaming = await asyncpg.connect(database_url)
    transaction = renaming.transaction()
    await transaction.start()
    await renaming.execute("SELECT 1 FROM authors WHERE id = $1 FOR UPDATE", author.id)
    await renaming.execute("UPDATE authors SET name = 'George Eliot', version = 2 WHERE id = $1", author.id)

    async def catalogue(*numbers: int) -> None:
        async with ports.units(CALLER) as uow:
            uow.books.add_many([a_book(number=n, authors=[credited(author)]) for n in numbers])
            await uow.commit()

    waiting = [asyncio.create_task(catalogue(1)), asyncio.create_task(catalogue(2, 3))]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    assert not done
    await transaction.commit()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    await renaming.close()
    assert [type(one) for one in outcomes] == [AuthorsChanged, AuthorsChanged]


async def test_two_processes_that_make_one_author_make_it_once(pool: Pool) -> None:
    ports = postgres_ports(pool)
    services = [
        BookBatchService(units=ports.units, clock=SetClock(), ids=AscendingIds(), directory=AuthorDirectory())
        for _ in range(4)
    ]
    results = await asyncio.gather(
        *(
            service.run(rows(range(n * 10, n * 10 + 5), author="George Eliot"), CALLER)
            for n, service in enumerate(services)
        ),
        return_exceptions=True,
    )
    kept = [one for one in results if isinstance(one, BookBatchResult)]
    assert len(kept) == 4, results
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM authors") == 1
        assert await connection.fetchval("SELECT count(*) FROM book_authors") == 20
