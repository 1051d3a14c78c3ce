"""The adapters of the mailer, each with a way to see what came of its sending."""

import email
import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any

from adapters.mail.folder import FolderMailer
from adapters.mail.smtp import SmtpMailer
from adapters.memory.mailer import MemoryMailer
from application.mail.models import Mail, Mailbox
from application.ports.mailer import Mailer
from domain.customers.email_address import EmailAddress
from tests.support.builders import MORNING
from tests.support.smtp_server import SmtpServer, smtp_server


def a_mail(**given: Any) -> Mail:
    """A message; everything has a plain default."""
    plain: dict[str, Any] = {
        "message_id": "order.1@shop.example",
        "at": MORNING,
        "sender": Mailbox(EmailAddress.parse("orders@shop.example"), "The Shop"),
        "to": Mailbox(EmailAddress.parse("ada@example.org"), "Ada Lovelace"),
        "subject": "Your order",
        "text": "Thank you.\n",
    }
    return Mail(**{**plain, **given})


def a_box(address: str, name: str | None = None) -> Mailbox:
    """A mailbox."""
    return Mailbox(EmailAddress.parse(address), name)


LONGEST_LINE = 998


@dataclass(frozen=True)
class Got:
    """A message as its reader's program takes it apart."""

    message_id: str
    at: datetime
    sender: tuple[str, str]
    to: tuple[str, str]
    reply_to: tuple[str, str] | None
    subject: str
    text: str
    html: str | None
    headers: dict[str, str]


def taken_apart(raw: bytes) -> Got:
    """Its headers are read with the older part of the library: the newer one has a fault, and leaves the space between
    two encoded words of a name.
    """
    assert all(len(line) <= LONGEST_LINE for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    old = email.message_from_string(raw.decode(), policy=compat32)
    made = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(made, EmailMessage)
    text, html = made.get_body(("plain",)), made.get_body(("html",))
    assert text is not None
    return Got(
        message_id=_line(old["Message-ID"]).strip("<>"),
        at=parsedate_to_datetime(old["Date"]),
        sender=_box(old["From"]),
        to=_box(old["To"]),
        reply_to=None if old["Reply-To"] is None else _box(old["Reply-To"]),
        subject=_decoded(old["Subject"]),
        text=_lines(text),
        html=None if html is None else _lines(html),
        headers={name: _line(value) for name, value in old.items() if not name.lower().startswith("content-")},
    )


def as_it_is(mail: Mail) -> Got:
    """What a message that is kept as it was given amounts to."""

    def box(one: Mailbox) -> tuple[str, str]:
        return one.name or "", one.address.value

    return Got(
        message_id=mail.message_id,
        at=mail.at,
        sender=box(mail.sender),
        to=box(mail.to),
        reply_to=None if mail.reply_to is None else box(mail.reply_to),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        headers=dict(mail.headers),
    )


def _lines(part: Any) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def _line(value: Any) -> str:
    return re.sub(r"\r?\n", "", str(value))


def _decoded(value: Any) -> str:
    return str(make_header(decode_header(_line(value))))


def _box(value: Any) -> tuple[str, str]:
    name, address = parseaddr(_line(value))
    return _decoded(name), address


Sent = Callable[[], Sequence[Got]]


@dataclass(frozen=True)
class MailerCase:
    """One adapter. `open` gives a mailer and what it has sent so far, for a folder to work in."""

    name: str
    open: Callable[[Path], AbstractAsyncContextManager[tuple[Mailer, Sent]]]
    keeps_one_of_a_double: bool
    """Whether it is itself who drops the first of two messages of one id, and not the reader's program."""


@asynccontextmanager
async def _memory(_: Path) -> AsyncIterator[tuple[Mailer, Sent]]:
    mailer = MemoryMailer()
    yield mailer, lambda: [as_it_is(one) for one in mailer.sent]


@asynccontextmanager
async def _folder(folder: Path) -> AsyncIterator[tuple[Mailer, Sent]]:
    def sent() -> Sequence[Got]:
        files = sorted((folder / "mail").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [taken_apart(path.read_bytes()) for path in files]

    yield FolderMailer(folder / "mail"), sent


@asynccontextmanager
async def _smtp(_: Path) -> AsyncIterator[tuple[Mailer, Sent]]:
    async with smtp_server() as server:
        yield mailer_to(server), lambda: [taken_apart(one.content) for one in server.taken]


def mailer_to(server: SmtpServer, *, tls_context: ssl.SSLContext | None = None, **more: Any) -> SmtpMailer:
    """A mailer that sends to the server of a test."""
    settings: dict[str, Any] = {"security": "none", "timeout": 5, **more}
    return SmtpMailer("127.0.0.1", server.port, tls_context=tls_context, **settings)


MAILERS = [
    MailerCase("memory", _memory, keeps_one_of_a_double=True),
    MailerCase("folder", _folder, keeps_one_of_a_double=True),
    MailerCase("smtp", _smtp, keeps_one_of_a_double=False),
]
