"""People in memory: what is held of one beside the lists, and the erasing of all of it."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from adapters.memory.collection import Aggregate, Collection
from adapters.memory.events import event_read_of
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.customers.export_models import MembershipRead, MergedRead, SnapshotMembershipRead
from application.events.models import EventRead
from domain.customers.customer import Customer

A = TypeVar("A", bound=Aggregate)


class MemoryPersonRepository:
    """People for erasing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def due(self, before: datetime, limit: int) -> Sequence[Customer]:
        """Those deleted before that moment and not erased yet."""
        found = sorted(_due(self._store, before), key=lambda one: (one.lifecycle.deleted_at, one.id.int))
        return found[:limit]

    def erase(self, customers: Sequence[Customer]) -> None:
        """Keeps erased customers at commit, and forgets with them what is held of them."""
        self._pending.write(lambda changes: self._erase(changes, customers))

    def _erase(self, changes: Changes, customers: Sequence[Customer]) -> None:
        store = self._store
        for customer in customers:
            changes.customers.save(replace(customer, lifecycle=customer.lifecycle.next_version()))
            for address in store.address_rows.members("customer_id", customer.id):
                changes.addresses.remove(address)
            for entry in store.consent_rows.members("customer_id", customer.id):
                changes.consents.remove(entry)
        for customer, review in _of_each(customers, store.review_rows, lambda one: one.id):
            at, by = customer.lifecycle.updated_at, customer.lifecycle.updated_by
            silent, event = review.forget(at=at, by=by)
            changes.reviews.save(replace(silent, lifecycle=silent.lifecycle.next_version()))
            changes.events.append(event)
        aliases = _of_each(customers, store.merge_rows, lambda one: one.from_id)
        for customer, merge in aliases:
            at, by = customer.lifecycle.updated_at, customer.lifecycle.updated_by
            forgotten, event = merge.forget(at=at, by=by)
            changes.merges.save(replace(forgotten, lifecycle=forgotten.lifecycle.next_version()))
            changes.events.append(event)
        changes.forget(frozenset({*(one.id for one in customers), *(merge.from_id for _, merge in aliases)}))


def _of_each(
    customers: Sequence[Customer], rows: Collection[A], key: Callable[[A], UUID]
) -> Sequence[tuple[Customer, A]]:
    """What belongs to these customers, by what an event of it will tell of."""
    found = [(customer, row) for customer in customers for row in rows.members("customer_id", customer.id)]
    return sorted(found, key=lambda pair: key(pair[1]).int)


def _due(store: MemoryStore, before: datetime) -> Iterable[Customer]:
    return [
        one
        for one in store.customers.values()
        if one.erased_at is None and one.lifecycle.deleted_at is not None and one.lifecycle.deleted_at < before
    ]


class MemoryPersonReader:
    """What is held of a person."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def count_due(self, before: datetime) -> int:
        """How many are due."""
        return len(list(_due(self._store, before)))

    async def merged(self, customer_id: UUID) -> Sequence[MergedRead]:
        """The customers that were merged into it."""
        found = self._store.merge_rows.members("customer_id", customer_id)
        return [MergedRead.of(one) for one in sorted(found, key=lambda one: (one.lifecycle.created_at, one.id.int))]

    async def memberships(self, customer_id: UUID) -> Sequence[MembershipRead]:
        """The groups that it is in."""
        found = [one for one in self._store.memberships.values() if one.customer_id == customer_id]
        found.sort(key=lambda one: (one.added_at, one.group_id.int))
        return [
            MembershipRead(
                group_id=one.group_id,
                name=self._store.groups[one.group_id].details.name,
                added_at=one.added_at,
                added_by=one.added_by,
            )
            for one in found
        ]

    async def snapshots(self, customer_id: UUID) -> Sequence[SnapshotMembershipRead]:
        """The snapshots that it is in."""
        found = [one for one in self._store.snapshots.values() if customer_id in one.members]
        found.sort(key=lambda one: (one.lifecycle.created_at, one.id.int))
        return [
            SnapshotMembershipRead(
                snapshot_id=one.id,
                segment_id=one.segment_id,
                rule=one.rule,
                created_at=one.lifecycle.created_at,
            )
            for one in found
        ]

    async def events_of(self, aggregate_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to these things."""
        return self._events(frozenset(aggregate_ids), frozenset())

    async def events_naming(self, customer_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to anything whose event names one of these customers."""
        return self._events(frozenset(), frozenset(map(str, customer_ids)))

    def _events(self, ids: AbstractSet[UUID], names: AbstractSet[str]) -> Sequence[EventRead]:
        return [
            event_read_of((number, kept))
            for number, kept in enumerate(self._store.events, start=1)
            if kept.event.aggregate_id in ids or kept.event.data.get("customer_id") in names
        ]
