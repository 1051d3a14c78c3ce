"""What one row of a file says, whatever the format: the same few shapes for all."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.books.isbn import Isbn
from domain.customers.email_address import EmailAddress
from domain.orders.order import CHANNEL_LENGTH, REFERENCE_LENGTH
from domain.shared.errors import Invalid, Problem
from domain.shared.text import clean_line

_LONGEST_CUSTOMER = 254  # an e-mail address
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].+)?")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})")


class CustomerRow(Struct, gc=False):
    """A customer, told apart by the reference or else by the e-mail address. `values` are those of the command."""

    reference: str | None
    email: EmailAddress | None
    values: dict[str, Any]


class BookRow(Struct, gc=False):
    """A book, told apart by its ISBN. `values` are those of the command; what is not in it stays as it is.

    With `printed` its authors are guessed from the printed credit, and say nothing where that is known already.
    """

    isbn: Isbn
    values: dict[str, Any]
    printed: bool = False


class SaleKey(Struct, frozen=True, gc=False):
    """Which order (or return) a row is of."""

    returned: bool
    channel: str
    reference: str


class SaleHead(Struct, frozen=True, gc=False):
    """What all rows of one order (or return) share; None where this row does not say.

    `customer` is a reference or an e-mail address, `order` the reference of the order that a return is of.
    """

    customer: str | None
    currency: str | None
    tax: str | None = None
    shipping: str | None = None
    cancelled: bool | None = None
    order: str | None = None


class SaleRow(Struct, gc=False):
    """One line of an order or return. `faults` are what is wrong with it: it keeps its place all the same."""

    key: SaleKey
    head: SaleHead
    at: datetime | None
    sku: str
    quantity: int
    unit_price: str
    discount: str = "0"
    description: str | None = None
    order_line: int | None = None
    country: str | None = None
    faults: tuple[Problem, ...] = ()


Row = CustomerRow | BookRow | SaleRow
ReadRow = Callable[[list[str]], Row]


@lru_cache(maxsize=4096)
def whole_number(text: str) -> int:
    """Raises Invalid with `not-a-whole-number`."""
    if not _WHOLE.fullmatch(text):
        raise Invalid.because("not-a-whole-number", "must be a whole number such as 2")
    return int(text)


@lru_cache(maxsize=4096)
def local_time(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time (or US style, as spreadsheets write it: 12/1/2010 8:26); in `zone` when it has no offset.

    An hour that the clocks repeat is taken the first time. Raises Invalid with `invalid-time`.
    """
    try:
        slashes = _SLASHES.fullmatch(text)
        if slashes is not None:
            month, day, year, hour, minute = (int(part) for part in slashes.groups())
            return datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)
        if _ISO.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid.because("invalid-time", "must be a time such as 2010-12-01T08:26:00, of the calendar")


@lru_cache(maxsize=4096)
def customer_text(text: str) -> str | None:
    """A reference or an e-mail address as it is kept and looked for; None for an empty one. Raises Invalid."""
    return clean_line(text, _LONGEST_CUSTOMER) if text else None


@lru_cache(maxsize=4096)
def sale_key(returned: bool, channel: str, reference: str) -> SaleKey:  # noqa: FBT001  # a part of the key
    """The key of an order, or of a return. Raises Invalid where the channel or the reference cannot be one."""
    return SaleKey(returned, clean_line(channel, CHANNEL_LENGTH), clean_line(reference, REFERENCE_LENGTH))
