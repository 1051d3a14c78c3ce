"""The people behind customers: everything that a store holds of one, wherever it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.customers.export_models import MembershipRead, MergedRead, SnapshotMembershipRead
from application.events.models import EventRead
from domain.customers.customer import Customer


class PersonRepository(Protocol):
    """People for erasing, inside a unit of work."""

    async def due(self, before: datetime, limit: int) -> Sequence[Customer]:
        """Those deleted before that moment and not erased yet, the longest deleted first, at most `limit`."""
        ...

    def erase(self, customers: Sequence[Customer]) -> None:
        """Keeps erased customers at commit, each under the next version, and in the same transaction forgets the rest.

        - Addresses, consents and memberships in groups and snapshots of theirs are gone.
        - Their reviews, deleted ones too, are left with their stars: title, text, language and the reason of a
          rejection are gone, under a next version, with an event `review.erased` each.
        - The customers that were merged into them are erased along: what undoing takes is gone, with an event
          `customer.erased` each, and their ids raise Erased too.
        - What was answered under idempotency keys about any of them is gone.

        Orders and returns stay as they are. Whoever adds a review or a membership for one of them at the same time is
        refused, or what was added is erased along. Commit raises Conflict when a stored version is no longer the one
        that was loaded.
        """
        ...


class PersonReader(Protocol):
    """What is held of a person beside what the lists of addresses, consents, orders, returns and reviews show."""

    async def count_due(self, before: datetime) -> int:
        """How many were deleted before that moment and are not erased yet."""
        ...

    async def merged(self, customer_id: UUID) -> Sequence[MergedRead]:
        """The customers that were merged into it, in the order of the merges."""
        ...

    async def memberships(self, customer_id: UUID) -> Sequence[MembershipRead]:
        """The groups that it is in, deleted ones included, in the order in which it joined them."""
        ...

    async def snapshots(self, customer_id: UUID) -> Sequence[SnapshotMembershipRead]:
        """The snapshots of segments that it is in, in the order in which they were taken."""
        ...

    async def events_of(self, aggregate_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to these things, in the order of `position`."""
        ...

    async def events_naming(self, customer_ids: Sequence[UUID]) -> Sequence[EventRead]:
        """What happened to anything whose event names one of these customers as its own, in the order of `position`."""
        ...
