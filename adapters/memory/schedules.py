"""Schedules in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.errors import NotFound
from application.jobs.schedule_models import ScheduleRead
from application.listing import Listing, Page
from domain.jobs.schedule import Schedule
from domain.shared.ids import ScheduleId


class MemoryScheduleRepository:
    """Schedules for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, schedule_id: ScheduleId) -> Schedule:
        """Deleted ones too. Raises NotFound."""
        schedule = self._store.schedules.get(schedule_id)
        if schedule is None:
            raise NotFound("schedule", schedule_id)
        return schedule

    async def find_by_name(self, name: str) -> Schedule | None:
        """The one that had this name first, deleted or not."""
        named = [one for one in self._store.schedules.values() if one.details.name == name]
        return min(named, key=lambda one: one.id, default=None)

    def add(self, schedule: Schedule) -> None:
        """Keeps a new schedule at commit."""
        self._pending.write(lambda changes: changes.schedules.add(schedule))

    def save(self, schedule: Schedule) -> Schedule:
        """Keeps a changed schedule at commit, under the next version."""
        saved = replace(schedule, lifecycle=schedule.lifecycle.next_version())
        self._pending.write(lambda changes: changes.schedules.save(saved))
        return saved

    def advance(self, schedule: Schedule, *, next_at: datetime | None, last_at: datetime | None) -> None:
        """Goes on to its next time at commit."""
        self._pending.write(lambda changes: changes.advance(schedule, next_at, last_at))


class MemoryScheduleReader:
    """Schedules for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.schedule_rows,
            columns={
                "name": lambda one: one.details.name,
                "kind": lambda one: one.details.kind,
                "paused": lambda one: one.details.paused,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, schedule_id: UUID, *, include_deleted: bool = False) -> ScheduleRead:
        """Raises NotFound."""
        schedule = self._store.schedules.get(schedule_id)
        if schedule is None or (schedule.lifecycle.deleted and not include_deleted):
            raise NotFound("schedule", schedule_id)
        return ScheduleRead.of(schedule)

    async def list(self, listing: Listing) -> Page[ScheduleRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, ScheduleRead.of)

    async def due(self, at: datetime, many: int) -> Sequence[Schedule]:
        """At most so many whose next time has come, the earliest first."""
        due = [(one.next_at, one.id, one) for one in self._store.schedules.values() if one.next_at is not None]
        return [one for moment, _, one in sorted(due, key=lambda each: each[:2]) if moment <= at][:many]
