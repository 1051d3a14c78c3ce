"""Schedules, as kept and as read."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from application.errors import AlreadyExists
from application.jobs.schedule_models import ScheduleRead
from application.listing import Listing, Page
from domain.jobs.schedule import Schedule
from domain.shared.ids import ScheduleId


class ScheduleNameExists(AlreadyExists):
    """Another living schedule has this name."""

    code = "schedule-name-exists"
    field: ClassVar[str] = "/name"
    message: ClassVar[str] = "name exists"


class ScheduleRepository(Protocol):
    """Schedules for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored."""

    async def get(self, schedule_id: ScheduleId) -> Schedule:
        """Raises NotFound."""
        ...

    async def find_by_name(self, name: str) -> Schedule | None:
        """The one that had this name first, deleted or not; None when there never was one."""
        ...

    def add(self, schedule: Schedule) -> None:
        """Keeps a new schedule at commit, which raises ScheduleNameExists."""
        ...

    def save(self, schedule: Schedule) -> Schedule:
        """Keeps a changed schedule at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or ScheduleNameExists.
        """
        ...

    def advance(self, schedule: Schedule, *, next_at: datetime | None, last_at: datetime | None) -> None:
        """Goes on to its next time at commit, without a new version.

        Commit raises Conflict when its next time or its version is no longer the one of `schedule`: somebody else has
        dealt with it.
        """
        ...


class ScheduleReader(Protocol):
    """Schedules for reading."""

    async def get(self, schedule_id: UUID, *, include_deleted: bool = False) -> ScheduleRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[ScheduleRead]:
        """One page in the order asked for."""
        ...

    async def due(self, at: datetime, many: int) -> Sequence[Schedule]:
        """At most so many whose next time has come, the earliest first."""
        ...
