"""What callers send and get of segments and their snapshots."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.customers.models import CUSTOMER_LIST
from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, as_kept, identifier, moment
from domain.customers.segment import (
    SEGMENT_DESCRIPTION_LENGTH,
    SEGMENT_NAME_LENGTH,
    Segment,
    SegmentDetails,
    Snapshot,
)
from domain.customers.segment_parser import RULE_LENGTH, parse_rule
from domain.customers.segment_rule import rule_text
from domain.shared.errors import Invalid, Problems

SegmentName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SEGMENT_NAME_LENGTH,
        description="Unique among segments.",
        examples=["Loyal readers"],
        extra={"value": line(SEGMENT_NAME_LENGTH)},
    ),
]
SegmentDescription = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SEGMENT_DESCRIPTION_LENGTH,
        examples=["For the winter catalogue."],
        extra={"value": line(SEGMENT_DESCRIPTION_LENGTH)},
    ),
]
RuleText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=RULE_LENGTH,
        description="Who belongs to it, in the language of docs/reference/segments.md.",
        examples=['status = active and tag = "newsletter" and (orders >= 3 or spent[EUR] > 100)'],
        extra={"value": parse_rule},
    ),
]


class SegmentCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new segment."""

    name: SegmentName
    rule: RuleText
    description: SegmentDescription | None = None

    def details(self) -> SegmentDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        name = problems.take("/name", line(SEGMENT_NAME_LENGTH), self.name)
        rule = problems.take("/rule", parse_rule, self.rule)
        about = problems.take_given("/description", line(SEGMENT_DESCRIPTION_LENGTH), self.description)
        if problems.found or name is None or rule is None:
            raise Invalid(problems.found)
        return SegmentDetails(name=name, description=about, rule=rule)


class SegmentUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a segment: a field not given stays, null takes an optional value away."""

    name: SegmentName | UnsetType = UNSET
    rule: RuleText | UnsetType = UNSET
    description: SegmentDescription | None | UnsetType = UNSET

    def over(self, present: SegmentDetails) -> SegmentDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return SegmentCreate(
            name=given(self.name, present.name),
            rule=given(self.rule, rule_text(present.rule)),
            description=given(self.description, present.description),
        ).details()


class SegmentRead(Struct, frozen=True, kw_only=True):
    """A segment as callers see it; `rule` is in its canonical form."""

    id: UUID
    name: str
    description: str | None
    rule: str
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, segment: Segment) -> "SegmentRead":
        """The read model of an aggregate."""
        details, lifecycle = segment.details, segment.lifecycle
        return cls(
            id=segment.id,
            name=details.name,
            description=details.description,
            rule=rule_text(details.rule),
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


class SnapshotRead(Struct, frozen=True, kw_only=True):
    """A snapshot as callers see it: how many the rule, as it was then, had found when it was taken."""

    id: UUID
    segment_id: UUID
    rule: str
    member_count: int
    version: int
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> "SnapshotRead":
        """The read model of an aggregate."""
        return cls(
            id=snapshot.id,
            segment_id=snapshot.segment_id,
            rule=snapshot.rule,
            member_count=snapshot.member_count,
            version=snapshot.lifecycle.version,
            created_at=snapshot.lifecycle.created_at,
            created_by=snapshot.lifecycle.created_by,
        )


SEGMENT_LIST = ListSpec(
    name="segments",
    filters={
        "name": FilterField(read=as_kept),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "name": str},
    default_sort=(SortKey("created_at", descending=True),),
)
SNAPSHOT_LIST = ListSpec(
    name="snapshots",
    filters={"segment_id": FilterField(read=identifier), "created_at": FilterField(read=moment, ranges=True)},
    sorts={"created_at": datetime},
    default_sort=(SortKey("created_at", descending=True),),
    deletable=False,
)
# Members are customers, sorted as those are. Who is deleted belongs to no segment, but stays in snapshots.
SEGMENT_MEMBER_LIST = ListSpec(
    name="segment members",
    filters={"segment_id": FilterField(read=identifier)},
    sorts=CUSTOMER_LIST.sorts,
    default_sort=CUSTOMER_LIST.default_sort,
    deletable=False,
)
SNAPSHOT_MEMBER_LIST = ListSpec(
    name="snapshot members",
    filters={"snapshot_id": FilterField(read=identifier)},
    sorts=CUSTOMER_LIST.sorts,
    default_sort=CUSTOMER_LIST.default_sort,
)
