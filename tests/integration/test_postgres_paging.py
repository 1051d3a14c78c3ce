"""Going through a long list while it changes: what stays is seen once, and the end costs what the start does."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import accumulate, chain, islice, pairwise, repeat
from random import Random
from uuid import UUID

import pytest

from adapters.postgres import books as book_statements
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.books.models import BOOK_LIST
from application.listing import Listing, listed, read_listing
from domain.books.book import Book
from tests.support.builders import MORNING, a_book, minutes
from tests.support.plans import blocks, measured
from tests.support.postgres_units import CALLER, ask, committed

SEED = 2026
EVENING = MORNING + minutes(600)
# A sort by what a change changes (updated_at) moves rows, so it can promise nothing.
SORTS = ("-created_at", "created_at", "title", "-title", "author", "-published_date,title", "isbn", "-isbn", "id")
SIZES = [pytest.param(4_000, 100, id="4,000"), pytest.param(100_000, 1_000, id="100,000", marks=pytest.mark.long)]


def some_books(numbers: range, random: Random) -> list[Book]:
    return [
        a_book(
            title=f"Volume {random.randrange(500)}",
            author=f"Author {random.randrange(50)}",
            number=number,
            published=random.choice([None, "1815", "1871-12", "1999-01-31"]),
            at=MORNING + minutes(random.randrange(1_000)),
        )
        for number in numbers
    ]


async def filled(pool: Pool, many: int, random: Random) -> list[Book]:
    books = some_books(range(many), random)
    for start in range(0, many, 10_000):
        part = books[start : start + 10_000]
        await committed(pool, lambda uow, part=part: uow.books.add_many(part))  # type: ignore[misc]  # at once
    await ask(pool, "VACUUM ANALYZE books")
    return books


async def unchanged() -> None:
    """Nothing happens between two pages."""


async def pages(
    pool: Pool, sort: str, between: Callable[[], Awaitable[None]] = unchanged
) -> tuple[list[UUID], Listing, Listing]:
    """The ids of all pages in their order; what the first page and the last one were asked for."""
    reader = PostgresBookReader(pool)
    asked = [("sort", sort), ("limit", "100")]
    first = listing = read_listing(BOOK_LIST, asked)
    found: list[UUID] = []
    while True:
        page = listed(BOOK_LIST, listing, await reader.list(listing))
        found += [book.id for book in page.data]
        if page.next_cursor is None:
            return found, first, listing
        listing = read_listing(BOOK_LIST, [*asked, ("cursor", page.next_cursor)])
        await between()


async def cost(pool: Pool, listing: Listing) -> int:
    """How many blocks of the database a page takes, which is its cost whatever the machine is busy with."""
    statement, params = book_statements._LISTS.page(listing)
    return blocks(await measured(pool, statement, **params))


@pytest.mark.parametrize(("many", "changed"), SIZES)
async def test_rows_that_are_there_throughout_are_seen_exactly_once(pool: Pool, many: int, changed: int) -> None:
    random = Random(SEED)
    books = await filled(pool, many, random)
    goers = random.sample(books, changed * len(SORTS))
    comers = some_books(range(many, many + changed * len(SORTS)), random)
    present = {book.id for book in books}

    async def change(some: Iterable[tuple[Book, Book]]) -> None:
        for book, new in some:
            async with PostgresUnitsOfWork(pool)(CALLER) as uow:
                away, event = book.delete(at=EVENING, by="bob")
                uow.books.save(away)
                uow.books.add(new)
                uow.record(event)
                await uow.commit()

    for place, sort in enumerate(SORTS):
        turn = slice(place * changed, (place + 1) * changed)
        changes = iter(zip(goers[turn], comers[turn], strict=True))
        # Spread over nine tenths of the pages.
        due = accumulate(repeat(changed * 100 / (many * 0.9)))
        shares = (int(now) - int(before) for before, now in pairwise(chain([0], due)))
        seen, _, _ = await pages(pool, sort, lambda: change(islice(changes, next(shares))))  # noqa: B023  # in this turn
        assert next(changes, None) is None, "all changes were made meanwhile"
        gone, come = {book.id for book in goers[turn]}, {book.id for book in comers[turn]}
        times = Counter(seen)
        throughout = present - gone
        assert {times[one] for one in throughout} == {1}, sort
        assert set(times) <= present | come, sort
        assert max(times.values()) == 1, sort
        present = throughout | come


@pytest.mark.parametrize(("many", "changed"), SIZES)
async def test_the_last_page_costs_what_the_first_does(pool: Pool, many: int, changed: int) -> None:
    await filled(pool, many, Random(SEED + changed))
    for sort in SORTS:
        seen, first, last = await pages(pool, sort)
        assert len(seen) == many
        assert await cost(pool, last) <= 1.5 * await cost(pool, first) + 5, sort
