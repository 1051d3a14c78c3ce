"""A clock that is set by hand, and ids that go with it."""

from datetime import datetime, timedelta
from uuid import UUID

from tests.support.builders import MORNING, new_id


class SetClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at

    def pass_by(self, *, minutes: float) -> datetime:
        """Moves it on, and tells the new time."""
        self.at += timedelta(minutes=minutes)
        return self.at


class AscendingIds:
    """Ids in the order of asking."""

    def new(self) -> UUID:
        """The next one."""
        return new_id()
