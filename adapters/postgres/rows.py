"""What the rows of all aggregates have in common."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from application.fields import MoneyRead
from domain.books.isbn import Isbn
from domain.shared.lifecycle import Lifecycle

LIFECYCLE = ("version", "created_at", "created_by", "updated_at", "updated_by")


def lifecycle_values(lifecycle: Lifecycle) -> tuple[object, ...]:
    """In the order of `LIFECYCLE`."""
    return (
        lifecycle.version,
        lifecycle.created_at,
        lifecycle.created_by,
        lifecycle.updated_at,
        lifecycle.updated_by,
    )


def lifecycle_of(values: Sequence[Any]) -> Lifecycle:
    """From values in the order of `LIFECYCLE`, with `deleted_at` behind them where the table has it."""
    return Lifecycle(
        version=values[0],
        created_at=values[1],
        created_by=values[2],
        updated_at=values[3],
        updated_by=values[4],
        deleted_at=values[5] if len(values) > 5 else None,
    )


# A page of a list has fifty amounts and fifty ISBNs, and a shop has far fewer prices and books than it shows: what was
# worked out is kept, a few megabytes a process, and is a third of what a row costs otherwise.
money_of = lru_cache(maxsize=16_384)(MoneyRead.of)


@lru_cache(maxsize=16_384)
def money_of_text(amount: str, currency: str) -> MoneyRead:
    """Of an amount that comes as text."""
    return MoneyRead.of(Decimal(amount), currency)


@lru_cache(maxsize=16_384)
def isbn10_of(isbn: str) -> str | None:
    """The ten-digit form of a stored ISBN, where there is one."""
    return Isbn(isbn).isbn10
