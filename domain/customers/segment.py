"""A segment of customers: those whom a saved rule finds, and snapshots of whom it found."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.customers.segment_rule import Rule, rule_text
from domain.shared.errors import Refused
from domain.shared.events import Event, Scalar
from domain.shared.ids import CustomerId, SegmentId, SnapshotId
from domain.shared.lifecycle import Lifecycle

SEGMENT_NAME_LENGTH = 100
SEGMENT_DESCRIPTION_LENGTH = 500
MAX_SNAPSHOT_MEMBERS = 1_000_000


class SegmentTooLarge(Refused):
    """A snapshot keeps at most a million members."""

    code = "segment-too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDetails:
    """What may be edited."""

    name: str
    description: str | None = None
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Whom the rule of a segment found at one moment, in the order of their ids. It never changes.

    But who is erased leaves it, and `member_count` stays.
    """

    id: SnapshotId
    segment_id: SegmentId
    rule: str
    member_count: int
    members: tuple[CustomerId, ...]
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment: an aggregate of its own. Methods return the new segment, or a snapshot, and the event."""

    id: SegmentId
    details: SegmentDetails
    lifecycle: Lifecycle

    @classmethod
    def define(
        cls, segment_id: SegmentId, details: SegmentDetails, *, at: datetime, by: str
    ) -> tuple["Segment", Event]:
        """A new segment."""
        segment = cls(id=segment_id, details=details, lifecycle=Lifecycle.begun(at=at, by=by))
        return segment, segment._event("segment.created", at, by, 1)

    def edit(self, details: SegmentDetails, *, at: datetime, by: str) -> tuple["Segment", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        return edited, self._event("segment.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Segment", Event]:
        """Put away, restorable; its snapshots stay. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("segment.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Segment", Event]:
        """Back again. Raises NotDeleted."""
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("segment.restored", at, by, self.lifecycle.version + 1)

    def capture(
        self, snapshot_id: SnapshotId, members: Sequence[CustomerId], *, at: datetime, by: str
    ) -> tuple[Snapshot, Event]:
        """Keeps whom its rule finds now. Raises Deleted, or SegmentTooLarge."""
        self.lifecycle.touched(at=at, by=by)
        if len(members) > MAX_SNAPSHOT_MEMBERS:
            raise SegmentTooLarge(f"a snapshot keeps at most {MAX_SNAPSHOT_MEMBERS} members: narrow the rule")
        snapshot = Snapshot(
            id=snapshot_id,
            segment_id=self.id,
            rule=rule_text(self.details.rule),
            member_count=len(members),
            members=tuple(members),
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        data: dict[str, Scalar] = {"segment_id": str(self.id), "members": len(members)}
        return snapshot, Event(type="snapshot.taken", aggregate_id=snapshot_id, version=1, at=at, by=by, data=data)

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed)
