"""/v1/segments and their snapshots."""

from inspect import getdoc
from uuid import UUID

from application.customers.models import CustomerRead
from application.listing import Listed
from application.ports.segments import SegmentNameExists
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
from application.segments.service import SegmentService
from domain.customers.segment import Segment, SegmentTooLarge
from domain.shared.ids import CustomerId, SegmentId, SnapshotId
from entrypoints.http.examples import CUSTOMER, CUSTOMER_ID, NOW, page_of, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.members import MemberHandlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

_SEGMENT = "/v1/segments/{segment_id}"
_SNAPSHOTS = "/v1/snapshots"
_KEY = ("segment_id", "segment")
_SNAPSHOT_KEY = ("snapshot_id", "snapshot")
_SEGMENT_ID = UUID("01933d10-6d82-7a65-87a9-5c6d7e8f9a07")
_SNAPSHOT_ID = UUID("01933d10-6d83-7b76-98ba-6d7e8f9aab08")
_NEW = SegmentCreate(
    name="Loyal readers",
    rule='status = active and tag = "newsletter" and (orders >= 3 or spent[EUR] > 100)',
    description="For the winter catalogue.",
)
_DEFINED, _ = Segment.define(SegmentId(_SEGMENT_ID), _NEW.details(), at=NOW, by="anonymous")
_TAKEN, _ = _DEFINED.capture(SnapshotId(_SNAPSHOT_ID), [CustomerId(CUSTOMER_ID)], at=NOW, by="anonymous")
_SNAPSHOT = SnapshotRead.of(_TAKEN)

SEGMENTS = ResourceKind(
    noun="segment",
    plural="segments",
    create=SegmentCreate,
    update=SegmentUpdate,
    read=SegmentRead,
    listing=SEGMENT_LIST,
    new_example=_NEW,
    change_example=SegmentUpdate(rule="last_order_at >= 2026-01-01 and has email"),
    example=SegmentRead.of(_DEFINED),
    unique=(SegmentNameExists,),
    cache_control=NO_STORE,
    aliased=False,
)


def segment_operations(service: SegmentService, handlers: Handlers, members: MemberHandlers) -> list[Operation]:
    """The operations of segments and snapshots."""
    return [
        *resource_operations(SEGMENTS, service, handlers),
        Operation(
            id="get_segment_members",
            method="GET",
            path=f"{_SEGMENT}/members",
            handler=handlers.read_sublist(service.members, SEGMENT_MEMBER_LIST, service.get, *_KEY),
            summary="List the customers of a segment",
            about=getdoc(service.members) or "",
            tag="segments",
            parameters=list_parameters(SEGMENT_MEMBER_LIST, without=frozenset({"segment_id"})),
            gives=Listed[CustomerRead],
            gives_example=page_of(CUSTOMER),
        ),
        *_snapshot_operations(service, handlers, members),
    ]


def _snapshot_operations(service: SegmentService, handlers: Handlers, members: MemberHandlers) -> list[Operation]:
    async def present(segment_id: UUID) -> int:
        return (await service.get(segment_id, include_deleted=True)).version

    return [
        Operation(
            id="create_segment_snapshot",
            method="POST",
            path=f"{_SEGMENT}/snapshot",
            handler=members.capture(service.capture, present, _KEY, _SNAPSHOTS),
            summary="Take a snapshot of a segment",
            about=getdoc(service.capture) or "",
            tag="segments",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=SnapshotRead,
            gives_example=plain(_SNAPSHOT),
            status=201,
            tagged=True,
            guarded=True,
            located=True,
            errors=(SegmentTooLarge,),
        ),
        Operation(
            id="get_segment_snapshots",
            method="GET",
            path=f"{_SEGMENT}/snapshots",
            handler=handlers.read_sublist(service.snapshots, SNAPSHOT_LIST, service.get, *_KEY),
            summary="List the snapshots of a segment",
            about=getdoc(service.snapshots) or "",
            tag="segments",
            parameters=list_parameters(SNAPSHOT_LIST, without=frozenset({"segment_id"})),
            gives=Listed[SnapshotRead],
            gives_example=page_of(_SNAPSHOT),
        ),
        Operation(
            id="get_snapshot",
            method="GET",
            path=f"{_SNAPSHOTS}/{{snapshot_id}}",
            handler=handlers.read_one(service.snapshot, *_SNAPSHOT_KEY),
            summary="Get a snapshot",
            about=getdoc(service.snapshot) or "",
            tag="segments",
            gives=SnapshotRead,
            gives_example=plain(_SNAPSHOT),
            tagged=True,
        ),
        Operation(
            id="get_snapshot_members",
            method="GET",
            path=f"{_SNAPSHOTS}/{{snapshot_id}}/members",
            handler=handlers.read_sublist(
                service.snapshot_members, SNAPSHOT_MEMBER_LIST, service.snapshot, *_SNAPSHOT_KEY
            ),
            summary="List the customers of a snapshot",
            about=getdoc(service.snapshot_members) or "",
            tag="segments",
            parameters=list_parameters(SNAPSHOT_MEMBER_LIST, without=frozenset({"snapshot_id"})),
            gives=Listed[CustomerRead],
            gives_example=page_of(CUSTOMER),
        ),
    ]
