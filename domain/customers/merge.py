"""Two records of one person become one, and can become two again.

What belonged to the one that goes belongs to the survivor afterwards. What the survivor lacks is filled in, and what
both have stays the survivor's. A merge keeps what undoing it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from domain.customers.address import MAX_ADDRESSES, Address, AddressBook
from domain.customers.belongings import GROUPS, Belongings, Handover, HeldMembership, SnapshotPlace
from domain.customers.consent import MAX_GIVEN
from domain.customers.customer import MAX_METADATA, MAX_TAGS, NOBODY, Customer, CustomerDetails
from domain.customers.group import Membership
from domain.shared.errors import Invalid, Refused
from domain.shared.events import Event, Scalar
from domain.shared.ids import CustomerId, GroupId, MergeId
from domain.shared.lifecycle import Lifecycle

FILLED = ("name", "reference", "email", "phone")
_ERASED = 2
"""What the version of a customer that went grows by until it is erased: the merge was one step."""


class MergeTooLarge(Refused):
    """Together the two have more addresses, consents, tags or metadata than one customer can have."""

    code = "merge-too-large"


class SurvivorMerged(Refused):
    """The survivor of this merge was merged away itself: that has to be undone first."""

    code = "survivor-merged"


class MergeForgotten(Refused):
    """What undoing the merge takes was erased with the person."""

    code = "merge-forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What undoing a merge takes and is personal: the customer that went, and what of it the survivor was given."""

    details: CustomerDetails
    lifecycle: Lifecycle
    filled: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    memberships: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge of `from_id` into `into_id`. `customer_id` is who it belongs to now: the survivor, or whom that went to.

    `from_version` is the version of the customer that went. `moved` names by kind what changed hands, and under GROUPS
    the groups that the survivor joined by it; `places` are those in snapshots, `defaults` the addresses that were
    defaults, `put_away` the reviews of books that the survivor had reviewed itself. `kept` is None once the person was
    erased: then nothing can be undone.
    """

    id: MergeId
    customer_id: CustomerId
    into_id: CustomerId
    from_id: CustomerId
    from_version: int
    moved: Mapping[str, frozenset[UUID]]
    places: frozenset[SnapshotPlace]
    defaults: frozenset[UUID]
    put_away: frozenset[UUID]
    kept: Kept | None
    lifecycle: Lifecycle

    def forget(self, *, at: datetime, by: str) -> tuple["Merge", Event]:
        """Without what undoing it takes, since the person is erased: so is the customer that went."""
        forgotten = replace(self, kept=None, lifecycle=replace(self.lifecycle, updated_at=at, updated_by=by))
        version = self.from_version + _ERASED
        return forgotten, Event(type="customer.erased", aggregate_id=self.from_id, version=version, at=at, by=by)

    def gone(self) -> Customer:
        """The customer that went, as whoever keeps a copy of it is to see it: deleted, or erased."""
        if self.kept is None:
            begun, ended = self.lifecycle.created_at, self.lifecycle.updated_at
            lifecycle = replace(self.lifecycle, version=self.from_version + _ERASED, deleted_at=begun)
            return Customer(id=self.from_id, details=NOBODY, lifecycle=lifecycle, erased_at=ended)
        lifecycle = replace(
            self.kept.lifecycle,
            version=self.from_version + 1,
            updated_at=self.lifecycle.created_at,
            updated_by=self.lifecycle.created_by,
            deleted_at=self.lifecycle.created_at,
        )
        return Customer(id=self.from_id, details=self.kept.details, lifecycle=lifecycle)


def merge(
    merge_id: MergeId,
    survivor: Customer,
    other: Customer,
    *,
    held: Belongings,
    others: Belongings,
    at: datetime,
    by: str,
) -> tuple[Customer, Merge, Handover, list[Event]]:
    """`other` goes into `survivor`; `held` and `others` is what each has. Neither is deleted.

    Name, reference, e-mail address and phone are filled in where the survivor has none; tags are united, and of the
    metadata the keys that the survivor lacks. Of two defaults of one type, and of two reviews of one book, the
    survivor's stays. Raises Invalid when they are one, or MergeTooLarge.
    """
    if survivor.id == other.id:
        raise Invalid.because("merge-with-itself", "must be another customer", "/from_id")
    _require_room(held, others)
    details, kept = _united(survivor.details, other)
    book = AddressBook.of(survivor.id, held.addresses)
    were = [one for one in others.addresses if one.details.default]
    reviewed = {one.book_id for one in held.reviews if not one.deleted}
    groups = {one.membership.group_id for one in held.memberships}
    handover = Handover(
        giver=other.id,
        taker=survivor.id,
        at=at,
        by=by,
        things=others,
        defaults=frozenset(one.id for one in were if book.default(one.details.type) is None),
        put_away=frozenset(one.id for one in others.reviews if not one.deleted and one.book_id in reviewed),
        leaves=others.memberships,
        joins=tuple(
            _passed_on(one, survivor.id) for one in others.memberships if one.membership.group_id not in groups
        ),
    )
    merged = Merge(
        id=merge_id,
        customer_id=survivor.id,
        into_id=survivor.id,
        from_id=other.id,
        from_version=other.lifecycle.version,
        moved=MappingProxyType({**others.ids(), GROUPS: frozenset(one.membership.group_id for one in handover.joins)}),
        places=frozenset(others.places),
        defaults=frozenset(one.id for one in were),
        put_away=handover.put_away,
        kept=replace(kept, memberships=tuple(one.membership for one in others.memberships)),
        lifecycle=Lifecycle.begun(at=at, by=by),
    )
    changed = replace(survivor, details=details, lifecycle=survivor.lifecycle.touched(at=at, by=by))
    version = other.lifecycle.version + 1
    events = _told(merged, version, survivor, handover, ("merged", "extended"), _differing(survivor, changed))
    return changed, merged, handover, events


def undo(
    merged: Merge, survivor: Customer, *, held: Belongings, groups: Mapping[GroupId, int], at: datetime, by: str
) -> tuple[Customer, Customer, Handover, list[Event]]:
    """The survivor without what it was given, and the other one as it was; `held` is what the survivor has now.

    `groups` are the versions of the groups that the other was in. All that moved goes back, as it is by now, with the
    defaults as they were. What came later stays, and so does a field that was changed since. Raises SurvivorMerged,
    MergeForgotten, or Invalid when nothing would be left to tell the survivor by.
    """
    if merged.customer_id != merged.into_id:
        raise SurvivorMerged("the survivor of this merge was merged into another customer: undo that first")
    if merged.kept is None:
        raise MergeForgotten("what undoing the merge takes was erased with the person")
    kept, things = merged.kept, held.among(merged.moved, merged.places)
    handover = Handover(
        giver=survivor.id,
        taker=merged.from_id,
        at=at,
        by=by,
        things=things,
        defaults=_defaults(things.addresses, merged.defaults),
        brought_back=frozenset(one.id for one in things.reviews if one.deleted and one.id in merged.put_away),
        leaves=tuple(one for one in held.memberships if _came_by(one.membership, merged, kept)),
        joins=tuple(HeldMembership(one, groups[one.group_id]) for one in kept.memberships if one.group_id in groups),
    )
    lifecycle = replace(kept.lifecycle, version=merged.from_version + 2, updated_at=at, updated_by=by)
    back = Customer(id=merged.from_id, details=kept.details, lifecycle=lifecycle)
    details = _parted(survivor.details, kept)
    changed = replace(survivor, details=details, lifecycle=survivor.lifecycle.touched(at=at, by=by))
    events = _told(
        merged, lifecycle.version, survivor, handover, ("unmerged", "reduced"), _differing(survivor, changed)
    )
    return changed, back, handover, events


def _told(
    merged: Merge,
    version: int,
    survivor: Customer,
    handover: Handover,
    verbs: tuple[str, str],
    changed: tuple[str, ...],
) -> list[Event]:
    common: dict[str, Any] = {"at": handover.at, "by": handover.by}
    of_other: Mapping[str, Scalar] = {"merge_id": str(merged.id), "into": str(survivor.id)}
    of_survivor: Mapping[str, Scalar] = {"merge_id": str(merged.id), "from": str(merged.from_id)}
    return [
        Event(type=f"customer.{verbs[0]}", aggregate_id=merged.from_id, version=version, data=of_other, **common),
        Event(
            type=f"customer.{verbs[1]}",
            aggregate_id=survivor.id,
            version=survivor.lifecycle.version + 1,
            changed=changed,
            data=of_survivor,
            **common,
        ),
        *handover.events(),
    ]


def _differing(before: Customer, after: Customer) -> tuple[str, ...]:
    names = (*FILLED, "tags", "metadata")
    return tuple(one for one in names if getattr(before.details, one) != getattr(after.details, one))


def _require_room(held: Belongings, others: Belongings) -> None:
    if len(held.addresses) + len(others.addresses) > MAX_ADDRESSES:
        raise MergeTooLarge(f"together they have more than {MAX_ADDRESSES} addresses: take some away first")
    if len(held.consents) + len(others.consents) > 2 * MAX_GIVEN:
        raise MergeTooLarge(f"together they have more than {2 * MAX_GIVEN} entries of consents")


def _united(survivor: CustomerDetails, other: Customer) -> tuple[CustomerDetails, Kept]:
    """The details of the survivor, and what of them it was given."""
    theirs = other.details
    filled = tuple(one for one in FILLED if getattr(survivor, one) is None and getattr(theirs, one) is not None)
    tags = tuple(one for one in theirs.tags if one not in survivor.tags)
    keys = tuple(one for one in theirs.metadata if one not in survivor.metadata)
    if len(survivor.tags) + len(tags) > MAX_TAGS:
        raise MergeTooLarge(f"together they have more than {MAX_TAGS} tags: take some away first")
    if len(survivor.metadata) + len(keys) > MAX_METADATA:
        raise MergeTooLarge(f"together they have more than {MAX_METADATA} keys of metadata: take some away first")
    given: dict[str, Any] = {one: getattr(theirs, one) for one in filled}
    metadata = {**theirs.metadata, **survivor.metadata}
    details = replace(
        survivor, tags=(*survivor.tags, *tags), metadata=MappingProxyType(dict(sorted(metadata.items()))), **given
    )
    return details, Kept(details=theirs, lifecycle=other.lifecycle, filled=filled, tags=tags, metadata=keys)


def _parted(present: CustomerDetails, kept: Kept) -> CustomerDetails:
    given = kept.details
    metadata = {
        key: value
        for key, value in present.metadata.items()
        if key not in kept.metadata or value != given.metadata[key]
    }
    emptied: dict[str, Any] = {one: None for one in kept.filled if getattr(present, one) == getattr(given, one)}
    tags = tuple(one for one in present.tags if one not in kept.tags)
    return replace(present, tags=tags, metadata=MappingProxyType(metadata), **emptied)


def _defaults(addresses: Sequence[Address], were: frozenset[UUID]) -> frozenset[UUID]:
    """Of those that were defaults, the first of each type, since a type may have been changed meanwhile."""
    first: dict[str, UUID] = {}
    for one in addresses:
        if one.id in were:
            first.setdefault(one.details.type, one.id)
    return frozenset(first.values())


def _passed_on(held: HeldMembership, taker: CustomerId) -> HeldMembership:
    return HeldMembership(replace(held.membership, customer_id=taker), held.version)


def _came_by(membership: Membership, merged: Merge, kept: Kept) -> bool:
    """Whether a membership of the survivor is one that the merge gave it, and not one that it left and joined anew."""
    if membership.group_id not in merged.moved[GROUPS]:
        return False
    return replace(membership, customer_id=merged.from_id) in kept.memberships
