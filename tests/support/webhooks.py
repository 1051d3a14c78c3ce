"""Webhook endpoints and deliveries for tests: everything has a plain default."""

from datetime import datetime
from typing import Any

from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Attempt, Delivery, SendError
from domain.webhooks.endpoint import WebhookDetails, WebhookEndpoint
from domain.webhooks.secret import SigningSecret
from tests.support.builders import ACTOR, MORNING, new_id

URL = "https://shop.example.org/hooks"
SECRET = SigningSecret(bytes(range(32)))
OTHER_SECRET = SigningSecret(bytes(range(64, 128)))


def a_webhook(
    *event_types: str, at: datetime = MORNING, secret: SigningSecret = SECRET, **details: Any
) -> WebhookEndpoint:
    """An endpoint that was registered."""
    known = WebhookDetails(**{"url": URL, "event_types": event_types, **details})
    return WebhookEndpoint.register(WebhookId(new_id()), known, secret, at=at, by=ACTOR)[0]


def a_delivery(
    webhook: WebhookEndpoint, sequence: int = 1, *, event_type: str = "book.created", at: datetime = MORNING
) -> Delivery:
    """A delivery that was not tried yet."""
    return Delivery.ask(DeliveryId(new_id()), webhook.id, sequence, event_type, at=at, by="consumer:webhooks")


def an_attempt(status: int | None = 204, *, at: datetime = MORNING, error: SendError | None = None) -> Attempt:
    """A request that was answered with this status, or not at all."""
    return Attempt(at=at, url=URL, duration_ms=12, status=status, error=error, answer=None if status is None else "ok")
