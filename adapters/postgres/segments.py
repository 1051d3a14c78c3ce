"""Segments of customers and their snapshots in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from asyncpg import Record
from sqlalchemy import bindparam, select

from adapters.postgres.customers import CUSTOMER_OUTPUT, customer_read_of
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind, Lines
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.segment_rules import condition
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import customers, segments, snapshot_members, snapshots
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.listing import Listing, Page
from application.segments.models import SegmentRead, SnapshotRead
from domain.customers.segment import Segment, SegmentDetails, Snapshot
from domain.customers.segment_parser import parse_rule
from domain.customers.segment_rule import Rule, rule_text
from domain.shared.ids import CustomerId, SegmentId

_DETAILS = ("name", "description", "rule")
# The order in which the functions below take a row apart.
SEGMENT_OUTPUT = [segments.c[name] for name in ("id", *_DETAILS, *LIFECYCLE, "deleted_at")]
SNAPSHOT_OUTPUT = [snapshots.c[name] for name in ("id", "segment_id", "rule", "member_count", *LIFECYCLE[:3])]

_GET = Statement(select(*SEGMENT_OUTPUT).where(segments.c.id == bindparam("id")), name="segments.get")
_GET_SNAPSHOT = Statement(select(*SNAPSHOT_OUTPUT).where(snapshots.c.id == bindparam("id")), name="snapshots.get")
_LISTS = ListStatements(segments, SEGMENT_OUTPUT)
_SNAPSHOTS = ListStatements(snapshots, SNAPSHOT_OUTPUT)
_SNAPSHOT_MEMBERS = ListStatements(
    customers,
    CUSTOMER_OUTPUT,
    linked={"snapshot_id": (snapshot_members.c.snapshot_id, snapshot_members.c.customer_id)},
)


# A rule is asked page after page: what it compiles to, its values included, is kept for those asked last.
@lru_cache(64)
def _members(rule: Rule) -> ListStatements:
    return ListStatements(customers, CUSTOMER_OUTPUT, only=condition(rule))


def _found(rule: Rule) -> Statement:
    question = select(customers.c.id).where(customers.c.deleted_at.is_(None), condition(rule))
    return Statement(question.order_by(customers.c.id).limit(bindparam("many")), name="segments.found")


def _values(segment: Segment) -> tuple[object, ...]:
    details, lifecycle = segment.details, segment.lifecycle
    return (
        segment.id,
        details.name,
        details.description,
        rule_text(details.rule),
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
    )


def _snapshot_values(snapshot: Snapshot) -> tuple[object, ...]:
    return (
        snapshot.id,
        snapshot.segment_id,
        snapshot.rule,
        snapshot.member_count,
        *lifecycle_values(snapshot.lifecycle),
    )


def _member_values(snapshot: Snapshot) -> list[Sequence[object]]:
    return [(snapshot.id, number, one) for number, one in enumerate(snapshot.members, start=1)]


SEGMENTS = Kind(segments, _values, saves=(*_DETAILS, "updated_at", "updated_by", "deleted_at"))
SNAPSHOTS = Kind(snapshots, _snapshot_values, lines=Lines(snapshot_members, _member_values))


def segment_of(row: Record) -> Segment:
    """The aggregate of a row of SEGMENT_OUTPUT."""
    details = SegmentDetails(name=row[1], description=row[2], rule=parse_rule(row[3]))
    return Segment(id=SegmentId(row[0]), details=details, lifecycle=lifecycle_of(row[4:10]))


def _read_of(row: Record) -> SegmentRead:
    return SegmentRead(
        id=row[0],
        name=row[1],
        description=row[2],
        rule=row[3],
        version=row[4],
        created_at=row[5],
        created_by=row[6],
        updated_at=row[7],
        updated_by=row[8],
        deleted_at=row[9],
    )


def _snapshot_read_of(row: Record) -> SnapshotRead:
    return SnapshotRead(
        id=row[0],
        segment_id=row[1],
        rule=row[2],
        member_count=row[3],
        version=row[4],
        created_at=row[5],
        created_by=row[6],
    )


class PostgresSegmentRepository:
    """Segments for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, segment_id: SegmentId) -> Segment:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=segment_id))
        if row is None:
            raise NotFound("segment", segment_id)
        return segment_of(row)

    async def found(self, rule: Rule, limit: int) -> Sequence[CustomerId]:
        """The living customers that a rule finds now."""
        question = _found(rule)
        rows = await read(self._pool, lambda connection: question.fetch(connection, many=limit))
        return [CustomerId(row[0]) for row in rows]

    def add(self, segment: Segment) -> None:
        """Keeps a new segment at commit."""
        self._pending.add(SEGMENTS, segment)

    def save(self, segment: Segment) -> Segment:
        """Keeps a changed segment at commit, under the next version."""
        saved = replace(segment, lifecycle=segment.lifecycle.next_version())
        self._pending.save(SEGMENTS, saved)
        return saved

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Keeps a snapshot and its members at commit."""
        self._pending.add(SNAPSHOTS, snapshot)


class PostgresSegmentReader:
    """Segments for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, segment_id: UUID, *, include_deleted: bool = False) -> SegmentRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=segment_id))
        if row is None or (row[9] is not None and not include_deleted):
            raise NotFound("segment", segment_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[SegmentRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)

    async def members(self, rule: Rule, listing: Listing) -> Page[CustomerRead]:
        """One page of the living customers that a rule finds now."""
        page = await _members(rule).ask(self._pool, listing)
        return Page(items=[customer_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)

    async def snapshot(self, snapshot_id: UUID) -> SnapshotRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET_SNAPSHOT.fetchrow(connection, id=snapshot_id))
        if row is None:
            raise NotFound("snapshot", snapshot_id)
        return _snapshot_read_of(row)

    async def snapshots(self, listing: Listing) -> Page[SnapshotRead]:
        """One page in the order asked for."""
        page = await _SNAPSHOTS.ask(self._pool, listing)
        return Page(items=[_snapshot_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)

    async def snapshot_members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of the customers in a snapshot."""
        page = await _SNAPSHOT_MEMBERS.ask(self._pool, listing)
        return Page(items=[customer_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)
