"""A group of customers: those that somebody put into it."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.shared.events import Event
from domain.shared.ids import CustomerId, GroupId
from domain.shared.lifecycle import Lifecycle

GROUP_NAME_LENGTH = 100
GROUP_DESCRIPTION_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetails:
    """What may be edited."""

    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That a customer is in a group, since when, and by whom."""

    group_id: GroupId
    customer_id: CustomerId
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group: an aggregate of its own, without its members, which come and go without a version of it.

    Methods return the new group, or what becomes of a membership, and the event.
    """

    id: GroupId
    details: GroupDetails
    lifecycle: Lifecycle

    @classmethod
    def found(cls, group_id: GroupId, details: GroupDetails, *, at: datetime, by: str) -> tuple["Group", Event]:
        """A new group, of nobody yet."""
        group = cls(id=group_id, details=details, lifecycle=Lifecycle.begun(at=at, by=by))
        return group, group._event("group.created", at, by, 1)

    def edit(self, details: GroupDetails, *, at: datetime, by: str) -> tuple["Group", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        return edited, self._event("group.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Group", Event]:
        """Put away with its members, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("group.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Group", Event]:
        """Back again with its members. Raises NotDeleted."""
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("group.restored", at, by, self.lifecycle.version + 1)

    def admit(self, customer_id: CustomerId, *, at: datetime, by: str) -> tuple[Membership, Event]:
        """A customer joins. Raises Deleted."""
        self.lifecycle.touched(at=at, by=by)
        membership = Membership(group_id=self.id, customer_id=customer_id, added_at=at, added_by=by)
        return membership, self._member_event("group.joined", customer_id, at, by)

    def dismiss(self, customer_id: CustomerId, *, at: datetime, by: str) -> Event:
        """A customer leaves. Raises Deleted."""
        self.lifecycle.touched(at=at, by=by)
        return self._member_event("group.left", customer_id, at, by)

    def _member_event(self, kind: str, customer_id: CustomerId, at: datetime, by: str) -> Event:
        version = self.lifecycle.version
        return replace(self._event(kind, at, by, version), data={"customer_id": str(customer_id)})

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed)
