"""Days, ISO weeks and months."""

from datetime import date, timedelta
from enum import StrEnum

from domain.shared.errors import Invalid

MAX_PERIODS = 20_000


class Period(StrEnum):
    """A week begins on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def start(self, day: date) -> date:
        """The first day of the period that holds this day."""
        if self is Period.DAY:
            return day
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1)

    def after(self, start: date) -> date:
        """The first day of the next period."""
        if self is Period.DAY:
            return start + timedelta(days=1)
        if self is Period.WEEK:
            return start + timedelta(days=7)
        return (start + timedelta(days=31)).replace(day=1)

    def between(self, first: date, end: date) -> list[date]:
        """The starts of every period from the one that holds `first` to the last that begins before `end`.

        Raises Invalid with `too-many-periods` past 20,000.
        """
        starts: list[date] = []
        start = self.start(first)
        while start < end:
            if len(starts) == MAX_PERIODS:
                message = f"spans more than {MAX_PERIODS} periods: ask for a later from, or for longer periods"
                raise Invalid.because("too-many-periods", message, "/period")
            starts.append(start)
            start = self.after(start)
        return starts
