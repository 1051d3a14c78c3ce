"""Who carries mail, and in whose name, as the settings say."""

from pathlib import Path
from typing import Any

from adapters.mail.folder import FolderMailer
from adapters.mail.smtp import PORTS, SmtpMailer
from application.imports.models import zone
from application.mail.confirming import OrderConfirmations
from application.mail.models import Mailbox, Shop
from application.mail.pause_notices import PauseNotices
from application.mail.templates import Templates
from application.mail.trying import MailTrial
from application.ports.mailer import Mailer
from domain.customers.email_address import EmailAddress
from entrypoints.bootstrap.containers import SystemAdapters
from entrypoints.bootstrap.settings import MailConfig


def mailer(config: MailConfig) -> Mailer | None:
    """The one that is configured; None when mail is off."""
    if config.transport == "folder":
        return FolderMailer(Path(config.folder))
    if config.transport == "smtp" and config.host is not None:
        return SmtpMailer(
            config.host,
            config.port or PORTS[config.security],
            security=config.security,
            user=config.user,
            password=None if config.password is None else config.password.reveal(),
            timeout=config.timeout,
        )
    return None


def shop(config: MailConfig) -> Shop | None:
    """Who writes; None while no address is configured."""
    if config.from_address is None:
        return None
    return Shop(
        name=config.shop_name,
        sender=Mailbox(EmailAddress.parse(config.from_address), config.shop_name),
        reply_to=None if config.reply_to is None else Mailbox(EmailAddress.parse(config.reply_to), config.shop_name),
        zone=zone(config.timezone),
        address=config.shop_address,
    )


def trial(config: MailConfig) -> MailTrial | None:
    """To try it out; None when mail is off."""
    carrier, writer = mailer(config), shop(config)
    if carrier is None or writer is None:
        return None
    return MailTrial(
        mailer=carrier, templates=Templates.read(), shop=writer, clock=SystemAdapters.clock(), ids=SystemAdapters.ids()
    )


def order_confirmations(config: MailConfig, records: Any) -> OrderConfirmations | None:
    """Confirmations of the orders that `records`, a container of adapters, has; None when mail is off."""
    carrier, writer = mailer(config), shop(config)
    if carrier is None or writer is None:
        return None
    return OrderConfirmations(
        orders=records.orders(),
        customers=records.customers(),
        books=records.books(),
        mailer=carrier,
        templates=Templates.read(),
        shop=writer,
        clock=SystemAdapters.clock(),
    )


def pause_notices(config: MailConfig, records: Any) -> PauseNotices | None:
    """Letters about the paused webhooks that `records`, a container of adapters, has; None when mail is off."""
    carrier, writer = mailer(config), shop(config)
    if carrier is None or writer is None:
        return None
    return PauseNotices(
        webhooks=records.webhooks(),
        deliveries=records.deliveries(),
        mailer=carrier,
        templates=Templates.read(),
        shop=writer,
        operator=None if config.operator is None else EmailAddress.parse(config.operator),
        clock=SystemAdapters.clock(),
    )
