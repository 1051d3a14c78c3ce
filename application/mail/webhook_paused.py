"""The letter that tells of a paused webhook: which, since when, what it answered last, what it missed, how to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from application.mail.models import Letter, Shop
from application.mail.templates import Templates, filled, joined
from application.webhooks.delivery_models import DeliveryRead
from application.webhooks.models import WebhookRead

_NAME: Final = "webhook-paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What did not get through since its first failure: `last` are the latest that were given up, the newest first.

    Of all that were to be sent since then so many were given up, expired, or are to expire when they come due.
    """

    last: Sequence[DeliveryRead]
    failed: int
    expired: int
    waiting: int


def failing_since(webhook: WebhookRead) -> datetime:
    """When nothing got through to it any more; a success that came in after the pause leaves the time of that."""
    return webhook.failing_since or webhook.state_since


def write(webhook: WebhookRead, missed: Missed, *, shop: Shop, templates: Templates) -> Letter:
    """That this webhook is paused. Times are those of the shop, but in the command, which takes UTC."""
    since = failing_since(webhook)
    said = {
        "shop": shop.name,
        "url": webhook.url,
        "id": str(webhook.id),
        "failing_since": templates.moment(since, shop.zone),
        "paused_at": templates.moment(webhook.state_since, shop.zone),
        "since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "failed": str(missed.failed),
        "expired": str(missed.expired),
        "waiting": str(missed.waiting),
    }
    answers = [_answer(one, shop.zone, templates) for one in missed.last] or [templates.words.no_answers]
    about = [] if webhook.description is None else [webhook.description]
    text = templates.text(
        _NAME,
        **said,
        description="".join(templates.text(f"{_NAME}.description", description=one) for one in about),
        answers="".join(templates.text(f"{_NAME}.answer", said=one) for one in answers).rstrip(),
        address="\n".join(shop.address),
    )
    content = templates.html(
        _NAME,
        **said,
        description=joined(templates.html(f"{_NAME}.description", description=one) for one in about),
        answers=joined(templates.html(f"{_NAME}.answer", said=one) for one in answers),
    )
    subject = templates.line(f"{_NAME}.subject", shop=shop.name)
    return Letter(subject, text.rstrip() + "\n", templates.page(content, title=subject, shop=shop))


def _answer(delivery: DeliveryRead, zone: tzinfo, templates: Templates) -> str:
    words = templates.words
    if delivery.last_error is not None and delivery.last_status is None:
        answer = words.failures[delivery.last_error]
    else:
        answer = filled(words.answered, status=str(delivery.last_status))
    at = delivery.last_attempt_at or delivery.updated_at
    return filled(words.answer, at=templates.moment(at, zone), answer=answer)
