"""A publication date as precise as it is known: a year, a month or a day."""

import re
from dataclasses import dataclass
from datetime import date

from domain.shared.errors import Invalid

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """`value` is `1815`, `1815-12` or `1815-12-23` (ISO 8601, reduced precision): its text order is its time order."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "PublicationDate":
        """Raises Invalid with `invalid-date`. Years run from 0001 to 9999."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise Invalid.because("invalid-date", "must be YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else 1 for part in form.groups())
        try:
            date(year, month, day)
        except ValueError:
            raise Invalid.because("invalid-date", "must be a date of the calendar, in the years 0001 to 9999") from None
        return cls(text)

    @property
    def last_day(self) -> str:
        """An upper bound in text order for all dates within it: `1815` gives `1815-12-31`."""
        return self.value + "-12-31"[len(self.value) - 4 :]

    def __str__(self) -> str:
        return self.value
