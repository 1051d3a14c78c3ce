"""The use case of telling the owner of a webhook that it is paused."""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from application.errors import NotFound
from application.listing import Filter, Listing, SortKey
from application.mail.models import AUTOMATIC, Mail, Mailbox, Shop
from application.mail.templates import Templates
from application.mail.webhook_paused import Missed, failing_since, write
from application.ports.deliveries import DeliveryReader
from application.ports.mailer import Mailer
from application.ports.system import Clock
from application.ports.webhooks import WebhookReader
from application.webhooks.models import WebhookRead
from domain.customers.email_address import EmailAddress
from domain.webhooks.delivery import DeliveryState
from domain.webhooks.endpoint import WebhookState

_ANSWERS: Final = 5


class NotTold(StrEnum):
    """Why nobody is told that a webhook is paused."""

    MAIL_OFF = "mail-off"
    NO_ADDRESS = "no-address"
    NOT_PAUSED = "not-paused"
    DELETED = "webhook-deleted"


class PauseNotice(Struct, frozen=True, kw_only=True):
    """What became of the letter. It holds no address."""

    webhook_id: UUID
    sent: bool
    message_id: Annotated[str | None, Meta(description="That of the message, when one was sent.")] = None
    reason: Annotated[NotTold | None, Meta(description="Why none was sent.")] = None


class PauseNotices:
    """`operator` is written to about a webhook that names nobody; without one nobody is."""

    def __init__(
        self,
        *,
        webhooks: WebhookReader,
        deliveries: DeliveryReader,
        mailer: Mailer,
        templates: Templates,
        shop: Shop,
        operator: EmailAddress | None,
        clock: Clock,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._mailer = mailer
        self._templates = templates
        self._shop = shop
        self._operator = operator
        self._clock = clock

    async def send(self, webhook_id: UUID) -> PauseNotice:
        """Tells the contact of a webhook, or else the operator, that it is paused, and how to go on.

        Nobody is told when there is neither, nor when it is deleted or not paused any more. Sent again, the message
        about one pause keeps its id, by which a double is recognised. Raises MailRefused or Unavailable.
        """
        try:
            webhook = await self._webhooks.get(webhook_id)
        except NotFound:
            return untold(webhook_id, NotTold.DELETED)
        if webhook.state is not WebhookState.PAUSED:
            return untold(webhook_id, NotTold.NOT_PAUSED)
        to = self._operator if webhook.contact_email is None else EmailAddress.parse(webhook.contact_email)
        if to is None:
            return untold(webhook_id, NotTold.NO_ADDRESS)
        shop = self._shop
        letter = write(webhook, await self._missed(webhook), shop=shop, templates=self._templates)
        message_id = f"webhook-paused.{webhook.id}.{webhook.state_since:%Y%m%d%H%M%S}@{shop.domain}"
        message = Mail(
            message_id=message_id,
            at=self._clock.now(),
            sender=shop.sender,
            to=Mailbox(to),
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            headers=AUTOMATIC,
        )
        await self._mailer.send(message)
        return PauseNotice(webhook_id=webhook_id, sent=True, message_id=message_id)

    async def _missed(self, webhook: WebhookRead) -> Missed:
        mine, since = Filter("webhook_id", "eq", webhook.id), failing_since(webhook)

        async def many(state: DeliveryState) -> int:
            return await self._many(mine, Filter("state", "eq", state), Filter("updated_at", "gte", since))

        given_up = Listing(
            filters=(mine, Filter("state", "eq", DeliveryState.FAILED)),
            sort=(SortKey("updated_at", descending=True),),
            limit=_ANSWERS,
        )
        return Missed(
            last=(await self._deliveries.list(given_up)).items,
            failed=await many(DeliveryState.FAILED),
            expired=await many(DeliveryState.EXPIRED),
            waiting=await self._many(mine, Filter("state", "eq", DeliveryState.PENDING)),
        )

    async def _many(self, *filters: Filter) -> int:
        asked = Listing(filters=filters, sort=(SortKey("created_at"),), limit=1, count=True)
        return (await self._deliveries.list(asked)).total or 0


def untold(webhook_id: UUID, reason: NotTold) -> PauseNotice:
    """Nobody was told, and why."""
    return PauseNotice(webhook_id=webhook_id, sent=False, reason=reason)
