"""The use cases of segments and their snapshots."""

from dataclasses import replace
from uuid import UUID

from application.caller import Caller
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.listing import Listed, Listing, listed
from application.ports.segments import SegmentReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.segments.models import (
    SEGMENT_LIST,
    SEGMENT_MEMBER_LIST,
    SNAPSHOT_LIST,
    SNAPSHOT_MEMBER_LIST,
    SegmentCreate,
    SegmentRead,
    SegmentUpdate,
    SnapshotRead,
)
from application.versions import expect
from domain.customers.segment import MAX_SNAPSHOT_MEMBERS, Segment
from domain.customers.segment_parser import parse_rule
from domain.shared.ids import SegmentId, SnapshotId


class SegmentService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, reader: SegmentReader, clock: Clock, ids: IdGenerator) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock
        self._ids = ids

    async def create(self, command: SegmentCreate, caller: Caller) -> SegmentRead:
        """Saves a rule under a name, which is unique among living segments.

        A rule that cannot be read is refused with the character where reading stopped, and what was expected there.
        """
        async with self._units(caller) as uow:
            segment, event = Segment.define(
                SegmentId(self._ids.new()), command.details(), at=self._clock.now(), by=caller.actor
            )
            uow.segments.add(segment)
            uow.record(event)
            answer = SegmentRead.of(segment)
            await uow.commit(answer)
        return answer

    async def get(self, segment_id: UUID, *, include_deleted: bool = False) -> SegmentRead:
        """One segment. A deleted one is found only when asked for."""
        return await self._reader.get(segment_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[SegmentRead]:
        """One page of segments: by name or time."""
        return listed(SEGMENT_LIST, listing, await self._reader.list(listing))

    async def update(
        self, segment_id: UUID, command: SegmentUpdate, caller: Caller, *, version: int | None = None
    ) -> SegmentRead:
        """Changes the fields that are given and leaves the others; snapshots taken before stay as they are.

        - null takes an optional value away.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            segment = await self._living(uow, segment_id, version)
            edited, event = segment.edit(command.over(segment.details), at=self._clock.now(), by=caller.actor)
            if event is None:
                return SegmentRead.of(edited)
            answer = SegmentRead.of(uow.segments.save(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, segment_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a segment away; it can be restored, and its snapshots stay."""
        async with self._units(caller) as uow:
            segment = await self._living(uow, segment_id, version)
            gone, event = segment.delete(at=self._clock.now(), by=caller.actor)
            uow.segments.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, segment_id: UUID, caller: Caller, *, version: int | None = None) -> SegmentRead:
        """Brings a deleted segment back, unless its name was taken in the meantime."""
        async with self._units(caller) as uow:
            segment = await uow.segments.get(SegmentId(segment_id))
            expect(segment.lifecycle, version)
            back, event = segment.restore(at=self._clock.now(), by=caller.actor)
            answer = SegmentRead.of(uow.segments.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def members(self, listing: Listing) -> Listed[CustomerRead]:
        """One page of the customers whom the rule of a segment finds now. Deleted ones belong to no segment."""
        (segment_id,) = (one.value for one in listing.filters)
        segment = await self._reader.get(segment_id)
        page = await self._reader.members(parse_rule(segment.rule), replace(listing, filters=()))
        return listed(SEGMENT_MEMBER_LIST, listing, page)

    async def capture(self, segment_id: UUID, caller: Caller, *, version: int | None = None) -> SnapshotRead:
        """Takes a snapshot: keeps the rule, and the customers whom it finds at this moment, a million at most."""
        async with self._units(caller) as uow:
            segment = await self._living(uow, segment_id, version)
            members = await uow.segments.found(segment.details.rule, MAX_SNAPSHOT_MEMBERS + 1)
            snapshot, event = segment.capture(
                SnapshotId(self._ids.new()), members, at=self._clock.now(), by=caller.actor
            )
            uow.segments.add_snapshot(snapshot)
            uow.record(event)
            answer = SnapshotRead.of(snapshot)
            await uow.commit(answer)
        return answer

    async def snapshot(self, snapshot_id: UUID) -> SnapshotRead:
        """One snapshot."""
        return await self._reader.snapshot(snapshot_id)

    async def snapshots(self, listing: Listing) -> Listed[SnapshotRead]:
        """One page of snapshots, of one segment or of all."""
        return listed(SNAPSHOT_LIST, listing, await self._reader.snapshots(listing))

    async def snapshot_members(self, listing: Listing) -> Listed[CustomerRead]:
        """One page of the customers in a snapshot, as they are today; deleted ones when they are asked for."""
        return listed(SNAPSHOT_MEMBER_LIST, listing, await self._reader.snapshot_members(listing))

    async def _living(self, uow: UnitOfWork, segment_id: UUID, version: int | None) -> Segment:
        segment = await uow.segments.get(SegmentId(segment_id))
        if segment.lifecycle.deleted:
            raise NotFound("segment", segment_id)
        expect(segment.lifecycle, version)
        return segment
