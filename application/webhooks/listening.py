"""From events to deliveries."""

from collections.abc import Sequence
from typing import Final

from application.events.models import EventRead
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork
from application.webhooks.jobs import in_turn
from domain.shared.ids import DeliveryId
from domain.webhooks.delivery import Delivery

_BY: Final = "consumer:webhooks"


class WebhookConsumer:
    """Follows the events: each makes a delivery for every endpoint that wants it, and the job of its first attempt.

    An endpoint that is paused, disabled or deleted at that moment gets none: the events stay, and can be replayed.
    """

    name: str = "webhooks"

    def __init__(self, *, clock: Clock, ids: IdGenerator) -> None:
        self._clock = clock
        self._ids = ids

    async def idle(self, uow: UnitOfWork) -> bool:
        """While nobody listens."""
        return not await uow.webhooks.listening()

    async def take(self, uow: UnitOfWork, events: Sequence[EventRead]) -> None:
        """Adds to the unit of work what follows from these events, in their order."""
        endpoints = await uow.webhooks.listening()
        at = self._clock.now()
        made = [
            Delivery.ask(DeliveryId(self._ids.new()), endpoint.id, event.sequence, event.type, at=at, by=_BY)
            for event in events
            for endpoint in endpoints
            if event.sequence is not None
            # What was there before somebody listened is no news to them, nor is that they do.
            and event.at >= endpoint.lifecycle.created_at
            and (event.aggregate_id, event.type) != (endpoint.id, "webhook.created")
            and endpoint.wants(event.type)
        ]
        if made:
            sent, jobs = in_turn(self._ids, made, at=at, by=_BY)
            uow.deliveries.add(sent)
            uow.jobs.enqueue(*jobs)
