"""A message as bytes: headers in ASCII (RFC 2047), or in UTF-8 where an address cannot do without (RFC 6532).

The headers are written here, for the library reads a text that looks like an encoded word as one, and would write what
is encoded in it; the bodies are the library's.
"""

import base64
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from application.mail.models import Mail, Mailbox
from domain.customers.email_address import EmailAddress

# Bodies in 7 bits, so that any server takes them, in lines that none cuts.
_BODY: Final = SMTP.clone(cte_type="7bit")
# An encoded word of so many bytes fits into a line of 76 characters, behind the longest name of a header.
_WORD_BYTES: Final = 39
_LONGEST_PLAIN: Final = 60
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\""})


def envelope(address: EmailAddress) -> str:
    """The address as a server is told it: in ASCII where there is such a form of it."""
    local, _, domain = address.value.rpartition("@")
    return f"{local}@{_domain(domain)}"


def needs_utf8(message: Mail) -> bool:
    """Whether only a server that takes addresses in UTF-8 (RFC 6531) can carry it."""
    boxes = (message.sender, message.to, message.reply_to)
    return not all(envelope(box.address).isascii() for box in boxes if box is not None)


def composed(message: Mail) -> bytes:
    """The message, with CRLF between its lines, none of them longer than 998 bytes."""
    body = EmailMessage(policy=_BODY)
    body.set_content(message.text)
    if message.html is not None:
        body.add_alternative(message.html, subtype="html")
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(message))
    return head.encode() + body.as_bytes()


def _headers(message: Mail) -> Iterator[tuple[str, str]]:
    yield "From", _mailbox(message.sender)
    yield "To", _mailbox(message.to)
    if message.reply_to is not None:
        yield "Reply-To", _mailbox(message.reply_to)
    yield "Subject", message.subject if _plain(message.subject) else _encoded_words(message.subject)
    yield "Date", format_datetime(message.at)
    yield "Message-ID", f"<{message.message_id}>"
    yield from message.headers.items()


def _mailbox(box: Mailbox) -> str:
    address = envelope(box.address)
    if box.name is None:
        return address
    if _plain(box.name):
        return f'"{box.name.translate(_ESCAPED)}" <{address}>'
    return f"{_encoded_words(box.name)}\r\n <{address}>"


def _plain(text: str) -> bool:
    return text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text


def _encoded_words(text: str) -> str:
    """`text` in words of RFC 2047, a line each, none of which ends within a character."""
    words, word = [], b""
    for character in text:
        encoded = character.encode()
        if len(word) + len(encoded) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def _domain(domain: str) -> str:
    """In ASCII (IDNA) where that leads back to the very same name: the ß of one would become the ss of another."""
    if domain.isascii():
        return domain
    try:
        encoded = domain.encode("idna")
        return encoded.decode("ascii") if encoded.decode("idna") == domain else domain
    except UnicodeError:
        return domain
