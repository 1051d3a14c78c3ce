"""Whom the orders of the shop name: its customers and books, as the domain makes them, always with the same ids."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.books.book import Book, BookDetails
from domain.customers.customer import Customer, CustomerDetails
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, uuid7
from domain.shared.money import Money
from tests.benchmarks.analytics.shop import CURRENCY, FIRST_DAY, Shop
from tests.benchmarks.compare import isbn

BY: Final = "bench"
_OPENING: Final = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC) - timedelta(days=30)
_CATEGORIES: Final = 40


def customers(shop: Shop) -> Iterator[tuple[Customer, Event]]:
    """Customer 7 has the reference C0000007."""
    for number in range(shop.size.customers):
        details = CustomerDetails(name=f"Customer {number}", reference=f"C{number:07d}")
        yield Customer.register(CustomerId(uuid7(_OPENING, number.to_bytes(10, "big"))), details, at=_OPENING, by=BY)


def books(shop: Shop) -> Iterator[tuple[Book, Event]]:
    """Five books an author, in one or two of 40 categories."""
    for number, cents in enumerate(shop.price.tolist()):
        details = BookDetails(
            title=f"Book {number}",
            author=f"Author {number // 5:05d}",
            isbn=isbn(number + 1),
            price=Money.of(Decimal(cents).scaleb(-2), CURRENCY),
            categories=tuple({f"Shelf {number % _CATEGORIES:02d}": 1, f"Shelf {number % 7:02d}": 2}),
        )
        yield Book.catalogue(BookId(uuid7(_OPENING, number.to_bytes(10, "big"))), details, at=_OPENING, by=BY)
