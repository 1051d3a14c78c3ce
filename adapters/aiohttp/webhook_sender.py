"""Webhooks sent by aiohttp, one connection a message."""

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from time import perf_counter

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from adapters.aiohttp.guard import (
    ForbiddenAddress,
    GuardedResolver,
    Lookup,
    checker,
    guarded_socket,
    system_lookup,
)
from application.ports.webhook_sender import Sent
from domain.webhooks.addresses import UNLESS_ALLOWED, Reach
from domain.webhooks.delivery import ANSWER_BYTES, SendError

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
_LOOKUPS_AT_ONCE = 8
_BUFFER_BYTES = 4_096
_LONGEST_SECONDS = 10 * 86_400
_EARLIER = 0.05
"""Seconds before the end of all by which an answer is read no further."""
_SAID = {
    SendError.FORBIDDEN_ADDRESS: f"the host leads to an address that no message may go to, {UNLESS_ALLOWED}",
    SendError.UNKNOWN_HOST: "the name of the host cannot be resolved",
    SendError.TIMEOUT: "there was no answer in time",
    SendError.NO_ANSWER: "there was no connection, or it ended without an answer",
    SendError.UNTRUSTED: "the certificate of the host is not trusted for its name",
}


class AiohttpWebhookSender:
    """Makes a connection for each message and keeps none, so that each is checked by itself.

    `tls` says which certificates are trusted, by default those that the system trusts; `lookup` resolves names.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        user_agent: str = "Daybook-Webhooks",
        total_seconds: float = TOTAL_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        tls: ssl.SSLContext | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._reach = reach
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity", "Content-Type": "application/json"}
        self._total = total_seconds
        self._timeout = ClientTimeout(total=None, sock_connect=connect_seconds)
        self._given_tls = tls
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="webhook-lookup")

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """POSTs `body` and tells what came of it."""
        began = perf_counter()
        try:
            async with (
                asyncio.timeout(self._total) as deadline,
                self._session(url) as session,
                session.post(URL(url, encoded=True), data=body, headers=headers, allow_redirects=False) as response,
            ):
                answer = await _beginning(response, deadline)
                return Sent(
                    duration_ms=_since(began),
                    status=response.status,
                    answer=answer,
                    retry_after=_retry_after(response.headers.get("Retry-After")),
                )
        except (TimeoutError, ClientError, OSError, ValueError) as error:
            kind = _kind_of(error)
            return Sent(duration_ms=_since(began), error=kind, detail=_SAID[kind])

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading what the system trusts takes longer than most commands, which send nothing, or than a plain sending.
        return ssl.create_default_context() if self._given_tls is None else self._given_tls

    def _session(self, url: str) -> ClientSession:
        encrypted = url.startswith("https://")
        check = checker(self._reach, encrypted=encrypted)
        connector = TCPConnector(
            resolver=GuardedResolver(self._lookup, self._threads, check),
            socket_factory=guarded_socket(check),
            use_dns_cache=False,
            force_close=True,
            ssl=self._tls if encrypted else False,
        )
        return ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=self._timeout,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_BUFFER_BYTES,
        )


async def _beginning(response: ClientResponse, deadline: asyncio.Timeout) -> str:
    """What the answer begins with, as far as it comes in time: its status counts even when the rest never comes."""
    found = b""
    ends_at = deadline.when()
    try:
        async with asyncio.timeout_at(None if ends_at is None else ends_at - _EARLIER):
            while len(found) < ANSWER_BYTES and (part := await response.content.read(ANSWER_BYTES - len(found))):
                found += part
    except (TimeoutError, ClientError, OSError):
        pass
    text = found.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text if c != "\r")


def _retry_after(text: str | None) -> timedelta | None:
    """Of seconds or a date (RFC 9110, section 10.2.3); None for what is neither."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:12]), _LONGEST_SECONDS))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - datetime.now(UTC), timedelta(0)), timedelta(seconds=_LONGEST_SECONDS))


def _kind_of(error: Exception) -> SendError:
    if isinstance(error, TimeoutError):
        return SendError.TIMEOUT
    if isinstance(error, ClientConnectorError) and isinstance(error.os_error, ForbiddenAddress):
        return SendError.FORBIDDEN_ADDRESS
    if isinstance(error, ClientConnectorDNSError):
        return SendError.UNKNOWN_HOST
    if isinstance(error, ClientConnectorCertificateError):
        return SendError.UNTRUSTED
    return SendError.NO_ANSWER


def _since(began: float) -> int:
    return round((perf_counter() - began) * 1000)
