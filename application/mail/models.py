"""A piece of mail, and the shop that sends it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid, Problems
from domain.shared.text import clean_line, clean_text

NAME_LENGTH: Final = 255
SUBJECT_LENGTH: Final = 500
BODY_LENGTH: Final = 10_000_000
HEADER_LENGTH: Final = 900
AUTOMATIC: Final = MappingProxyType({"Auto-Submitted": "auto-generated"})
"""The header of what nobody wrote by hand: programs that are away do not answer it (RFC 3834)."""

# RFC 5322, of which the plain form is all that is made here: it is also the name of a file in a folder of mail.
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,120}[A-Za-z0-9])?")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_HEADER_TEXT: Final = re.compile(r"[\x20-\x7e]+")
# What a message has of its own, or must not have.
_OWN_HEADERS: Final = ("bcc", "cc", "date", "from", "message-id", "mime-version", "reply-to", "return-path", "sender")
_OWN: Final = frozenset({*_OWN_HEADERS, "subject", "to"})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name of whoever reads there. Raises Invalid when the name is more than one line."""

    address: EmailAddress
    name: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            object.__setattr__(self, "name", clean_line(self.name, NAME_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message to one mailbox, as text and, for those who like it, the same as HTML.

    `message_id` is `left@right`, without angle brackets. `headers` are further ones, in ASCII, such as Auto-Submitted
    or List-Id. Raises Invalid that names everything that cannot be sent: line breaks and control characters where a
    header is made of them, an unfit message id, a header that the message has of its own.
    """

    message_id: str
    at: datetime
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str | None = None
    reply_to: Mailbox | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        problems = Problems()
        if not _MESSAGE_ID.fullmatch(self.message_id):
            problems.add("/message_id", "invalid-message-id", "must be like order.1@example.org, in ASCII")
        subject = problems.take("/subject", clean_line, self.subject, SUBJECT_LENGTH)
        problems.take("/text", clean_text, self.text, BODY_LENGTH)
        problems.take_given("/html", lambda html: clean_text(html, BODY_LENGTH), self.html)
        for name, value in self.headers.items():
            problems.take(f"/headers/{name}", _sound_header, name, value)
        problems.raise_if_any()
        object.__setattr__(self, "subject", subject)


def _sound_header(name: str, value: str) -> None:
    if not _HEADER.fullmatch(name) or name.lower() in _OWN or name.lower().startswith("content-"):
        raise Invalid.because("invalid-header", "is no header that may be added")
    if not _HEADER_TEXT.fullmatch(value) or len(value) > HEADER_LENGTH:
        raise Invalid.because("invalid-header", f"must have 1 to {HEADER_LENGTH} printable ASCII characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who writes: the name and the lines of the postal address that a letter ends with, and the clock on its wall."""

    name: str
    sender: Mailbox
    zone: tzinfo
    reply_to: Mailbox | None = None
    address: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """What the ids of its messages end with: that of the address it writes from, which is ASCII."""
        return self.sender.address.value.rpartition("@")[2]


class Letter(NamedTuple):
    """What is to be read of a message."""

    subject: str
    text: str
    html: str
