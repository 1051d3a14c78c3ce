"""The times that a cron expression names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class Recurrence(Protocol):
    """Cron expressions of five fields (minute, hour, day of the month, month, day of the week), as Debian's cron reads
    them: of an hour that a change of the clock leaves out, what was to run at a fixed time runs right after it; in one
    that comes twice it runs once.
    """

    def check(self, cron: str) -> str:
        """`cron`, without spaces at its ends. Raises Invalid with `invalid-cron` when it names no time at all."""
        ...

    def after(self, cron: str, tz: str, moment: datetime) -> Iterator[datetime]:
        """Its times after `moment` by the clocks of this zone, in UTC, the earliest first; it may end."""
        ...
