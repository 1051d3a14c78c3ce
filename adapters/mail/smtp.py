"""Mail handed to a server by SMTP (RFC 5321)."""

import asyncio
import os
import re
import socket
import ssl
from typing import Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from adapters.mail.mime import composed, envelope, needs_utf8
from application.errors import Unavailable
from application.mail.models import Mail
from application.ports.mailer import MailRefused

Security = Literal["starttls", "tls", "none"]
PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
"""The usual ports."""

_RETRY_AFTER: Final = 60
_GOODBYE_SECONDS: Final = 5
_FOR_GOOD: Final = range(500, 600)
# What the server says of who asks, not of the message: to log in first, to use TLS first.
_OF_THE_SESSION: Final = (503, 530, 534, 535, 538)
_TOO_LARGE: Final = 552
_ENHANCED_CODE: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class SmtpMailer:
    """A connection for each message, given up when the whole of it takes longer than `timeout` seconds.

    With `starttls` and `tls` nothing is said before the server has shown a certificate that `tls_context` (by default
    the authorities that the system trusts) accepts for `host`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = "starttls",
        user: str | None = None,
        password: str | None = None,
        timeout: float = 60,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password
        self._timeout = timeout
        self._tls_context = tls_context
        self._server = f"the mail server {host}:{self._port}"

    async def send(self, message: Mail) -> None:
        """Returns when the server has taken the message. Raises MailRefused or Unavailable."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._converse(message)
        except SMTPNotSupported as error:
            raise MailRefused(f"{self._server} takes no address that is not ASCII (SMTPUTF8)") from error
        except SMTPRecipientsRefused as error:
            raise self._refusal("recipient", error.recipients[0]) from error
        except SMTPSenderRefused as error:
            raise self._refusal("sender", error) from error
        except SMTPDataError as error:
            raise self._refusal("message", error) from error
        except SMTPResponseException as error:
            raise self._unavailable(f"answered {_codes(error)}") from error
        except TimeoutError as error:
            raise self._unavailable(f"did not take the message within {self._timeout:g} seconds") from error
        except ssl.SSLError as error:
            raise self._unavailable(f"has no certificate that can be trusted ({error.reason})") from error
        except (SMTPException, OSError) as error:
            raise self._unavailable(_trouble(error)) from error

    async def _converse(self, message: Mail) -> None:
        options = ["SMTPUTF8"] if needs_utf8(message) else []
        client = SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._context(),
        )
        sender, recipient = envelope(message.sender.address), envelope(message.to.address)
        content = await asyncio.to_thread(composed, message)  # of an order of thousands of lines a quarter of a second
        try:
            await client.connect()
            await client.sendmail(sender, [recipient], content, mail_options=options)
            await _say_goodbye(client)
        finally:
            client.close()

    def _context(self) -> ssl.SSLContext | None:
        if self._tls_context is None and self._security != "none":
            self._tls_context = ssl.create_default_context()
        return self._tls_context

    def _refusal(self, what: str, error: SMTPResponseException) -> MailRefused | Unavailable:
        """What a refusal of the sender, the recipient or the message amounts to."""
        said = f"refused the {what}: {_codes(error)}"
        heals = error.code not in _FOR_GOOD or error.code in _OF_THE_SESSION
        # The sender is the shop itself, whom the server will know once a setting is put right.
        if heals or (what == "sender" and error.code != _TOO_LARGE):
            return self._unavailable(said)
        return MailRefused(f"{self._server} {said}")

    def _unavailable(self, said: str) -> Unavailable:
        return Unavailable(f"{self._server} {said}", retry_after=_RETRY_AFTER)


async def _say_goodbye(client: SMTP) -> None:
    """The message is taken: what becomes of the connection changes nothing."""
    try:
        await client.quit(timeout=_GOODBYE_SECONDS)
    except (SMTPException, OSError, TimeoutError):
        return


def _codes(error: SMTPResponseException) -> str:
    """The code of an answer, with the enhanced one (RFC 3463), and not the words: they often hold the address."""
    enhanced = _ENHANCED_CODE.match(error.message)
    return f"{error.code} {enhanced.group()}" if enhanced else str(error.code)


def _trouble(error: SMTPException | OSError) -> str:
    if isinstance(error.__cause__, OSError):
        return f"cannot be reached ({_reason(error.__cause__)})"
    if isinstance(error, ConnectionError):
        return "broke the connection off"
    return f"cannot be used ({error})"


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror | ssl.SSLError) or error.errno is None:
        return error.strerror or "none of its addresses answers"
    return os.strerror(error.errno)
