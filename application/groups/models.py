"""What callers send and get of groups."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.customers.models import CUSTOMER_LIST
from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, as_kept, identifier, moment
from domain.customers.group import GROUP_DESCRIPTION_LENGTH, GROUP_NAME_LENGTH, Group, GroupDetails
from domain.shared.errors import Invalid, Problems

MAX_MEMBERS_AT_ONCE = 1_000

GroupName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=GROUP_NAME_LENGTH,
        description="Unique among groups.",
        examples=["Reading circle"],
        extra={"value": line(GROUP_NAME_LENGTH)},
    ),
]
GroupDescription = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=GROUP_DESCRIPTION_LENGTH,
        examples=["Meets on the first Monday."],
        extra={"value": line(GROUP_DESCRIPTION_LENGTH)},
    ),
]
CustomerIds = Annotated[list[UUID], Meta(min_length=1, max_length=MAX_MEMBERS_AT_ONCE)]


class GroupCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new group."""

    name: GroupName
    description: GroupDescription | None = None

    def details(self) -> GroupDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        name = problems.take("/name", line(GROUP_NAME_LENGTH), self.name)
        about = problems.take_given("/description", line(GROUP_DESCRIPTION_LENGTH), self.description)
        if problems.found or name is None:
            raise Invalid(problems.found)
        return GroupDetails(name=name, description=about)


class GroupUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a group: a field not given stays, null takes an optional value away."""

    name: GroupName | UnsetType = UNSET
    description: GroupDescription | None | UnsetType = UNSET

    def over(self, present: GroupDetails) -> GroupDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return GroupCreate(
            name=given(self.name, present.name), description=given(self.description, present.description)
        ).details()


class GroupRead(Struct, frozen=True, kw_only=True):
    """A group as callers see it."""

    id: UUID
    name: str
    description: str | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, group: Group) -> "GroupRead":
        """The read model of an aggregate."""
        details, lifecycle = group.details, group.lifecycle
        return cls(
            id=group.id,
            name=details.name,
            description=details.description,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


class MembersChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Customers who join a group, or leave it."""

    customer_ids: CustomerIds


class MembersChanged(Struct, frozen=True, kw_only=True):
    """How many joined or left, and how many already were where they were to be."""

    changed: int
    unchanged: int


GROUP_LIST = ListSpec(
    name="groups",
    filters={
        "name": FilterField(read=as_kept),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "name": str},
    default_sort=(SortKey("created_at", descending=True),),
)
# Members are customers, sorted as those are.
GROUP_MEMBER_LIST = ListSpec(
    name="group members",
    filters={"group_id": FilterField(read=identifier)},
    sorts=CUSTOMER_LIST.sorts,
    default_sort=CUSTOMER_LIST.default_sort,
)
