"""The letter about a paused webhook: exact, the same in text and in HTML, escaped."""

import html
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from application.mail.models import Letter
from application.mail.webhook_paused import Missed, write
from application.webhooks.delivery_models import DeliveryRead
from application.webhooks.models import WebhookRead
from domain.webhooks.delivery import SendError
from tests.support.builders import MORNING, minutes
from tests.support.webhooks import a_delivery, a_webhook, an_attempt
from tests.unit.application.mail.test_order_confirmation import EVIL, SHOP, TEMPLATES, shown

PAUSED_AT = MORNING + timedelta(days=5, hours=1)


def a_paused(**details: Any) -> WebhookRead:
    """An endpoint that began to fail on the morning and was paused five days later."""
    paused, _ = a_webhook(**details).pause(at=PAUSED_AT, by="job")
    return msgspec.structs.replace(WebhookRead.of(paused), failing_since=MORNING)


def missed(*answers: int | SendError, failed: int = 7, expired: int = 0, waiting: int = 12) -> Missed:
    """The last deliveries were given up one minute after the other, with these answers or for these reasons."""
    webhook, last = a_webhook(), []
    for n, one in enumerate(answers):
        at = PAUSED_AT - minutes(n)
        attempt = an_attempt(one, at=at) if isinstance(one, int) else an_attempt(None, at=at, error=one)
        last.append(DeliveryRead.of(a_delivery(webhook).attempted(attempt, at=at, by="job"), attempts=False))
    return Missed(last=last, failed=failed, expired=expired, waiting=waiting)


def letter(webhook: WebhookRead, what: Missed) -> Letter:
    return write(webhook, what, shop=SHOP, templates=TEMPLATES)


def test_it_says_which_since_when_what_it_answered_what_it_missed_and_how_to_go_on() -> None:
    webhook = a_paused(description="Stock levels")
    made = letter(webhook, missed(503, SendError.TIMEOUT, 302))
    assert made.subject == "A webhook of Books & Co is paused"
    assert made.text == (
        "A webhook of Books & Co is paused. Nothing has got through to it since 1 March 2026, 10:00 (CET), and since "
        "6 March 2026, 11:00 (CET) nothing more is sent to it.\n\n"
        f"https://shop.example.org/hooks\nStock levels\n{webhook.id}\n\n"
        "Its last answers\n"
        "  6 March 2026, 11:00 (CET): answered 503\n"
        "  6 March 2026, 10:59 (CET): no answer in time\n"
        "  6 March 2026, 10:58 (CET): answered 302\n\n"
        "Of what was to be sent since then\n"
        "  given up after the last attempt: 7\n"
        "  expired, since it came due while the webhook was paused: 0\n"
        "  waiting still, to expire when it comes due: 12\n\n"
        "Nothing is lost: the events are kept. When the receiver is well again, see whether it takes a test, have the "
        "webhook go on, and send it anew what it has missed:\n\n"
        f"  daybook webhooks test {webhook.id}\n"
        f"  daybook webhooks resume {webhook.id}\n"
        f"  daybook webhooks replay {webhook.id} --since 2026-03-01T09:00:00Z\n\n"
        f"Over HTTP these are POST /v1/webhooks/{webhook.id}/test, /resume and, with "
        '{"since": "2026-03-01T09:00:00Z"}, /replay. Delete a webhook that nobody needs any more.\n\n'
        "Books & Co\n12 Holywell Street\nOxford <OX1 3SA>\n"
    )


def test_both_forms_say_the_same() -> None:
    url = "https://shop.example.org/hooks?a=1&amp;b='2'"
    made = letter(a_paused(url=url, description=EVIL), missed(503, SendError.UNKNOWN_HOST))
    page = shown(made.html)
    assert "script" not in page.open
    assert made.text.split() == page.words[len(SHOP.name.split()) :], "the page begins with the name of the shop"
    assert "<script" not in made.html
    assert html.escape(EVIL) in made.html
    assert html.escape(url) in made.html
    assert (page.links, "url(" in made.html, 'lang="en"' in made.html) == ([], False, True)
    assert all('scope="' in one for one in re.findall(r"<th\b[^>]*>", made.html))


@pytest.mark.parametrize("error", SendError)
def test_what_came_of_the_last_attempt_is_said_to_a_person(error: SendError) -> None:
    (told,) = re.findall(r"^  6 March 2026, 11:00 \(CET\): (.*)$", letter(a_paused(), missed(error)).text, re.MULTILINE)
    assert told == TEMPLATES.words.failures[error]


def test_one_without_this_and_that() -> None:
    webhook = msgspec.structs.replace(a_paused(), failing_since=None)
    made = letter(webhook, missed())
    assert f"hooks\n{webhook.id}\n" in made.text
    assert "Its last answers\n  none is kept any more\n" in made.text
    assert "--since 2026-03-06T10:00:00Z\n" in made.text, "what came in after the pause took the time away"
