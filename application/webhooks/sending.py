"""Messages as they are sent, and attempts as they are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from application.events.models import EventRead
from application.ports.webhook_sender import Sent
from domain.webhooks.delivery import Attempt, SendError

TEST_TYPE = "webhook.test"
CONTENT_TYPE = {"content-type": "application/json"}


class Message(Struct, frozen=True, kw_only=True):
    """What a receiver gets, as Standard Webhooks recommends: what happened, when, and the event itself.

    The order in which messages arrive is not that of the events: `data.sequence` is.
    """

    type: str
    timestamp: datetime
    data: EventRead | Mapping[str, Any]


def event_message(event: EventRead) -> bytes:
    """The body that tells of an event: the same bytes whenever it is asked for."""
    return _encoded(Message(type=event.type, timestamp=event.at, data=event))


def test_message(webhook_id: UUID, at: datetime) -> bytes:
    """The body of a test."""
    return _encoded(Message(type=TEST_TYPE, timestamp=at, data={"webhook_id": str(webhook_id)}))


def attempt_of(sent: Sent, url: str, at: datetime) -> Attempt:
    """An attempt that began `at` this moment, with why it failed where it did."""
    error, detail = sent.error, sent.detail
    if sent.status is not None and not 200 <= sent.status <= 299:
        if 300 <= sent.status <= 399:
            error = SendError.REDIRECT
            detail = f"it answered {sent.status}, and no redirect is followed: change the URL to where it leads"
        else:
            error, detail = SendError.REFUSED, f"it answered {sent.status}"
    return Attempt(
        at=at,
        url=url,
        duration_ms=sent.duration_ms,
        status=sent.status,
        error=error,
        detail=detail,
        answer=sent.answer,
    )


def _encoded(message: Message) -> bytes:
    return msgspec.json.encode(message)
