"""What PostgreSQL refuses by itself, and that nothing which the domain accepts fails in it."""

from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.books import BOOKS, PostgresBookReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.errors import CONSTRAINTS
from adapters.postgres.events import EVENTS, Recorded
from adapters.postgres.kinds import texts_literal
from adapters.postgres.orders import PostgresOrderReader, PostgresReturnReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitsOfWork
from application.books.models import BookResponse
from application.customers.models import CustomerRead
from application.errors import Conflict
from application.orders.models import OrderRead, ReturnRead
from application.ports.books import IsbnExists
from domain.books.book import Book
from domain.orders.order import MAX_LINES, MAX_QUANTITY
from domain.orders.returns import EARLIEST, LATEST
from domain.shared.money import LIMIT
from tests.support.builders import (
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    a_returned_line,
    an_order,
)
from tests.support.postgres_units import CALLER, ask, book_event, committed

# ---- constraints

# Constraints that only a fault of Daybook can break: its error then passes through and is seen.
FAULTS = {"pk_snapshot_members", "fk_snapshot_members_snapshot_id", "uq_events_sequence"}
FAULTS |= {"pk_book_authors", "fk_book_authors_book_id"}
FAULTS |= {"pk_order_lines", "pk_return_lines", "pk_events", "fk_order_lines_order_id", "fk_return_lines_return_id"}


async def test_each_constraint_that_a_caller_can_break_has_its_error(pool: Pool) -> None:
    query = """
        SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
        UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique
            AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    """
    required = """
        SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE attnotnull AND relkind = 'r' AND relnamespace = 'public'::regnamespace
    """
    async with pool.acquire() as connection:
        names = {row[0] for row in await connection.fetch(query)} - {"alembic_version_pkc"}
        columns = {row[0] for row in await connection.fetch(required)}
    known = {name for name in CONSTRAINTS if "." not in name}
    assert names == known | FAULTS
    assert not known & FAULTS
    assert set(CONSTRAINTS) - known <= columns


async def test_an_error_of_a_constraint_says_nothing_of_the_values(pool: Pool) -> None:
    book = a_book(title="Secret")
    await committed(pool, lambda uow: uow.books.add(book))
    with pytest.raises(IsbnExists) as caught:
        await committed(pool, lambda uow: uow.books.add(a_book(isbn_text=book.details.isbn.value)))
    assert caught.value.detail == "ISBN exists"
    with pytest.raises(Conflict) as twice:
        await committed(pool, lambda uow: uow.books.add(replace(book, details=a_book().details)))
    assert book.details.isbn.value not in twice.value.detail


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE order_lines SET returned = quantity + 1",
        "UPDATE order_lines SET returned = -1",
        "UPDATE order_lines SET quantity = 0",
        "UPDATE order_lines SET unit_price = 'NaN', amount = 'NaN'",
        "UPDATE order_lines SET amount = amount + 0.0001",
        "UPDATE orders SET tax = 'NaN'",
        "UPDATE orders SET shipping = -0.0001",
        "UPDATE orders SET subtotal = 10000000000000.0001",
        "UPDATE orders SET placed_at = 'infinity'",
        "UPDATE orders SET placed_at = '1899-12-31 23:59:59+00'",
        "UPDATE orders SET currency = 'eur'",
        "UPDATE orders SET status = 'lost'",
        "UPDATE orders SET version = 0",
        "UPDATE customers SET name = NULL",
        "UPDATE customers SET phone = '12'",
        "UPDATE books SET isbn = '978014143954X'",
        "UPDATE books SET published_date = '71'",
        "UPDATE books SET price_currency = NULL",
        "UPDATE books SET price_amount = 'NaN'",
    ],
)
async def test_the_database_itself_refuses_what_the_domain_never_makes(pool: Pool, broken: str) -> None:
    def one_of_each(uow: PostgresUnitOfWork) -> None:
        uow.customers.add(a_customer(phone="+4915112345678"))
        uow.books.add(a_book(published="1871", price=("1", "EUR")))
        uow.orders.add(an_order())

    await committed(pool, one_of_each)
    with pytest.raises(asyncpg.CheckViolationError):
        await ask(pool, broken)


# ---- bounds: nothing that the domain accepts fails


async def test_the_largest_and_longest_values_come_back_as_they_were(pool: Pool) -> None:
    wide = "\N{MATHEMATICAL BOLD CAPITAL A}"
    customer = replace(
        a_customer(
            name=wide * 255,
            reference=wide * 64,
            email="a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org",
            phone="+999999999999999",
            tags=[f"{n:02d}" + wide * 48 for n in range(50)],
            metadata={f"{n:02d}" + wide * 38: wide * 500 for n in range(50)},
        )
    )
    book = a_book(
        title=wide * 255,
        author=wide * 255,
        published="9999-12-31",
        description=wide * 20_000,
        language="zh-Hant-TW-12345678-12345678",
        price=("10000000000000", "EUR"),
        categories=[f"{n:02d}" + wide * 98 for n in range(50)],
    )
    lines = [
        a_line(1, sku=wide * 64, description=wide * 255, unit_price="9999999.9999", quantity=MAX_QUANTITY),
        *(a_line(n, unit_price="0.0001") for n in range(2, MAX_LINES + 1)),
    ]
    order = an_order(
        *lines,
        customer=customer,
        channel=wide * 64,
        reference=wide * 64,
        placed_at=LATEST,
        shipping="99.5",
        by=wide * 300,
    )
    assert LIMIT - 2 < order.total <= LIMIT
    first = an_order(a_line(unit_price=str(LIMIT)), placed_at=EARLIEST)
    recorded = a_lone_return(a_returned_line(unit_price=str(LIMIT)), reference=wide * 64, returned_at=EARLIEST)

    def keep(uow: PostgresUnitOfWork) -> None:
        uow.customers.add(customer)
        uow.books.add(book)
        uow.orders.add_many([order, first])
        uow.returns.add(recorded)

    await committed(pool, keep)
    assert await PostgresCustomerReader(pool).get(customer.id) == CustomerRead.of(customer)
    assert await PostgresBookReader(pool).get(book.id) == BookResponse.of(book)
    assert await PostgresOrderReader(pool).get(order.id) == OrderRead.of(order)
    assert await PostgresOrderReader(pool).get(first.id) == OrderRead.of(first)
    assert await PostgresReturnReader(pool).get(recorded.id) == ReturnRead.of(recorded)
    async with PostgresUnitsOfWork(pool)(CALLER) as uow:
        assert await uow.orders.get(order.id) == order
        assert await uow.customers.get(customer.id) == customer
        assert await uow.books.get(book.id) == book


TEXTS = st.lists(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20), max_size=8
)


@given(TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_list_of_texts_travels_as_one_text_and_comes_back(pool: Pool, texts: list[str]) -> None:
    assert await ask(pool, "SELECT $1::text::text[]", texts_literal(texts)) == texts


@pytest.mark.parametrize("texts", [[], [""], ["NULL"], ['"', "\\", "{", "}", ",", " "], ["\n", "\t", "a\\", '\\"']])
async def test_texts_that_an_array_of_postgresql_might_read_otherwise(pool: Pool, texts: list[str]) -> None:
    assert await ask(pool, "SELECT $1::text::text[]", texts_literal(texts)) == texts


async def test_one_by_one_and_all_at_once_keep_the_same(pool: Pool) -> None:
    def book(number: int) -> Book:
        return a_book(
            number=number,
            published="1871-12",
            description='a "quoted"\\\nline',
            price=("0.0001", "EUR"),
            categories=['a"b', "c,d", "{e}", "f\\"],
        )

    first, second, third = book(1), book(2), book(3)
    event = Recorded(replace(book_event(first), changed=("a", "b"), data={"x": 'é"\\', "n": 10**12}), "req-1")

    def one(uow: PostgresUnitOfWork) -> None:
        uow.books.add(first)
        uow.record(event.event)

    def many(uow: PostgresUnitOfWork) -> None:
        uow.books.add_many([second, third])
        uow.record(event.event, event.event)

    await committed(pool, one)
    await committed(pool, many)
    for kind, table, left_out in (
        (BOOKS, "books", "{id,isbn,search_tokens}"),
        (EVENTS, "events", "{position}"),
    ):
        assert kind.rows.table.name == table
        assert (
            await ask(pool, f"SELECT count(DISTINCT to_jsonb(t) - $1::text[]) FROM {table} t", left_out_of(left_out))
            == 1
        )
    assert await ask(pool, "SELECT count(*) FROM books") == 3


def left_out_of(literal: str) -> list[str]:
    return literal.strip("{}").split(",")


async def test_amounts_keep_all_their_places(pool: Pool) -> None:
    order = an_order(a_line(unit_price="0.001", quantity=7, discount="0.0003"), tax="0.0001")
    await committed(pool, lambda uow: uow.orders.add(order))
    assert await ask(pool, "SELECT subtotal + tax FROM orders") == Decimal("0.0068")
