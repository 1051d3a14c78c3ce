"""Segments of customers and their snapshots in memory: the rule itself, asked of every customer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.listing import Filter, Listing, Page
from application.segments.models import SegmentRead, SnapshotRead
from domain.customers.consent import ConsentRegister
from domain.customers.customer import Customer
from domain.customers.segment import Segment, Snapshot
from domain.customers.segment_rule import ZERO, CustomerFacts, Rule, matches
from domain.orders.order import Order, OrderStatus
from domain.orders.returns import Return
from domain.shared.ids import CustomerId, SegmentId
from domain.shared.money import EXACT


def page_of_customers(store: MemoryStore, listing: Listing, belongs: Callable[[Customer], bool]) -> Page[CustomerRead]:
    """One page of the customers that belong."""
    lister = Lister(
        store.customer_rows,
        columns={
            "belongs": belongs,
            "name": lambda one: one.details.name,
            "reference": lambda one: one.details.reference,
            "created_at": lambda one: one.lifecycle.created_at,
            "updated_at": lambda one: one.lifecycle.updated_at,
        },
    )
    return lister.page(replace(listing, filters=(Filter("belongs", "eq", True),)), CustomerRead.of)  # noqa: FBT003  # the value


def facts_of(store: MemoryStore, customer: Customer) -> CustomerFacts:
    """What a rule may ask about a customer."""
    orders: list[Order] = [
        one for one in store.order_rows.members("customer_id", customer.id) if one.status is not OrderStatus.CANCELLED
    ]
    returns: list[Return] = [*store.return_rows.members("customer_id", customer.id)]
    spent: dict[str, Decimal] = {}
    for order in orders:
        spent[order.currency] = EXACT.add(spent.get(order.currency, ZERO), order.subtotal)
    for recorded in returns:
        spent[recorded.currency] = EXACT.subtract(spent.get(recorded.currency, ZERO), recorded.total)
    register = ConsentRegister.of(customer.id, store.consent_rows.members("customer_id", customer.id))
    placed = sorted(one.placed_at for one in orders)
    return CustomerFacts(
        customer=customer,
        orders=len(orders),
        returns=len(returns),
        first_order_at=placed[0] if placed else None,
        last_order_at=placed[-1] if placed else None,
        spent=spent,
        consents={one.purpose: one.state for one in register.entries},
    )


class MemorySegmentRepository:
    """Segments for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, segment_id: SegmentId) -> Segment:
        """Deleted ones too. Raises NotFound."""
        segment = self._store.segments.get(segment_id)
        if segment is None:
            raise NotFound("segment", segment_id)
        return segment

    async def found(self, rule: Rule, limit: int) -> Sequence[CustomerId]:
        """The living customers that a rule finds now."""
        store = self._store
        found = [
            one.id
            for one in store.customers.values()
            if not one.lifecycle.deleted and matches(rule, facts_of(store, one))
        ]
        return sorted(found)[:limit]

    def add(self, segment: Segment) -> None:
        """Keeps a new segment at commit."""
        self._pending.write(lambda changes: changes.segments.add(segment))

    def save(self, segment: Segment) -> Segment:
        """Keeps a changed segment at commit, under the next version."""
        saved = replace(segment, lifecycle=segment.lifecycle.next_version())
        self._pending.write(lambda changes: changes.segments.save(saved))
        return saved

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Keeps a snapshot and its members at commit."""
        self._pending.write(lambda changes: changes.add_snapshot(snapshot))


class MemorySegmentReader:
    """Segments for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.segment_rows,
            columns={
                "name": lambda one: one.details.name,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )
        self._snapshots = Lister(
            store.snapshot_rows,
            columns={"segment_id": lambda one: one.segment_id, "created_at": lambda one: one.lifecycle.created_at},
        )

    async def get(self, segment_id: UUID, *, include_deleted: bool = False) -> SegmentRead:
        """Raises NotFound."""
        segment = self._store.segments.get(segment_id)
        if segment is None or (segment.lifecycle.deleted and not include_deleted):
            raise NotFound("segment", segment_id)
        return SegmentRead.of(segment)

    async def list(self, listing: Listing) -> Page[SegmentRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, SegmentRead.of)

    async def members(self, rule: Rule, listing: Listing) -> Page[CustomerRead]:
        """One page of the living customers that a rule finds now."""
        store = self._store
        return page_of_customers(store, listing, lambda one: matches(rule, facts_of(store, one)))

    async def snapshot(self, snapshot_id: UUID) -> SnapshotRead:
        """Raises NotFound."""
        snapshot = self._store.snapshots.get(snapshot_id)
        if snapshot is None:
            raise NotFound("snapshot", snapshot_id)
        return SnapshotRead.of(snapshot)

    async def snapshots(self, listing: Listing) -> Page[SnapshotRead]:
        """One page in the order asked for."""
        return self._snapshots.page(listing, SnapshotRead.of)

    async def snapshot_members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of the customers in a snapshot."""
        (snapshot_id,) = (one.value for one in listing.filters)
        snapshot = self._store.snapshots.get(snapshot_id)
        members = frozenset(() if snapshot is None else snapshot.members)
        return page_of_customers(self._store, listing, lambda one: one.id in members)
