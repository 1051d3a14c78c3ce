"""Idempotency keys in PostgreSQL: one statement, short waits that leave nothing behind, and who an answer is about."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

import asyncpg
import msgspec
import pytest

from adapters.postgres.idempotency import PostgresIdempotencyKeys
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.books.models import BookResponse
from application.caller import Caller, Claim
from application.customers.models import CustomerRead
from application.orders.models import OrderRead
from application.ports.idempotency import WAIT_SECONDS, KeyInUse
from domain.books.book import Book
from domain.orders.order import Order
from tests.support.builders import MORNING, a_book, a_customer, a_line, an_order
from tests.support.pools import eventually
from tests.support.postgres_units import ask, book_event, committed

HELD = """
    INSERT INTO idempotency_keys (actor, key, fingerprint, reply, customer_ids, expires_at)
    VALUES ('bob', 'k', '', '', '{}', $1)
"""
A_DAY_LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)


def claiming(key: str = "k") -> Caller:
    return Caller("bob", "req-1", Claim(key=key, fingerprint=b"f", at=MORNING, reply=msgspec.json.encode))


async def added(pool: Pool, book: Book, caller: Caller | None = None) -> None:
    async with PostgresUnitsOfWork(pool)(caller or claiming()) as uow:
        uow.books.add(book)
        uow.record(book_event(book))
        await uow.commit(BookResponse.of(book))


async def cancelled(pool: Pool, order: Order) -> None:
    async with PostgresUnitsOfWork(pool)(claiming()) as uow:
        after, event = order.cancel(at=MORNING, by="bob")
        saved = uow.orders.save(after)
        uow.record(event)
        await uow.commit(OrderRead.of(saved))


@asynccontextmanager
async def first_in(pool: Pool, statement: str, *values: object) -> AsyncIterator[asyncpg.transaction.Transaction]:
    """A transaction that has run this statement, and is open until the block ends it or ends."""
    async with pool.acquire() as connection:
        began = connection.transaction()
        await began.start()
        await connection.execute(statement, *values)
        try:
            yield began
        finally:
            if connection.is_in_transaction():
                await began.rollback()


async def waits(pool: Pool) -> bool:
    """Whether somebody waits for a lock."""
    return bool(await ask(pool, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


async def test_a_claim_is_part_of_the_one_statement(pool: Pool) -> None:
    order = an_order(a_line())
    await committed(pool, lambda uow: uow.orders.add(order))
    seen: list[str] = []
    async with pool.acquire() as connection:
        connection.observer = lambda name, _sql, _seconds, _error: seen.append(name)
    await added(pool, a_book(number=1), Caller("bob"))
    await added(pool, a_book(number=2))
    with pytest.raises(KeyInUse):
        await cancelled(pool, order)
    assert seen == [
        "books.add+events.add",
        "books.add+events.add+idempotency_keys.add",
        "orders.save+events.add+idempotency_keys.add",
    ]


async def test_who_waits_for_the_key_waits_a_short_time(pool: Pool) -> None:
    book = a_book()
    async with first_in(pool, HELD, A_DAY_LATER):
        began = monotonic()
        with pytest.raises(KeyInUse):
            await added(pool, book)
        assert WAIT_SECONDS - 0.1 < monotonic() - began < WAIT_SECONDS + 3
    assert await ask(pool, "SELECT count(*) FROM books") == 0
    await added(pool, book)
    assert await ask(pool, "SELECT count(*) FROM books") == 1


async def test_a_short_wait_leaves_nothing_on_the_connection(pool: Pool) -> None:
    order = an_order(a_line())
    await committed(pool, lambda uow: uow.orders.add(order))
    before = await ask(pool, "SHOW lock_timeout")
    await added(pool, a_book())
    assert pool.size == 1, "so that it is the same connection"
    assert await ask(pool, "SHOW lock_timeout") == before == "0"
    with pytest.raises(KeyInUse):
        await cancelled(pool, order)
    assert await ask(pool, "SHOW lock_timeout") == "0"


async def test_who_waited_has_no_effect_when_the_first_commits(pool: Pool) -> None:
    async with first_in(pool, HELD, A_DAY_LATER) as first:
        second = asyncio.create_task(added(pool, a_book()))
        await eventually(lambda: waits(pool))
        await first.commit()
        with pytest.raises(KeyInUse):
            await second
    assert await ask(pool, "SELECT count(*) FROM books") == 0
    assert await ask(pool, "SELECT count(*) FROM events") == 0


async def test_who_waited_has_its_effect_when_the_first_gives_up(pool: Pool) -> None:
    async with first_in(pool, HELD, A_DAY_LATER) as first:
        second = asyncio.create_task(added(pool, a_book()))
        await eventually(lambda: waits(pool))
        await first.rollback()
        await second
    assert await ask(pool, "SELECT count(*) FROM books") == 1


async def test_a_claimed_save_waits_for_its_row_no_longer_than_for_the_key(pool: Pool) -> None:
    order = an_order(a_line())
    await committed(pool, lambda uow: uow.orders.add(order))
    async with first_in(pool, "SELECT 1 FROM orders FOR UPDATE"):
        began = monotonic()
        with pytest.raises(KeyInUse):
            await cancelled(pool, order)
        assert monotonic() - began < WAIT_SECONDS + 3
    assert await ask(pool, "SELECT count(*) FROM idempotency_keys") == 0
    await cancelled(pool, order)
    assert await ask(pool, "SELECT status FROM orders") == "cancelled"


async def test_a_change_without_a_claim_waits_as_long_as_ever(pool: Pool) -> None:
    order = an_order(a_line())
    await committed(pool, lambda uow: uow.orders.add(order))

    async def cancel() -> None:
        async with PostgresUnitsOfWork(pool)(Caller("bob")) as uow:
            uow.orders.save(order.cancel(at=MORNING, by="bob")[0])
            await uow.commit()

    async with first_in(pool, "SELECT 1 FROM orders FOR UPDATE") as first:
        second = asyncio.create_task(cancel())
        await eventually(lambda: waits(pool))
        await asyncio.sleep(WAIT_SECONDS + 0.3)
        assert not second.done()
        await first.rollback()
        await second


async def test_one_delete_takes_away_all_answers_about_a_customer(pool: Pool) -> None:
    customer, other = a_customer(email="ada@example.org"), a_customer(email="eve@example.org")
    order = an_order(a_line(), customer=customer)

    async def keep(key: str, answer: msgspec.Struct) -> None:
        async with PostgresUnitsOfWork(pool)(claiming(key)) as uow:
            uow.record(book_event(a_book()))
            await uow.commit(answer)

    await keep("customer", CustomerRead.of(customer))
    await keep("order", msgspec.structs.replace(OrderRead.of(order), customer=CustomerRead.of(customer)))
    await keep("other", CustomerRead.of(other))
    delete = "DELETE FROM idempotency_keys WHERE customer_ids @> ARRAY[$1::uuid]"
    async with pool.acquire() as connection:
        assert await connection.execute(delete, customer.id) == "DELETE 2"
        assert not [
            row for row in await connection.fetch("SELECT reply FROM idempotency_keys") if b"ada@" in row["reply"]
        ]
        await connection.execute("SET enable_seqscan = off")
        plan = await connection.fetch(f"EXPLAIN {delete}", customer.id)
        await connection.execute("RESET enable_seqscan")
    assert re.search("ix_idempotency_keys_customer_ids", "\n".join(row[0] for row in plan))
    assert await PostgresIdempotencyKeys(pool).find("bob", "other", at=MORNING) is not None
