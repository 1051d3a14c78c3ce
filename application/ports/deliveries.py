"""Deliveries of events to webhook endpoints, as kept and as read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.listing import Listing, Page
from application.webhooks.delivery_models import DeliveryRead
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Delivery


class DeliveryRepository(Protocol):
    """Deliveries for writing, inside a unit of work. There is one an event and endpoint."""

    async def get(self, delivery_id: DeliveryId) -> Delivery:
        """Raises NotFound."""
        ...

    async def of_events(self, webhook_id: WebhookId, sequences: Sequence[int]) -> Sequence[Delivery]:
        """Those of these events to an endpoint, in the order of their sequences."""
        ...

    async def waiting(self, webhook_id: WebhookId, most: int) -> Sequence[Delivery]:
        """At most so many that wait for their turn: of the highest priority first, then as they became due."""
        ...

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Keeps new deliveries at commit, in one go.

        Commit raises Conflict when there is one of an event to an endpoint already, or when the endpoint is not there.
        """
        ...

    def save(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Keeps changed deliveries at commit, in one go, under their next versions, and returns them with those.

        Commit raises Conflict when a stored version is no longer the one that was loaded.
        """
        ...


class DeliveryReader(Protocol):
    """Deliveries for reading, straight to read models."""

    async def get(self, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
        """With its attempts and without its request. Raises NotFound, also when it is another endpoint's."""
        ...

    async def list(self, listing: Listing) -> Page[DeliveryRead]:
        """One page in the order asked for, without attempts and requests."""
        ...

    async def forget(self, before: datetime, most: int) -> int:
        """Deletes at most so many deliveries that have ended and were last changed before this time; how many it did.

        Raises Unavailable.
        """
        ...
