"""The use cases of webhook endpoints."""

from uuid import UUID

import msgspec

from application.caller import Caller
from application.errors import NotFound
from application.listing import Listed, Listing, listed
from application.ports.system import Clock, IdGenerator, RandomBytes
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.webhook_sender import WebhookSender
from application.ports.webhooks import WebhookReader
from application.versions import expect
from application.webhooks.models import (
    WEBHOOK_LIST,
    SecretRotate,
    WebhookCreate,
    WebhookRead,
    WebhookTested,
    WebhookUpdate,
)
from application.webhooks.sending import attempt_of, test_message
from domain.shared.ids import WebhookId
from domain.webhooks.addresses import Reach
from domain.webhooks.endpoint import WebhookEndpoint
from domain.webhooks.secret import NEW_BYTES, SigningSecret
from domain.webhooks.signature import signed_headers


class WebhookService:
    """Each method is one use case and one unit of work. `reach` is where messages may go to."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: WebhookReader,
        sender: WebhookSender,
        reach: Reach,
        clock: Clock,
        ids: IdGenerator,
        random: RandomBytes,
    ) -> None:
        self._units = units
        self._reader = reader
        self._sender = sender
        self._reach = reach
        self._clock = clock
        self._ids = ids
        self._random = random

    async def create(self, command: WebhookCreate, caller: Caller) -> WebhookRead:
        """Registers an endpoint, which is sent the events that are recorded from now on.

        - The answer holds the secret that its messages are signed with. It is shown this once: neither a list nor
          an answer that is told again for an idempotency key has it.
        - The URL is https and leads to the internet. What its name leads to is checked again with every message.
        """
        async with self._units(caller) as uow:
            endpoint, event = WebhookEndpoint.register(
                WebhookId(self._ids.new()),
                command.details(self._reach),
                self._new_secret(),
                at=self._clock.now(),
                by=caller.actor,
            )
            uow.webhooks.add(endpoint)
            uow.record(event)
            answer = WebhookRead.of(endpoint)
            await uow.commit(_told_again(answer))
        return _with_secret(answer, endpoint)

    async def get(self, webhook_id: UUID, *, include_deleted: bool = False) -> WebhookRead:
        """One endpoint, without its secret. A deleted one is found only when asked for."""
        return await self._reader.get(webhook_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[WebhookRead]:
        """One page of endpoints: by state or time."""
        return listed(WEBHOOK_LIST, listing, await self._reader.list(listing))

    async def update(
        self, webhook_id: UUID, command: WebhookUpdate, caller: Caller, *, version: int | None = None
    ) -> WebhookRead:
        """Changes the fields that are given and leaves the others.

        - null takes an optional value away.
        - `enabled` switches it off and on. What happens while it is off is not sent later by itself: replay it.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            endpoint = await self._living(uow, webhook_id, version)
            details = command.over(endpoint.details, self._reach)
            edited, event = endpoint.edit(details, at=self._clock.now(), by=caller.actor)
            if event is None:
                return WebhookRead.of(edited)
            answer = WebhookRead.of(uow.webhooks.save(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, webhook_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts an endpoint away; it is sent nothing more, and can be restored."""
        async with self._units(caller) as uow:
            endpoint = await self._living(uow, webhook_id, version)
            gone, event = endpoint.delete(at=self._clock.now(), by=caller.actor)
            uow.webhooks.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, webhook_id: UUID, caller: Caller, *, version: int | None = None) -> WebhookRead:
        """Brings a deleted endpoint back in the state that it had, with its secret."""
        async with self._units(caller) as uow:
            endpoint = await uow.webhooks.get(WebhookId(webhook_id))
            expect(endpoint.lifecycle, version)
            back, event = endpoint.restore(at=self._clock.now(), by=caller.actor)
            answer = WebhookRead.of(uow.webhooks.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def rotate(
        self, webhook_id: UUID, command: SecretRotate, caller: Caller, *, version: int | None = None
    ) -> WebhookRead:
        """Replaces the secret by a new one, which this answer shows, once.

        - The old one signs beside it for some hours (24 unless it is said otherwise), so that a receiver can change
          over without missing anything. With 0 it is worth nothing at once.
        - One that was replaced before and still signed does so no more.
        """
        async with self._units(caller) as uow:
            endpoint = await self._living(uow, webhook_id, version)
            rotated, event = endpoint.rotate(
                self._new_secret(), overlap=command.overlap, at=self._clock.now(), by=caller.actor
            )
            answer = WebhookRead.of(uow.webhooks.save(rotated))
            uow.record(event)
            await uow.commit(_told_again(answer))
        return _with_secret(answer, rotated)

    async def resume(self, webhook_id: UUID, caller: Caller, *, version: int | None = None) -> WebhookRead:
        """Has an endpoint that was paused or disabled sent events again, those that are recorded from now on.

        What happened in between is not sent by itself: replay the time since `state_since`.
        """
        async with self._units(caller) as uow:
            endpoint = await self._living(uow, webhook_id, version)
            back, event = endpoint.resume(at=self._clock.now(), by=caller.actor)
            if event is None:
                return WebhookRead.of(back)
            answer = WebhookRead.of(uow.webhooks.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def test(self, webhook_id: UUID) -> WebhookTested:
        """Sends a message of the type `webhook.test` at once, whatever the state, and tells what the receiver said.

        It is sent once, is no event and stands in no log of deliveries.
        """
        async with self._units(Caller()) as uow:
            endpoint = await self._living(uow, webhook_id, None)
        now, message_id = self._clock.now(), str(self._ids.new())
        body = test_message(endpoint.id, now)
        headers = signed_headers(message_id, body, endpoint.secrets(now), at=now)
        sent = await self._sender.send(endpoint.details.url, headers, body)
        attempt = attempt_of(sent, endpoint.details.url, now)
        return WebhookTested(
            message_id=message_id,
            delivered=attempt.succeeded,
            status=attempt.status,
            duration_ms=attempt.duration_ms,
            answer=attempt.answer,
            error=attempt.error,
            detail=attempt.detail,
        )

    def _new_secret(self) -> SigningSecret:
        return SigningSecret(self._random.draw(NEW_BYTES))

    async def _living(self, uow: UnitOfWork, webhook_id: UUID, version: int | None) -> WebhookEndpoint:
        endpoint = await uow.webhooks.get(WebhookId(webhook_id))
        if endpoint.lifecycle.deleted:
            raise NotFound("webhook", webhook_id)
        expect(endpoint.lifecycle, version)
        return endpoint


def _told_again(answer: WebhookRead) -> WebhookRead:
    """What an idempotency key keeps: answers are kept for a day, and a secret is shown once."""
    return msgspec.structs.replace(answer, secret=None)


def _with_secret(answer: WebhookRead, endpoint: WebhookEndpoint) -> WebhookRead:
    return msgspec.structs.replace(answer, secret=endpoint.secret.reveal())
