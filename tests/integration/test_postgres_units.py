"""What PostgreSQL alone shows of a unit of work: round trips, races, constraints and lost connections."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from adapters.postgres.books import PostgresBookReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.orders import PostgresOrderReader, PostgresReturnReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitsOfWork
from application.errors import Conflict, NotFound, OutcomeUnknown, Unavailable
from application.orders.models import OrderRead, ReturnRead
from application.ports.orders import OrderReferenceExists
from domain.books.book import Book
from domain.customers.customer import Customer
from domain.orders.order import Order, TooMuchReturned
from domain.shared.ids import ReturnId
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    an_order,
    minutes,
    new_id,
    some_returned,
)
from tests.support.pools import opened
from tests.support.postgres_units import CALLER, ask, book_event, committed
from tests.support.proxy import Proxy

LATER = MORNING + minutes(5)


@contextmanager
def logged(connection: asyncpg.Connection) -> Iterator[list[str]]:
    """Everything that is sent on a connection, transaction control included."""
    sent: list[str] = []

    def note(query: Any) -> None:
        sent.append(query.query)

    connection.add_query_logger(note)
    try:
        yield sent
    finally:
        connection.remove_query_logger(note)


async def sent_by(pool: Pool, work: Callable[[], Awaitable[object]]) -> list[str]:
    """The statements of `work`, on the one connection that is idle."""
    async with pool.acquire() as connection:
        # asyncpg asks once a connection what these types are.
        await connection.fetch("SELECT $1::uuid[], $2::int[], $3::numeric[], $4::timestamptz[]", [], [], [], [])
    with logged(connection) as sent:
        await work()
        # Loggers are told a moment later.
        await asyncio.sleep(0)
    assert pool.size == 1
    return sent


# ---- round trips


def placed(order: Order) -> Any:
    return order._event("order.placed", MORNING, "bob", 1)


async def test_adding_and_saving_one_thing_with_its_event_is_one_round_trip(pool: Pool) -> None:
    customer, event = Customer.register(a_customer().id, a_customer().details, at=MORNING, by="bob")
    order = an_order(a_line(1, quantity=3), a_line(2), customer=customer)

    def register(uow: PostgresUnitOfWork) -> None:
        uow.customers.add(customer)
        uow.record(event)

    def place(uow: PostgresUnitOfWork) -> None:
        uow.orders.add(order)
        uow.record(placed(order))

    changed, recorded, events = order.take_back(
        ReturnId(new_id()), {1: 2}, reference=None, returned_at=MORNING, at=MORNING, by="bob"
    )

    def take_back(uow: PostgresUnitOfWork) -> None:
        uow.orders.save(changed)
        uow.returns.add(recorded)
        uow.record(*events)

    for work in (register, place, take_back):
        sent = await sent_by(pool, lambda work=work: committed(pool, work))  # type: ignore[misc]  # bound at once
        assert len(sent) == 1, sent
        assert sent[0].startswith("WITH ")
    assert await ask(pool, "SELECT count(*) FROM events") == 4
    assert await PostgresOrderReader(pool).get(order.id) == OrderRead.of(
        replace(changed, lifecycle=changed.lifecycle.next_version())
    )
    assert await PostgresReturnReader(pool).get(recorded.id) == ReturnRead.of(recorded)


async def test_several_saves_are_one_transaction_in_the_order_asked_for(pool: Pool) -> None:
    """The first gives up the address that the second takes."""
    ada, bob = a_customer(email="ada@example.org"), a_customer()
    await committed(pool, lambda uow: uow.customers.add_many([ada, bob]))
    gone = ada.delete(at=LATER, by="bob")[0]
    heir = bob.edit(replace(bob.details, email=ada.details.email), at=LATER, by="bob")[0]

    def hand_over(uow: PostgresUnitOfWork) -> None:
        uow.customers.save(gone)
        uow.customers.save(heir)
        uow.customers.add(a_customer(reference="new"))

    sent = await sent_by(pool, lambda: committed(pool, hand_over))
    assert [sent[0], sent[-1], len(sent)] == ["BEGIN", "COMMIT", 5]
    assert (await PostgresCustomerReader(pool).get(bob.id)).email == "ada@example.org"


async def test_a_transaction_that_breaks_is_rolled_back_at_once(pool: Pool) -> None:
    ada = a_customer()
    await committed(pool, lambda uow: uow.customers.add(ada))
    renamed = ada.edit(replace(ada.details, name="A"), at=LATER, by="bob")[0]

    def twice(uow: PostgresUnitOfWork) -> None:
        uow.customers.save(renamed)
        uow.customers.save(renamed)

    async def lose() -> None:
        with pytest.raises(Conflict):
            await committed(pool, twice)

    sent = await sent_by(pool, lose)
    assert [sent[0], sent[-1]] == ["BEGIN", "ROLLBACK"]
    assert (await PostgresCustomerReader(pool).get(ada.id)).version == 1


async def test_many_rows_are_one_statement_too(pool: Pool) -> None:
    books = [a_book(categories=["a", "b"]) for _ in range(500)]
    orders = [an_order(a_line(1, book=book), a_line(2), reference=str(n)) for n, book in enumerate(books)]

    def load(uow: PostgresUnitOfWork) -> None:
        uow.books.add_many(books)
        uow.orders.add_many(orders)
        uow.record(*(placed(order) for order in orders))

    sent = await sent_by(pool, lambda: committed(pool, load))
    assert len(sent) == 1
    assert await ask(pool, "SELECT count(*) FROM order_lines") == 1_000
    assert await ask(pool, "SELECT array_agg(aggregate_id ORDER BY position) FROM events") == [o.id for o in orders]


# ---- races


async def test_however_many_take_back_at_once_never_more_comes_back_than_was_bought(pool: Pool) -> None:
    order = an_order(a_line(1, quantity=3))
    await committed(pool, lambda uow: uow.orders.add(order))

    async def take_one_back() -> None:
        while True:
            try:
                async with PostgresUnitsOfWork(pool)(CALLER) as uow:
                    found = await uow.orders.get(order.id)
                    changed, recorded, events = found.take_back(
                        ReturnId(new_id()), {1: 1}, reference=None, returned_at=LATER, at=LATER, by="bob"
                    )
                    uow.orders.save(changed)
                    uow.returns.add(recorded)
                    uow.record(*events)
                    await uow.commit()
            except Conflict:
                continue
            return

    outcomes = await asyncio.gather(*(take_one_back() for _ in range(8)), return_exceptions=True)
    assert sum(one is None for one in outcomes) == 3
    assert sum(isinstance(one, TooMuchReturned) for one in outcomes) == 5
    read = await PostgresOrderReader(pool).get(order.id)
    assert read.version == 4
    assert await ask(pool, "SELECT returned FROM order_lines") == 3
    assert await ask(pool, "SELECT sum(quantity) FROM return_lines") == 3
    assert await ask(pool, "SELECT count(*) FROM events") == 6


async def test_a_save_waits_for_another_and_then_loses(pool: Pool) -> None:
    """The row is locked by a transaction that is still open: only when that ends is it known who won."""
    book = a_book()
    await committed(pool, lambda uow: uow.books.add(book))
    gone, event = book.delete(at=LATER, by="bob")

    def delete(uow: PostgresUnitOfWork) -> None:
        uow.books.save(gone)
        uow.record(event)

    async with pool.acquire() as other:
        await other.execute("BEGIN")
        await other.execute("UPDATE books SET version = 2, title = 'Other' WHERE id = $1", book.id)
        losing = asyncio.create_task(committed(pool, delete))
        await asyncio.sleep(0.1)
        assert not losing.done()
        await other.execute("COMMIT")
    with pytest.raises(Conflict):
        await losing
    assert (await PostgresBookReader(pool).get(book.id)).title == "Other"
    assert await ask(pool, "SELECT count(*) FROM events") == 0


async def test_what_comes_with_a_lost_save_is_not_kept_either(pool: Pool) -> None:
    order = an_order(a_line(1, quantity=3))
    await committed(pool, lambda uow: uow.orders.add(order))
    changed, recorded = some_returned(order, {1: 1})
    stale, another = some_returned(order, {1: 2})

    def take(uow: PostgresUnitOfWork, order: Order, came_back: Any) -> None:
        uow.orders.save(order)
        uow.returns.add(came_back)
        uow.record(placed(order))

    await committed(pool, lambda uow: take(uow, changed, recorded))
    with pytest.raises(Conflict):
        await committed(pool, lambda uow: take(uow, stale, another))
    counts = [await ask(pool, f"SELECT count(*) FROM {table}") for table in ("returns", "return_lines", "events")]
    assert counts == [1, 1, 1]
    assert await ask(pool, "SELECT returned FROM order_lines") == 1


# ---- lost connections


def catalogues(book: Book) -> Callable[[PostgresUnitOfWork], None]:
    def work(uow: PostgresUnitOfWork) -> None:
        uow.books.add(book)
        uow.record(book_event(book))

    return work


async def test_a_write_whose_connection_is_cut_has_an_unknown_outcome_and_is_kept_whole_or_not_at_all(
    database_url: str, pool: Pool
) -> None:
    book = a_book()
    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        proxy.cuts_after = b"INSERT INTO books"
        with pytest.raises(OutcomeUnknown):
            await committed(cut_off, catalogues(book))
    kept = await ask(pool, "SELECT count(*) FROM books WHERE id = $1", book.id)
    assert await ask(pool, "SELECT count(*) FROM events WHERE aggregate_id = $1", book.id) == kept


async def test_a_write_that_no_connection_was_had_for_is_known_not_to_be_kept(database_url: str, pool: Pool) -> None:
    book = a_book()
    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        proxy.refuses = True
        proxy.cut()
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable) as caught:
            await committed(cut_off, catalogues(book))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert await ask(pool, "SELECT count(*) FROM books") == 0


async def test_a_transaction_cut_before_its_commit_is_known_to_be_undone(database_url: str, pool: Pool) -> None:
    ada, bob = a_customer(), a_customer()
    await committed(pool, lambda uow: uow.customers.add_many([ada, bob]))

    def rename_both(uow: PostgresUnitOfWork) -> None:
        for one in (ada, bob):
            uow.customers.save(one.edit(replace(one.details, name="New"), at=LATER, by="bob")[0])

    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        proxy.cuts_after = b"UPDATE customers"
        with pytest.raises(Unavailable) as caught:
            await committed(cut_off, rename_both)
        assert not isinstance(caught.value, OutcomeUnknown)
        proxy.cuts_after = b"COMMIT"
        with pytest.raises(OutcomeUnknown):
            await committed(cut_off, rename_both)
    names = {(await PostgresCustomerReader(pool).get(one.id)).name for one in (ada, bob)}
    assert len(names) == 1


async def test_a_read_whose_connection_is_cut_is_asked_again(database_url: str, pool: Pool) -> None:
    book = a_book()
    await committed(pool, lambda uow: uow.books.add(book))
    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        proxy.cuts_after = b"FROM books"
        assert (await PostgresBookReader(cut_off).get(book.id)).id == book.id
        assert not proxy.cuts_after
        with pytest.raises(NotFound):
            await PostgresBookReader(cut_off).get(new_id())


async def test_a_second_order_of_one_reference_at_once_loses(pool: Pool) -> None:
    async def place() -> None:
        await committed(pool, lambda uow: uow.orders.add(an_order(reference="W-1")))

    outcomes = await asyncio.gather(*(place() for _ in range(5)), return_exceptions=True)
    assert sum(one is None for one in outcomes) == 1
    assert sum(isinstance(one, OrderReferenceExists) for one in outcomes) == 4
    assert await ask(pool, "SELECT count(*) FROM order_lines") == 1
