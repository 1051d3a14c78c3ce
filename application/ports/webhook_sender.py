"""Sending a message to a receiver on the internet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.webhooks.delivery import SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of a request: a status with the beginning of the answer's text, or else why there is no answer.

    `retry_after` is how long the receiver asked to be left alone. `detail` says an error to a person; it never tells
    what a name was resolved to.
    """

    duration_ms: int
    status: int | None = None
    answer: str | None = None
    retry_after: timedelta | None = None
    error: SendError | None = None
    detail: str | None = None


class WebhookSender(Protocol):
    """Makes one request, and lets nobody lead it astray.

    - The name in the URL is resolved once, every address that it has is checked against the networks that messages
      may go to, and the connection is made to one of these very addresses: no second answer is asked for.
    - The certificate is checked for the name in the URL. No proxy, cookie or credential of this machine is used.
    - A redirect is an answer like any other: it is never followed.
    - The whole takes a bounded time, and of the answer no more is read than is kept (ANSWER_BYTES).
    """

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """POSTs `body`. Whatever the network or the receiver does is told in what is returned, and never raised."""
        ...
