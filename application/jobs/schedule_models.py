"""What callers send and get of schedules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, as_kept, moment, truth
from domain.analytics.scope import time_zone
from domain.jobs.schedule import CRON_LENGTH, SCHEDULE_NAME_LENGTH, CatchUp, Schedule, ScheduleDetails, cron_line
from domain.shared.events import Scalar

_MOST_ARGUMENTS = 50

ScheduleName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SCHEDULE_NAME_LENGTH,
        description="Unique among schedules.",
        examples=["purge-customers"],
        extra={"value": line(SCHEDULE_NAME_LENGTH)},
    ),
]
Kind = Annotated[str, Meta(min_length=1, max_length=100, description="The kind of job.", examples=["purge-customers"])]
Cron = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CRON_LENGTH,
        description="Minute, hour, day of the month, month, day of the week, as cron reads them.",
        examples=["10 3 * * *"],
        extra={"value": cron_line},
    ),
]
Zone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="The time zone of `cron` (IANA).",
        examples=["Europe/Warsaw"],
        extra={"value": time_zone},
    ),
]
Arguments = Annotated[dict[str, Scalar], Meta(max_length=_MOST_ARGUMENTS, description="What the kind of job takes.")]


class ScheduleCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new schedule."""

    name: ScheduleName
    kind: Kind
    cron: Cron
    tz: Zone = "UTC"
    arguments: Arguments = {}
    catch_up: Annotated[CatchUp, Meta(description="What becomes of times that were missed.")] = CatchUp.ONCE
    paused: bool = False


class ScheduleUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a schedule: a field not given stays; `arguments` are replaced as a whole."""

    name: ScheduleName | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    cron: Cron | UnsetType = UNSET
    tz: Zone | UnsetType = UNSET
    arguments: Arguments | UnsetType = UNSET
    catch_up: CatchUp | UnsetType = UNSET
    paused: bool | UnsetType = UNSET

    def over(self, present: ScheduleDetails) -> ScheduleCreate:
        """The whole new schedule, yet to be checked."""
        return ScheduleCreate(
            name=given(self.name, present.name),
            kind=given(self.kind, present.kind),
            cron=given(self.cron, present.cron),
            tz=given(self.tz, present.tz),
            arguments=given(self.arguments, dict(present.arguments)),
            catch_up=given(self.catch_up, present.catch_up),
            paused=given(self.paused, present.paused),
        )


class ScheduleRead(Struct, frozen=True, kw_only=True):
    """A schedule as callers see it."""

    id: UUID
    name: str
    kind: str
    cron: str
    tz: str
    arguments: Mapping[str, Scalar]
    catch_up: CatchUp
    paused: bool
    next_at: Annotated[datetime | None, Meta(description="When it asks next; null while it is paused or deleted.")]
    last_at: Annotated[datetime | None, Meta(description="The last of its times that it asked for.")]
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleRead":
        """The read model of an aggregate."""
        details, lifecycle = schedule.details, schedule.lifecycle
        return cls(
            id=schedule.id,
            name=details.name,
            kind=details.kind,
            cron=details.cron,
            tz=details.tz,
            arguments=dict(details.arguments),
            catch_up=details.catch_up,
            paused=details.paused,
            next_at=schedule.next_at,
            last_at=schedule.last_at,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


SCHEDULE_LIST = ListSpec(
    name="schedules",
    filters={
        "name": FilterField(read=as_kept),
        "kind": FilterField(read=as_kept),
        "paused": FilterField(read=truth),
        "created_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "name": str},
    default_sort=(SortKey("name"),),
)
