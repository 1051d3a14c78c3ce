"""Which purchases a report counts."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from domain.shared.errors import Invalid, Problems
from domain.shared.money import currency_code

EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(9998, 12, 31)

# Zones in name only: they mean what the machine at hand means, or nothing.
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


class Returns(StrEnum):
    """`net` lets returns lower money and units on their own date, `ignore` leaves them out."""

    NET = "net"
    IGNORE = "ignore"


class Lines(StrEnum):
    """`paid` keeps the lines with a unit price above 0; an order with no line left is then no purchase."""

    ALL = "all"
    PAID = "paid"


class Customers(StrEnum):
    """`known` leaves out orders and returns without a customer."""

    ALL = "all"
    KNOWN = "known"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def time_zone(name: str) -> str:
    """The name of a zone in the IANA time zone database, as it is written there. Raises Invalid."""
    if name not in _zones():
        raise Invalid.because("unknown-time-zone", "must be an IANA time zone such as UTC or Europe/Berlin")
    return name


def local_day(moment: datetime, tz: str) -> date:
    """The calendar day of an aware moment in a zone."""
    return moment.astimezone(ZoneInfo(tz)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Purchases of one currency on local days from `from_` (inclusive) to `as_of` (exclusive).

    A purchase is an order that is not cancelled, with the lines that `lines` keeps, if there are any. A currency of
    None matches nothing: the scope of a shop that has sold nothing yet. Raises Invalid that names every bad field.
    """

    as_of: date
    from_: date | None = None
    tz: str = "UTC"
    currency: str | None
    returns: Returns = Returns.NET
    lines: Lines = Lines.ALL
    customers: Customers = Customers.ALL

    def __post_init__(self) -> None:
        problems = Problems()
        problems.take("/tz", time_zone, self.tz)
        if self.currency is not None:
            problems.take("/currency", currency_code, self.currency)
        for pointer, day in (("/as_of", self.as_of), ("/from", self.from_)):
            if day is not None and not EARLIEST_DAY <= day <= LATEST_DAY:
                problems.add(pointer, "out-of-range", "must be in the years 1900 to 9998")
        if self.from_ is not None and self.from_ >= self.as_of:
            problems.add("/from", "from-not-before-as-of", f"must be before as_of, which is {self.as_of}")
        problems.raise_if_any()

    def day(self, moment: datetime) -> date:
        """The day a moment belongs to."""
        return local_day(moment, self.tz)

    def holds(self, day: date) -> bool:
        """Whether what happened on this day counts."""
        return day < self.as_of and (self.from_ is None or day >= self.from_)
