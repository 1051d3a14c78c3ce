"""Settings of mail that are sound one by one and do not go together."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from application.imports.models import zone
from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid
from domain.shared.text import clean_line
from entrypoints.bootstrap.loopback import is_loopback
from entrypoints.bootstrap.settings import MailConfig, Settings

_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
# The domain is in the id of each message, which is also the name of a file.
_LONGEST_FROM: Final = 120
_OF_A_SERVER: Final = ("host", "user", "password")


def broken(settings: Settings) -> Iterator[str]:
    """Why mail cannot be sent with these settings; nothing when it can, or is not to be."""
    mail = settings.mail
    if mail.order_confirmations and mail.transport == "off":
        yield "MAIL_ORDER_CONFIRMATIONS needs a way to send: set MAIL_TRANSPORT to folder or smtp, or leave it out"
    if mail.order_confirmations and settings.app.storage == "snowflake":
        yield "MAIL_ORDER_CONFIRMATIONS needs a store that takes orders, not STORAGE=snowflake"
    yield from _names(mail)
    if mail.transport != "off" and mail.from_address is None:
        yield "MAIL_FROM_ADDRESS must be given to send mail"
    if mail.transport == "smtp":
        yield from _server(mail)
        if settings.app.env == "production":
            yield from _production(mail)


def odd(settings: Settings) -> Iterator[str]:
    """What can be used and is worth a word."""
    mail = settings.mail
    if mail.operator is not None and mail.transport == "off":
        yield "MAIL_OPERATOR is told nothing: MAIL_TRANSPORT is off"
    given = [f"MAIL_{name.upper()}" for name in _OF_A_SERVER if getattr(mail, name) is not None]
    if given and mail.transport != "smtp":
        verb = "is" if len(given) == 1 else "are"
        yield f"{', '.join(given)} {verb} not used: MAIL_TRANSPORT is {mail.transport}"
    elif mail.password is not None and mail.security == "none" and not is_loopback(mail.host or ""):
        yield "MAIL_PASSWORD crosses the network in plain text: MAIL_SECURITY is none"


def _names(mail: MailConfig) -> Iterator[str]:
    sender = mail.from_address
    if sender is not None and not (_is_address(sender) and sender.isascii() and len(sender) <= _LONGEST_FROM):
        yield f"MAIL_FROM_ADDRESS must be an e-mail address of at most {_LONGEST_FROM} ASCII characters, not {sender}"
    for name, address in (("REPLY_TO", mail.reply_to), ("OPERATOR", mail.operator)):
        if address is not None and not _is_address(address):
            yield f"MAIL_{name} must be an e-mail address such as help@example.org, not {address}"
    try:
        clean_line(mail.shop_name, len(mail.shop_name))
    except Invalid as error:
        yield f"MAIL_SHOP_NAME {error.problems[0].message}"
    try:
        zone(mail.timezone)
    except Invalid:
        yield f"MAIL_TIMEZONE must be a time zone of IANA such as Europe/Vienna, not {mail.timezone}"


def _server(mail: MailConfig) -> Iterator[str]:
    if mail.host is None:
        yield "MAIL_HOST must be given with MAIL_TRANSPORT=smtp"
    elif not _is_host(mail.host):
        yield f"MAIL_HOST must be a name or an address alone (the port is MAIL_PORT), not {mail.host}"
    if (mail.user is None) != (mail.password is None):
        yield "MAIL_USER and MAIL_PASSWORD must be given together, or neither"


def _production(mail: MailConfig) -> Iterator[str]:
    if mail.security == "none" and mail.host is not None and not is_loopback(mail.host):
        what = "messages" if mail.password is None else "the password and all messages"
        yield f"MAIL_SECURITY must be starttls or tls in production: {what} would cross the network in plain text"


def _is_address(text: str) -> bool:
    try:
        EmailAddress.parse(text)
    except Invalid:
        return False
    return True


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST.fullmatch(text) is not None
    return True
