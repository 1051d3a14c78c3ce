"""Sending events anew."""

from collections.abc import Sequence
from uuid import UUID

from application.caller import Caller
from application.errors import NotFound
from application.events.models import EVENT_LIST, EventRead
from application.listing import Filter, Listing
from application.ports.events import EventReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from application.webhooks.delivery_models import DeliveriesReplay, DeliveriesReplayed, DeliveryRead
from application.webhooks.jobs import BEHIND_THE_REST, attempt_job, in_turn
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Delivery
from domain.webhooks.endpoint import WebhookEndpoint

AT_ONCE = 500
"""Events that one request looks at."""


class ReplayService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, events: EventReader, clock: Clock, ids: IdGenerator) -> None:
        self._units = units
        self._events = events
        self._clock = clock
        self._ids = ids

    async def replay_one(
        self, webhook_id: UUID, delivery_id: UUID, caller: Caller, *, version: int | None = None
    ) -> DeliveryRead:
        """Sends a delivery that has ended anew, at once and by the whole schedule, under the same `webhook-id`.

        A receiver that remembers the ids that it has dealt with takes it for the same message. One that is on its way
        still cannot be sent anew, and none to an endpoint that is not active.
        """
        async with self._units(caller) as uow:
            endpoint = await self._active(uow, webhook_id)
            delivery = await uow.deliveries.get(DeliveryId(delivery_id))
            if delivery.webhook_id != endpoint.id:
                raise NotFound("delivery", delivery_id)
            expect(delivery.lifecycle, version)
            now = self._clock.now()
            (saved,) = uow.deliveries.save([delivery.replay(at=now, by=caller.actor)])
            uow.jobs.enqueue(attempt_job(self._ids, saved, at=now, by=caller.actor))
            answer = DeliveryRead.of(saved)
            await uow.commit(answer)
        return answer

    async def replay(self, webhook_id: UUID, command: DeliveriesReplay, caller: Caller) -> DeliveriesReplayed:
        """Sends the events of a range anew, those too that happened while the endpoint was not active.

        - The range is one of sequences or one of times, or what both have in common.
        - At most 500 events are looked at: while `has_more`, ask again with `first_sequence` after `last_sequence`.
        - What is on its way still, and what the endpoint does not ask for, is left out.
        - What happens now is sent before what is sent anew.
        """
        command.check()
        async with self._units(caller) as uow:
            endpoint = await self._active(uow, webhook_id)
            events, has_more = await self._range(command)
            again, new, skipped = await self._divided(uow, endpoint, events, caller)
            if again or new:
                now = self._clock.now()
                sent, jobs = in_turn(self._ids, [*again, *new], at=now, by=caller.actor, priority=BEHIND_THE_REST)
                uow.deliveries.save(sent[: len(again)])
                uow.deliveries.add(sent[len(again) :])
                uow.jobs.enqueue(*jobs)
            answer = DeliveriesReplayed(
                replayed=len(again) + len(new),
                skipped=skipped,
                last_sequence=events[-1].sequence if events else None,
                has_more=has_more,
            )
            await uow.commit(answer)
        return answer

    async def _range(self, command: DeliveriesReplay) -> tuple[Sequence[EventRead], bool]:
        bounds = (
            ("sequence", "gte", command.first_sequence),
            ("sequence", "lte", command.last_sequence),
            ("at", "gte", command.since),
            ("at", "lte", command.until),
        )
        filters = tuple(Filter(field, op, value) for field, op, value in bounds if value is not None)
        page = await self._events.list(Listing(filters=filters, sort=EVENT_LIST.default_sort, limit=AT_ONCE))
        return page.items, page.has_more

    async def _divided(
        self, uow: UnitOfWork, endpoint: WebhookEndpoint, events: Sequence[EventRead], caller: Caller
    ) -> tuple[list[Delivery], list[Delivery], int]:
        """Deliveries that there were and are to be sent anew, new ones, and how many events are left out."""
        wanted = {one.sequence: one for one in events if one.sequence is not None and endpoint.wants(one.type)}
        present = {one.sequence: one for one in await uow.deliveries.of_events(endpoint.id, [*wanted])}
        now = self._clock.now()
        again = [one.replay(at=now, by=caller.actor) for one in present.values() if not one.pending]
        new = [
            Delivery.ask(DeliveryId(self._ids.new()), endpoint.id, sequence, event.type, at=now, by=caller.actor)
            for sequence, event in wanted.items()
            if sequence not in present
        ]
        return again, new, len(events) - len(again) - len(new)

    async def _active(self, uow: UnitOfWork, webhook_id: UUID) -> WebhookEndpoint:
        endpoint = await uow.webhooks.get(WebhookId(webhook_id))
        if endpoint.lifecycle.deleted:
            raise NotFound("webhook", webhook_id)
        endpoint.require_active()
        return endpoint
