"""The log of deliveries."""

from datetime import timedelta
from uuid import UUID

import msgspec

from application.errors import NotFound
from application.events.models import EVENT_LIST, EventRead
from application.listing import Filter, Listed, Listing, listed
from application.ports.deliveries import DeliveryReader
from application.ports.events import EventReader
from application.ports.system import Clock
from application.webhooks.delivery_models import DELIVERY_LIST, DeliveryRead, RequestRead
from application.webhooks.sending import CONTENT_TYPE, event_message


class DeliveryService:
    """Each method is one use case."""

    def __init__(self, *, reader: DeliveryReader, events: EventReader, clock: Clock) -> None:
        self._reader = reader
        self._events = events
        self._clock = clock

    async def list(self, listing: Listing) -> Listed[DeliveryRead]:
        """One page of the deliveries to an endpoint, the latest first: by state, type, sequence or time."""
        return listed(DELIVERY_LIST, listing, await self._reader.list(listing))

    async def forget(self, older_than: timedelta, most: int) -> int:
        """Deletes at most so many deliveries that have ended and did not change for so long; returns how many."""
        return await self._reader.forget(self._clock.now() - older_than, most)

    async def get(self, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
        """One delivery: what is sent, and the last of its attempts with what the receiver answered."""
        found = await self._reader.get(webhook_id, delivery_id)
        body = event_message(await event_of(self._events, found.sequence))
        request = RequestRead(headers={**CONTENT_TYPE, "webhook-id": str(found.id)}, body=body.decode())
        return msgspec.structs.replace(found, request=request)


async def event_of(events: EventReader, sequence: int) -> EventRead:
    """The event at this place. Raises NotFound."""
    asked = Listing(filters=(Filter("sequence", "eq", sequence),), sort=EVENT_LIST.default_sort, limit=1)
    found = (await events.list(asked)).items
    if not found:
        raise NotFound("event", sequence)
    return found[0]
