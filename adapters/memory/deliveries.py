"""Deliveries of events to webhook endpoints in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.errors import NotFound
from application.listing import Listing, Page
from application.webhooks.delivery_models import DeliveryRead
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Delivery


class MemoryDeliveryRepository:
    """Deliveries for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, delivery_id: DeliveryId) -> Delivery:
        """Raises NotFound."""
        delivery = self._store.deliveries.get(delivery_id)
        if delivery is None:
            raise NotFound("delivery", delivery_id)
        return delivery

    async def of_events(self, webhook_id: WebhookId, sequences: Sequence[int]) -> Sequence[Delivery]:
        """Those of these events to an endpoint, in the order of their sequences."""
        rows = self._store.delivery_rows
        found = (rows.owner("event", (webhook_id, one)) for one in sorted(set(sequences)))
        return [one for one in found if one is not None]

    async def waiting(self, webhook_id: WebhookId, most: int) -> Sequence[Delivery]:
        """The first of those that wait for their turn."""
        return nsmallest(most, self._store.delivery_rows.members("waiting", webhook_id), key=_turn)

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Keeps new deliveries at commit."""
        new = [*deliveries]

        def add(changes: Changes) -> None:
            for one in new:
                changes.add_delivery(one)

        if new:
            self._pending.write(add)

    def save(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Keeps changed deliveries at commit, under their next versions."""
        saved = [replace(one, lifecycle=one.lifecycle.next_version()) for one in deliveries]

        def save(changes: Changes) -> None:
            for one in saved:
                changes.deliveries.save(one)

        if saved:
            self._pending.write(save)
        return saved


def _turn(one: Delivery) -> tuple[int, datetime, int]:
    if one.waits is None or one.next_attempt_at is None:
        raise ValueError(f"the delivery {one.id} does not wait")
    return -one.waits, one.next_attempt_at, one.sequence


class MemoryDeliveryReader:
    """Deliveries for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.delivery_rows,
            columns={
                "webhook_id": lambda one: one.webhook_id,
                "state": lambda one: one.state,
                "type": lambda one: one.event_type,
                "sequence": lambda one: one.sequence,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
        """With its attempts. Raises NotFound, also when it is another endpoint's."""
        delivery = self._store.deliveries.get(delivery_id)
        if delivery is None or delivery.webhook_id != webhook_id:
            raise NotFound("delivery", delivery_id)
        return DeliveryRead.of(delivery)

    async def list(self, listing: Listing) -> Page[DeliveryRead]:
        """One page in the order asked for, without attempts."""
        return self._lister.page(listing, lambda one: DeliveryRead.of(one, attempts=False))

    async def forget(self, before: datetime, most: int) -> int:
        """Deletes those that have ended and were last changed before this time."""
        old = (one for one in self._store.deliveries.values() if not one.pending and one.lifecycle.updated_at < before)
        changes, gone = self._store.begin(), list(islice(old, most))
        for one in gone:
            changes.deliveries.remove(one)
        changes.apply()
        return len(gone)
