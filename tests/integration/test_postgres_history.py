"""Telling and taking over the history of PostgreSQL: one snapshot, bounded batches, nothing held for longer."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.postgres import history as history_module
from adapters.postgres.history import PostgresHistorySink, PostgresHistorySource
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork
from application.errors import Conflict, Unavailable
from application.ports.customers import EmailExists
from application.ports.history import History, HistoryBatch
from domain.customers.customer import Customer
from domain.customers.email_address import EmailAddress
from tests.support.builders import MORNING, a_book, a_customer, a_line, a_lone_return, an_order, minutes, some_returned
from tests.support.pools import eventually, opened
from tests.support.postgres_units import ask, book_event, committed
from tests.support.proxy import Proxy
from tests.support.store_case import told

LATER = MORNING + minutes(5)


def later(customer: Customer, email: str) -> Customer:
    changed = customer.edit(replace(customer.details, email=EmailAddress.parse(email)), at=LATER, by="eve")[0]
    return replace(changed, lifecycle=changed.lifecycle.next_version())


async def sizes(history: History) -> list[tuple[int, int, int, int]]:
    return [
        (len(batch.customers), len(batch.books), len(batch.orders), len(batch.returns))
        async for batch in history.batches
    ]


async def test_batches_are_bounded_by_rows_and_by_lines(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "BATCH_LINES", 10)

    def keep(uow: PostgresUnitOfWork) -> None:
        uow.customers.add_many(a_customer() for _ in range(5))
        uow.orders.add_many(an_order(*[a_line(n) for n in range(1, many + 1)]) for many in (4, 6, 1, 25, 3))
        uow.returns.add(a_lone_return())

    await committed(pool, keep)
    history = await PostgresHistorySource(pool, batch_rows=4).read()
    assert await sizes(history) == [
        (4, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 2, 0),
        (0, 0, 1, 0),
        (0, 0, 1, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
    ]
    assert pool.in_use == 0


async def test_lines_are_of_the_same_moment_as_their_orders(pool: Pool) -> None:
    order = an_order(a_line(1, quantity=3))
    await committed(pool, lambda uow: uow.orders.add(order))
    history = await PostgresHistorySource(pool).read()
    changed, recorded = some_returned(order, {1: 2})

    def take_back(uow: PostgresUnitOfWork) -> None:
        uow.orders.save(changed)
        uow.returns.add(recorded)

    await committed(pool, take_back)
    batches = [batch async for batch in history.batches]
    assert [list(batch.orders) for batch in batches] == [[order]]


async def test_the_connection_is_given_back_at_the_end_when_closed_and_when_forgotten(pool: Pool) -> None:
    await committed(pool, lambda uow: uow.books.add_many([a_book(), a_book()]))
    source = PostgresHistorySource(pool, batch_rows=1)
    async for _ in (await source.read()).batches:
        assert pool.in_use == 1
    assert pool.in_use == 0

    unread = await source.read()
    await unread.batches.aclose()  # type: ignore[attr-defined]  # as contextlib.aclosing does
    assert pool.in_use == 0

    half = await source.read()
    await anext(half.batches)
    assert pool.in_use == 1
    del half
    gc.collect()
    await eventually(lambda: pool.in_use == 0)
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()


async def test_a_history_that_cannot_be_begun_holds_nothing(database_url: str) -> None:
    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        proxy.cuts_after = b"FROM events"
        with pytest.raises(Unavailable):
            await PostgresHistorySource(cut_off).read()
        assert cut_off.in_use == 0


async def test_a_connection_lost_between_batches_is_unavailable(database_url: str, pool: Pool) -> None:
    await committed(pool, lambda uow: uow.books.add(a_book()))
    async with Proxy(database_url) as proxy, opened(proxy.url, pool_size=1) as cut_off:
        history = await PostgresHistorySource(cut_off).read()
        proxy.cut()
        with pytest.raises(Unavailable):
            await anext(history.batches)
        await eventually(lambda: cut_off.in_use == 0)


# ---- taking over


async def test_an_address_that_changed_hands_between_batches_is_taken(pool: Pool) -> None:
    ada, bob = a_customer(email="ada@example.org"), a_customer(email="bob@example.org")
    sink = PostgresHistorySink(pool)
    await sink.write(told(HistoryBatch(customers=[ada, bob]), watermark=1))
    swapped = [
        HistoryBatch(customers=[later(ada, "bob@example.org")]),
        HistoryBatch(customers=[later(bob, "ada@example.org")]),
    ]
    assert await sink.write(told(*swapped, watermark=2)) == 2
    query = "SELECT array_agg(email ORDER BY id) FROM customers WHERE deleted_at IS NULL"
    assert await ask(pool, query) == ["bob@example.org", "ada@example.org"]


async def test_a_history_that_takes_the_address_of_a_stranger_is_refused_whole(pool: Pool) -> None:
    stranger = a_customer(email="ada@example.org")
    await committed(pool, lambda uow: uow.customers.add(stranger))
    batch = HistoryBatch(customers=[a_customer(), a_customer(email="ada@example.org")])
    with pytest.raises(EmailExists):
        await PostgresHistorySink(pool).write(told(batch, watermark=9))
    assert await ask(pool, "SELECT array_agg(email) FROM customers WHERE deleted_at IS NULL") == ["ada@example.org"]
    assert await ask(pool, "SELECT count(*) FROM events") == 0


async def test_a_history_that_refers_to_what_is_not_there_is_refused_whole(pool: Pool) -> None:
    orphan = HistoryBatch(customers=[a_customer()], orders=[an_order(customer=a_customer())])
    with pytest.raises(Conflict):
        await PostgresHistorySink(pool).write(told(orphan, watermark=1))
    assert await ask(pool, "SELECT count(*) FROM customers") == 0


async def test_events_go_on_after_the_watermark(pool: Pool) -> None:
    sink, book = PostgresHistorySink(pool), a_book()
    await sink.write(told(HistoryBatch(books=[book]), watermark=41))
    await sink.write(told(HistoryBatch(), watermark=7))
    await committed(pool, lambda uow: uow.record(book_event(book)))
    query = "SELECT array_agg(position || ' ' || type ORDER BY position) FROM events"
    assert await ask(pool, query) == ["41 history.taken", "42 book.created"]
    await sink.write(told(HistoryBatch(), watermark=42))
    await committed(pool, lambda uow: uow.record(book_event(book)))
    assert await ask(pool, "SELECT array_agg(position ORDER BY position) FROM events") == [41, 42, 43]


async def test_readers_see_a_history_whole_or_not_at_all(pool: Pool) -> None:
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def batches() -> AsyncIterator[HistoryBatch]:
        yield HistoryBatch(customers=[a_customer()])
        has_begun.set()
        await may_go_on.wait()
        yield HistoryBatch(books=[a_book()])

    writing = asyncio.create_task(PostgresHistorySink(pool).write(History(watermark=5, batches=batches())))
    await has_begun.wait()
    query = "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM books) + (SELECT count(*) FROM events)"
    assert await ask(pool, query) == 0
    may_go_on.set()
    assert await writing == 2
    assert await ask(pool, query) == 3


async def test_lines_of_an_order_that_is_older_than_here_are_left_alone(pool: Pool) -> None:
    order = an_order(a_line(1, quantity=3))
    changed, _ = some_returned(order, {1: 2})
    newer = replace(changed, lifecycle=changed.lifecycle.next_version())
    sink = PostgresHistorySink(pool)
    assert await sink.write(told(HistoryBatch(orders=[newer]), watermark=1)) == 1
    assert await sink.write(told(HistoryBatch(orders=[order]), watermark=1)) == 0
    assert await ask(pool, "SELECT returned FROM order_lines") == 2


async def test_what_one_database_tells_another_takes_over(pool: Pool, other_pool: Pool) -> None:
    customer, book = a_customer(email="ada@example.org"), a_book(price=("9.99", "EUR"))
    order = an_order(a_line(1, book=book, quantity=2), customer=customer)
    changed, recorded = some_returned(order, {1: 1})

    def keep(uow: PostgresUnitOfWork) -> None:
        uow.customers.add(customer)
        uow.books.add(book)
        uow.orders.add(changed)
        uow.returns.add(recorded)
        uow.record(book_event(book))

    await committed(pool, keep)
    assert await PostgresHistorySink(other_pool).write(await PostgresHistorySource(pool).read()) == 4
    assert await PostgresHistorySink(other_pool).write(await PostgresHistorySource(pool).read()) == 0
    assert pool.in_use == other_pool.in_use == 0
    for table in ("customers", "books", "orders", "order_lines", "returns", "return_lines"):
        query = f"SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text) FROM {table} t"
        assert await ask(pool, query) == await ask(other_pool, query), table
