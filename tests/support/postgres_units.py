"""What tests of units of work on PostgreSQL do over and over."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitsOfWork
from application.caller import Caller
from domain.books.book import Book
from domain.shared.events import Event

CALLER = Caller("bob", request_id="req-1")


async def committed(pool: Pool, work: Callable[[PostgresUnitOfWork], object]) -> None:
    async with PostgresUnitsOfWork(pool)(CALLER) as uow:
        work(uow)
        await uow.commit()


async def ask(pool: Pool, query: str, *values: object) -> Any:
    async with pool.acquire() as connection:
        return await connection.fetchval(query, *values)


def book_event(book: Book) -> Event:
    return book._event("book.created", datetime(2026, 1, 1, tzinfo=UTC), "bob", 1)
