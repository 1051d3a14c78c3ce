"""Reading from PostgreSQL: in a constant number of statements, whatever a caller makes up."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.postgres.books import PostgresBookReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.orders import PostgresOrderReader
from adapters.postgres.pool import Pool
from application.listing import Filter, Listing, SortKey, read_listing
from application.orders.models import ORDER_LIST
from tests.support.builders import a_book, a_customer, a_line, an_order
from tests.support.postgres_units import ask, committed


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
