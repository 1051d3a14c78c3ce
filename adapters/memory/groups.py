"""Groups of customers in memory."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.segments import page_of_customers
from adapters.memory.store import MemoryStore
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.groups.models import GroupRead
from application.listing import Listing, Page
from domain.customers.group import Group, Membership
from domain.shared.ids import CustomerId, GroupId


class MemoryGroupRepository:
    """Groups for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, group_id: GroupId) -> Group:
        """Deleted ones too. Raises NotFound."""
        group = self._store.groups.get(group_id)
        if group is None:
            raise NotFound("group", group_id)
        return group

    async def members_among(self, group_id: GroupId, customer_ids: Sequence[CustomerId]) -> AbstractSet[CustomerId]:
        """Those of these customers that are in the group."""
        return {one for one in customer_ids if (group_id, one) in self._store.memberships}

    def add(self, group: Group) -> None:
        """Keeps a new group at commit."""
        self._pending.write(lambda changes: changes.groups.add(group))

    def save(self, group: Group) -> Group:
        """Keeps a changed group at commit, under the next version."""
        saved = replace(group, lifecycle=group.lifecycle.next_version())
        self._pending.write(lambda changes: changes.groups.save(saved))
        return saved

    def admit(self, memberships: Iterable[Membership]) -> None:
        """Keeps new memberships at commit."""
        for one in memberships:
            self._pending.write(lambda changes, one=one: changes.admit(one))  # type: ignore[misc]  # bound as it is now

    def dismiss(self, group_id: GroupId, customer_ids: Iterable[CustomerId]) -> None:
        """Ends memberships at commit."""
        leaving = tuple(customer_ids)
        self._pending.write(lambda changes: changes.dismiss(group_id, leaving))


class MemoryGroupReader:
    """Groups for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.group_rows,
            columns={
                "name": lambda one: one.details.name,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, group_id: UUID, *, include_deleted: bool = False) -> GroupRead:
        """Raises NotFound."""
        group = self._store.groups.get(group_id)
        if group is None or (group.lifecycle.deleted and not include_deleted):
            raise NotFound("group", group_id)
        return GroupRead.of(group)

    async def list(self, listing: Listing) -> Page[GroupRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, GroupRead.of)

    async def members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of the customers in a group."""
        (group_id,) = (one.value for one in listing.filters)
        memberships = self._store.memberships
        return page_of_customers(self._store, listing, lambda one: (group_id, one.id) in memberships)
