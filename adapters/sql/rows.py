"""What a driver hands out, whichever it is: rows, and their values as exact numbers and days."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import Select

from adapters.sql.dialects import exact


class Row(Protocol):
    """A row of any driver: its values by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of that column."""
        ...


# Runs a statement, under a short name for logs and metrics, with values of which it takes those that it names.
Run = Callable[[str, Select[Any], Mapping[str, Any]], Awaitable[Sequence[Row]]]


def whole(value: Any) -> int:
    """A whole number; a sum of nothing is null, and is 0 here."""
    # Counts come as they are, often by the hundred thousand; sums as decimals.
    return value if type(value) is int else int(exact(value or 0))


def amount(value: Any) -> Decimal:
    """As `whole`, of a decimal."""
    return exact(value or 0)


def day(value: date) -> date:
    """Some engines hand out the midnight of a day that a function made."""
    return value.date() if isinstance(value, datetime) else value
