"""The use case of trying the mail out."""

from application.mail.models import Mail, Mailbox, Shop
from application.mail.templates import Templates
from application.ports.mailer import Mailer
from application.ports.system import Clock, IdGenerator
from domain.customers.email_address import EmailAddress


class MailTrial:
    """Sends a message that says nothing, to see it arrive."""

    def __init__(self, *, mailer: Mailer, templates: Templates, shop: Shop, clock: Clock, ids: IdGenerator) -> None:
        self._mailer = mailer
        self._templates = templates
        self._shop = shop
        self._clock = clock
        self._ids = ids

    async def send(self, address: str) -> str:
        """Sends it to this address; its message id. Raises Invalid, MailRefused or Unavailable."""
        now, shop, templates = self._clock.now(), self._shop, self._templates
        message = Mail(
            message_id=f"test.{self._ids.new()}@{shop.domain}",
            at=now,
            sender=shop.sender,
            reply_to=shop.reply_to,
            to=Mailbox(EmailAddress.parse(address)),
            subject=templates.line("test.subject", shop=shop.name),
            text=templates.text("test", shop=shop.name, sent_at=templates.moment(now, shop.zone)),
        )
        await self._mailer.send(message)
        return message.message_id
