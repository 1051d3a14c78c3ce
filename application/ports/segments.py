"""Segments of customers and their snapshots, as kept and as read."""

from collections.abc import Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.customers.models import CustomerRead
from application.errors import AlreadyExists
from application.listing import Listing, Page
from application.segments.models import SegmentRead, SnapshotRead
from domain.customers.segment import Segment, Snapshot
from domain.customers.segment_rule import Rule
from domain.shared.ids import CustomerId, SegmentId


class SegmentNameExists(AlreadyExists):
    """Another living segment has this name."""

    code = "segment-name-exists"
    field: ClassVar[str] = "/name"
    message: ClassVar[str] = "name exists"


class SegmentRepository(Protocol):
    """Segments for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored."""

    async def get(self, segment_id: SegmentId) -> Segment:
        """Raises NotFound."""
        ...

    async def found(self, rule: Rule, limit: int) -> Sequence[CustomerId]:
        """The living customers that a rule finds now, by their ids, in that order; `limit` at most."""
        ...

    def add(self, segment: Segment) -> None:
        """Keeps a new segment at commit, which raises SegmentNameExists."""
        ...

    def save(self, segment: Segment) -> Segment:
        """Keeps a changed segment at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or SegmentNameExists.
        """
        ...

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Keeps a snapshot and its members at commit, which raises Conflict when its segment or one of them is gone."""
        ...


class SegmentReader(Protocol):
    """Segments for reading, straight to read models."""

    async def get(self, segment_id: UUID, *, include_deleted: bool = False) -> SegmentRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[SegmentRead]:
        """One page in the order asked for."""
        ...

    async def members(self, rule: Rule, listing: Listing) -> Page[CustomerRead]:
        """One page of the living customers that a rule finds now, in the order asked for; there are no filters.

        Whom it finds is what `domain.customers.segment_rule.matches` says of each.
        """
        ...

    async def snapshot(self, snapshot_id: UUID) -> SnapshotRead:
        """Raises NotFound."""
        ...

    async def snapshots(self, listing: Listing) -> Page[SnapshotRead]:
        """One page in the order asked for."""
        ...

    async def snapshot_members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of customers in the order asked for. Filter `snapshot_id`, which is there, names the one."""
        ...
