"""The rating of a book while many reviews of it are decided upon at once, by several pools as by several processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from random import Random

import pytest

from adapters.postgres.pool import Pool
from application.caller import Caller
from application.errors import Conflict
from application.reviews.models import ReviewCreate, ReviewRead, ReviewRejection, ReviewUpdate
from domain.shared.errors import Refused
from tests.support.builders import a_book, a_customer
from tests.support.postgres_case import postgres_ports
from tests.support.postgres_units import ask, committed
from tests.support.shops import Shop, shop_on

CALLER = Caller("bob")
SIZES = [pytest.param(200, id="200"), pytest.param(2_000, id="2000", marks=pytest.mark.long)]
RECOUNT = """
    SELECT count(*) = max(b.rating_count) AND coalesce(sum(r.rating), 0) = max(b.rating_sum)
    FROM books b LEFT JOIN reviews r ON r.book_id = b.id AND r.status = 'published' AND r.deleted_at IS NULL
    WHERE b.id = $1 AND r.id IS NOT NULL
"""


@pytest.fixture
async def shops(pool: Pool, database_url: str) -> AsyncIterator[list[Shop]]:
    """Two shops on one database, each with connections of its own."""
    other = Pool(database_url)
    await other.open()
    yield [shop_on(postgres_ports(pool)), shop_on(postgres_ports(other))]
    await other.close(2)


@pytest.mark.parametrize("size", SIZES)
async def test_reviews_all_at_once_end_in_the_exact_count_and_sum(pool: Pool, shops: list[Shop], size: int) -> None:
    book, customers = a_book(), [a_customer() for _ in range(size)]
    await committed(pool, lambda uow: uow.books.add(book))
    await committed(pool, lambda uow: uow.customers.add_many(customers))

    async def reviewed(place: int) -> int:
        shop, stars = shops[place % 2], 1 + place % 5
        new = ReviewCreate(book_id=book.id, customer_id=customers[place].id, rating=stars, text="Read.")
        made = await shop.reviews.create(new, CALLER)
        assert (await shop.reviews.publish(made.id, CALLER, version=1)).version == 2
        return stars

    stars = await asyncio.gather(*(reviewed(place) for place in range(size)))
    assert await ask(pool, "SELECT (rating_count, rating_sum, version) FROM books") == (size, sum(stars), 1)


@pytest.mark.parametrize("size", SIZES)
async def test_reviews_that_change_their_minds_at_once_are_counted_as_they_end(
    pool: Pool, shops: list[Shop], size: int
) -> None:
    dice = Random(size)
    book, customers = a_book(), [a_customer() for _ in range(size // 10)]
    await committed(pool, lambda uow: uow.books.add(book))
    await committed(pool, lambda uow: uow.customers.add_many(customers))
    new = [ReviewCreate(book_id=book.id, customer_id=one.id, rating=3, text="Read.") for one in customers]
    made = [await shops[0].reviews.create(one, CALLER) for one in new]

    async def changed(one: ReviewRead, verb: int) -> None:
        reviews = shops[verb % 2].reviews
        changes = (
            lambda: reviews.publish(one.id, CALLER),
            lambda: reviews.reject(one.id, ReviewRejection(), CALLER),
            lambda: reviews.update(one.id, ReviewUpdate(rating=1 + verb % 5), CALLER),
            lambda: reviews.publish(one.id, CALLER),
            lambda: reviews.update(one.id, ReviewUpdate(text=f"Read {verb} times."), CALLER),
        )
        with suppress(Conflict, Refused):  # somebody was quicker, or it is so already
            await changes[verb % len(changes)]()

    await asyncio.gather(*(changed(one, dice.randrange(100)) for one in made for _ in range(10)))
    assert await ask(pool, "SELECT count(*) FROM reviews WHERE status = 'published'") > 0
    assert await ask(pool, RECOUNT, book.id)
