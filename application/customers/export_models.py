"""What callers get who ask for all that is held about a customer, or erase one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.customers.address_models import AddressRead
from application.customers.consent_models import ConsentRead
from application.customers.merge_models import MergeRead
from application.customers.models import CustomerRead
from application.events.models import EventRead
from application.orders.models import OrderRead, ReturnRead
from application.reviews.models import ReviewRead
from domain.customers.customer import Customer
from domain.customers.merge import Merge


class FormerMembershipRead(Struct, frozen=True, kw_only=True):
    """That a customer was in a group when it was merged away."""

    group_id: UUID
    added_at: datetime
    added_by: str


class MergedRead(Struct, frozen=True, kw_only=True):
    """A customer that was merged into this one, as it was, and the groups that it was in."""

    merge: MergeRead
    customer: CustomerRead
    groups: Sequence[FormerMembershipRead]

    @classmethod
    def of(cls, merge: Merge) -> "MergedRead":
        """The read model of a merge with what it keeps."""
        kept = merge.kept
        if kept is None:
            return cls(merge=MergeRead.of(merge), customer=CustomerRead.of(merge.gone()), groups=[])
        return cls(
            merge=MergeRead.of(merge),
            customer=CustomerRead.of(Customer(id=merge.from_id, details=kept.details, lifecycle=kept.lifecycle)),
            groups=[
                FormerMembershipRead(group_id=one.group_id, added_at=one.added_at, added_by=one.added_by)
                for one in kept.memberships
            ],
        )


class MembershipRead(Struct, frozen=True, kw_only=True):
    """That the customer is in a group."""

    group_id: UUID
    name: str
    added_at: datetime
    added_by: str


class SnapshotMembershipRead(Struct, frozen=True, kw_only=True):
    """That a segment found the customer when a snapshot of it was taken."""

    snapshot_id: UUID
    segment_id: UUID
    rule: str
    created_at: datetime


class CustomerExport(Struct, frozen=True, kw_only=True):
    """All that is held about a customer. Each part is whole, in the form that its own list has."""

    exported_at: datetime
    customer: CustomerRead
    merged: Annotated[Sequence[MergedRead], Meta(description="The customers that were merged into it.")]
    addresses: Sequence[AddressRead]
    consents: Sequence[ConsentRead]
    orders: Annotated[Sequence[OrderRead], Meta(description="With their lines.")]
    returns: Annotated[Sequence[ReturnRead], Meta(description="With their lines.")]
    reviews: Annotated[Sequence[ReviewRead], Meta(description="Deleted ones included.")]
    groups: Sequence[MembershipRead]
    snapshots: Sequence[SnapshotMembershipRead]
    events: Annotated[
        Sequence[EventRead],
        Meta(description="What happened to the customer and to everything above, in the order of `position`."),
    ]


class ErasureRead(Struct, frozen=True, kw_only=True):
    """That a customer was erased. From now on its id answers 410."""

    id: UUID
    version: int
    erased_at: datetime


class PurgeRead(Struct, frozen=True, kw_only=True):
    """A purge: how many customers were due, those deleted before `deleted_before`, and how many of them it erased."""

    deleted_before: datetime
    due: int
    erased: int
