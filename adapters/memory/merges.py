"""Merges in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from adapters.memory.collection import Collection, Stage
from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.customers.merge_models import MergeRead
from application.errors import Conflict, NotFound
from application.listing import Listing, Page
from domain.customers.belongings import Belongings, Handover, Held, HeldMembership, HeldReview, SnapshotPlace
from domain.customers.customer import Customer
from domain.customers.merge import Merge
from domain.customers.segment import Snapshot
from domain.shared.ids import CustomerId


class MemoryMergeRepository:
    """Merges for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, customer_id: CustomerId, from_id: CustomerId) -> Merge:
        """The merge of `from_id` that belongs to this customer now. Raises NotFound."""
        for merge in self._store.merge_rows.members("from_id", from_id):
            if merge.customer_id == customer_id:
                return merge
        raise NotFound("merge of customer", from_id)

    async def belongings(self, customer_id: CustomerId) -> Belongings:
        """All that belongs to a customer."""
        return _belongings(self._store, customer_id)

    def hand_over(self, handover: Handover) -> None:
        """Gives things from one customer to another at commit."""
        self._pending.write(lambda changes: _hand_over(changes, handover))

    def dissolve(self, customer: Customer) -> None:
        """Takes a customer away at commit."""
        self._pending.write(lambda changes: self._dissolve(changes, customer))

    def add(self, merge: Merge) -> None:
        """Keeps a new merge at commit."""
        self._pending.write(lambda changes: changes.merges.add(merge))

    def remove(self, merge: Merge) -> None:
        """Takes a merge away at commit."""
        self._pending.write(lambda changes: changes.merges.remove(merge))

    def _dissolve(self, changes: Changes, customer: Customer) -> None:
        store = self._store
        owned: list[tuple[Collection[Any], Stage[Any]]] = [
            (store.order_rows, changes.orders),
            (store.return_rows, changes.returns),
            (store.review_rows, changes.reviews),
            (store.address_rows, changes.addresses),
            (store.consent_rows, changes.consents),
            (store.merge_rows, changes.merges),
        ]
        for rows, stage in owned:
            left = (stage.get(one.id) for one in rows.members("customer_id", customer.id))
            if any(one is not None and one.customer_id == customer.id for one in left):
                raise Conflict(f"something came to the customer {customer.id} in the meantime: try again")
        if changes.is_named(customer.id):
            raise Conflict(f"the customer {customer.id} came to a group or a snapshot in the meantime: try again")
        changes.customers.remove(customer)


class MemoryMergeReader:
    """Merges for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._lister = Lister(
            store.merge_rows,
            columns={
                "customer_id": lambda one: one.customer_id,
                "created_at": lambda one: one.lifecycle.created_at,
            },
        )

    async def list(self, listing: Listing) -> Page[MergeRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, MergeRead.of)


def _belongings(store: MemoryStore, customer_id: CustomerId) -> Belongings:
    def held(rows: Collection[Any]) -> tuple[Held, ...]:
        found = rows.members("customer_id", customer_id)
        return tuple(sorted((Held(one.id, one.lifecycle.version) for one in found), key=lambda one: one.id))

    reviews = store.review_rows.members("customer_id", customer_id)
    return Belongings(
        orders=held(store.order_rows),
        returns=held(store.return_rows),
        reviews=tuple(
            sorted(
                (
                    HeldReview(
                        id=one.id,
                        version=one.lifecycle.version,
                        book_id=one.book_id,
                        deleted=one.lifecycle.deleted,
                    )
                    for one in reviews
                ),
                key=lambda one: one.id,
            )
        ),
        addresses=_sorted(store.address_rows.members("customer_id", customer_id)),
        consents=_sorted(store.consent_rows.members("customer_id", customer_id)),
        merges=held(store.merge_rows),
        memberships=tuple(
            HeldMembership(one, store.groups[one.group_id].lifecycle.version)
            for one in sorted(store.memberships.values(), key=lambda one: one.group_id)
            if one.customer_id == customer_id
        ),
        places=tuple(sorted(_places(store.snapshots.values(), customer_id))),
    )


def _places(snapshots: Iterable[Snapshot], customer_id: CustomerId) -> Iterator[SnapshotPlace]:
    # Members have no numbers here: the places that one customer has in a snapshot are as good as one another.
    for snapshot in snapshots:
        for number in range(snapshot.members.count(customer_id)):
            yield SnapshotPlace(snapshot.id, number)


def _sorted(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=lambda one: one.id))


def _hand_over(changes: Changes, handover: Handover) -> None:
    things = handover.things
    moves: list[tuple[Stage[Any], Iterable[tuple[UUID, int]]]] = [
        (changes.orders, [(one.id, one.version) for one in things.orders]),
        (changes.returns, [(one.id, one.version) for one in things.returns]),
        (changes.reviews, [(one.id, one.version) for one in things.reviews if one.id not in handover.decided]),
        (changes.merges, [(one.id, one.version) for one in things.merges]),
    ]
    for stage, held in moves:
        for thing, version in held:
            row = _present(stage, thing, version, handover.giver)
            lifecycle = row.lifecycle.handed_over(at=handover.at, by=handover.by).next_version()
            stage.save(replace(row, customer_id=handover.taker, lifecycle=lifecycle))
    for address in things.addresses:
        _present(changes.addresses, address.id, address.lifecycle.version, handover.giver)
        changes.addresses.save(handover.address(address))
    for entry in things.consents:
        _present(changes.consents, entry.id, entry.lifecycle.version, handover.giver)
        changes.consents.save(handover.consent(entry))
    for place in things.places:
        changes.replace_member(place.snapshot_id, handover.giver, handover.taker)


def _present(stage: Stage[Any], thing: UUID, version: int, owner: CustomerId) -> Any:
    row = stage.get(thing)
    if row is None or row.lifecycle.version != version or row.customer_id != owner:
        raise Conflict("somebody else changed what belongs to the customer in the meantime: try again")
    return row
