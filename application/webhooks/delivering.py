"""Making one attempt at a delivery, and noting what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from application.caller import Caller
from application.decoding import convert
from application.errors import Conflict
from application.jobs.kinds import JobKind, JobRun
from application.ports.events import EventReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.webhook_sender import Sent, WebhookSender
from application.webhooks.deliveries import event_of
from application.webhooks.jobs import AT_ONCE, WEBHOOK_DELIVERY, DeliveryArguments, attempt_job, paused_job
from application.webhooks.sending import attempt_of, event_message
from domain.jobs.retry import RetryPolicy
from domain.shared.events import Scalar
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from domain.webhooks.endpoint import WebhookEndpoint, WebhookState
from domain.webhooks.schedule import RETRY_DELAYS
from domain.webhooks.signature import signed_headers

_TRIES = 5


class DeliverWebhook:
    """Sends one message, and says in one transaction what came of it, with the job of the next attempt.

    - It is at least once: when the process dies between the answer and the note, the same message is sent again.
    - A job whose attempt was made, or whose delivery has ended, does nothing.
    - An endpoint that is slow holds up nobody else: what would be too many requests to it at once waits for its turn,
      without a job. Each job ends by asking for that of the next, so that one is always left to do so.
    """

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        events: EventReader,
        sender: WebhookSender,
        clock: Clock,
        ids: IdGenerator,
        delays: Sequence[timedelta] = RETRY_DELAYS,
    ) -> None:
        self._units = units
        self._events = events
        self._sender = sender
        self._clock = clock
        self._ids = ids
        self._delays = delays
        self._under_way: Counter[WebhookId] = Counter()

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """One attempt; the result says what became of it."""
        asked = convert(DeliveryArguments, run.job.arguments)
        async with self._units(run.caller) as uow:
            delivery = await uow.deliveries.get(DeliveryId(asked.delivery_id))
        told = await self._attempted(delivery, asked.attempt, run)
        await self._give_turns(delivery.webhook_id, run.caller)
        return told

    async def _attempted(self, delivery: Delivery, attempt: int, run: JobRun) -> Mapping[str, Scalar]:
        caller = run.caller
        if not delivery.pending or delivery.next_attempt != attempt or delivery.waits is not None:
            return {"outcome": "superseded"}
        async with self._units(caller) as uow:
            endpoint = await uow.webhooks.get(delivery.webhook_id)
            if not endpoint.listens:
                uow.deliveries.save([delivery.expire(at=self._clock.now(), by=caller.actor)])
                await uow.commit()
                return {"outcome": DeliveryState.EXPIRED}
            if self._room(endpoint) <= 0:
                uow.deliveries.save([delivery.wait(run.job.priority, at=self._clock.now(), by=caller.actor)])
                await uow.commit()
                return {"outcome": "waits"}
        return await self._sent(delivery, endpoint, caller)

    async def _sent(self, delivery: Delivery, endpoint: WebhookEndpoint, caller: Caller) -> Mapping[str, Scalar]:
        with self._turn(endpoint.id):
            attempt, sent = await self._send(delivery, endpoint)
        state = await self._noted(delivery, endpoint, attempt, sent, caller)
        return {"outcome": state, "status": attempt.status, "error": attempt.error}

    @contextmanager
    def _turn(self, webhook_id: WebhookId) -> Iterator[None]:
        self._under_way[webhook_id] += 1
        try:
            yield
        finally:
            self._under_way[webhook_id] -= 1
            if not self._under_way[webhook_id]:
                del self._under_way[webhook_id]

    def _room(self, endpoint: WebhookEndpoint) -> int:
        return (AT_ONCE if endpoint.failing_since is None else 1) - self._under_way[endpoint.id]

    async def _give_turns(self, webhook_id: WebhookId, caller: Caller) -> None:
        """A job for the first that waits, and one more where nobody else is sending, so that few become as many as may.

        Who finds no room leaves it to those who are sending, who look when they have. Raises Conflict when others were
        faster each time.
        """
        for left in reversed(range(_TRIES)):
            async with self._units(caller) as uow:
                first = await uow.deliveries.waiting(webhook_id, 1 if self._under_way[webhook_id] else 2)
                room = self._room(await uow.webhooks.get(webhook_id)) if first else 0
                if room <= 0:
                    return
                now = self._clock.now()
                for one in first[:room]:
                    job = attempt_job(self._ids, one, at=now, by=caller.actor, priority=one.waits or 0)
                    uow.jobs.enqueue(job)
                uow.deliveries.save([one.take_turn(at=now, by=caller.actor) for one in first[:room]])
                try:
                    await uow.commit()
                except Conflict:
                    if not left:
                        raise
                else:
                    return

    async def _send(self, delivery: Delivery, endpoint: WebhookEndpoint) -> tuple[Attempt, Sent]:
        body = event_message(await event_of(self._events, delivery.sequence))
        now, url = self._clock.now(), endpoint.details.url
        headers = signed_headers(str(delivery.id), body, endpoint.secrets(now), at=now)
        sent = await self._sender.send(url, headers, body)
        return attempt_of(sent, url, now), sent

    async def _noted(
        self, delivery: Delivery, endpoint: WebhookEndpoint, attempt: Attempt, sent: Sent, caller: Caller
    ) -> str:
        """Keeps it, anew when somebody changed the endpoint or the delivery meanwhile."""
        for left in reversed(range(_TRIES)):
            async with self._units(caller) as uow:
                try:
                    return await self._note(uow, delivery, endpoint, attempt, sent, caller)
                except Conflict:
                    if not left:
                        raise
                before = delivery.next_attempt
                delivery, endpoint = await uow.deliveries.get(delivery.id), await uow.webhooks.get(endpoint.id)
                if not delivery.pending or delivery.next_attempt != before:
                    return "superseded"
        raise AssertionError("the last try returns or raises")

    async def _note(
        self,
        uow: UnitOfWork,
        delivery: Delivery,
        endpoint: WebhookEndpoint,
        attempt: Attempt,
        sent: Sent,
        caller: Caller,
    ) -> str:
        now = self._clock.now()
        after = delivery.attempted(attempt, at=now, by=caller.actor, asked=sent.retry_after, delays=self._delays)
        (after,) = uow.deliveries.save([after])
        if after.pending:
            uow.jobs.enqueue(attempt_job(self._ids, after, at=now, by=caller.actor))
        if attempt.succeeded:
            if endpoint.failing_since is not None:
                uow.webhooks.note_failing(endpoint.id, None)
        else:
            uow.webhooks.note_failing(endpoint.id, attempt.at)
            self._stop(uow, replace(endpoint, failing_since=endpoint.failing_since or attempt.at), attempt, after)
        await uow.commit()
        return after.state

    def _stop(self, uow: UnitOfWork, endpoint: WebhookEndpoint, attempt: Attempt, after: Delivery) -> None:
        """Sends nothing more to an endpoint that is gone, or that failed for too long, of which its owner is told."""
        at, by = after.lifecycle.updated_at, after.lifecycle.updated_by
        failed = after.state is DeliveryState.FAILED and endpoint.failed_too_long(at)
        if endpoint.listens and (attempt.gone or failed):
            stopped, event = (endpoint.give_up if attempt.gone else endpoint.pause)(at=at, by=by)
            uow.webhooks.save(stopped)
            uow.record(event)
            if stopped.state is WebhookState.PAUSED:
                uow.jobs.enqueue(paused_job(self._ids, endpoint.id, at=at, by=by))


def delivery_kind(handler: DeliverWebhook) -> JobKind:
    """The kind of jobs that send. What is tried again by it is the note, not the message: that has its own schedule."""
    return JobKind(
        name=WEBHOOK_DELIVERY,
        about="Sends an event to a webhook, once, and notes what came of it.",
        handler=handler,
        takes=DeliveryArguments,
        retry=RetryPolicy(attempts=20),
        timeout=timedelta(minutes=1),
    )
