"""Who is told that a webhook is paused, and when nobody is; ids only in what is kept of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from adapters.memory.deliveries import MemoryDeliveryReader
from adapters.memory.mailer import MemoryMailer
from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.memory.webhooks import MemoryWebhookReader
from application.caller import Caller
from application.jobs.kinds import JobRun
from application.mail.models import Mail, Shop
from application.mail.pause_jobs import TellOwner, webhook_paused
from application.mail.pause_notices import NotTold, PauseNotice, PauseNotices
from application.mail.templates import Templates
from application.ports.mailer import Mailer, MailRefused
from application.webhooks.jobs import paused_job
from domain.customers.email_address import EmailAddress
from domain.webhooks.delivery import Delivery
from domain.webhooks.endpoint import WebhookEndpoint
from tests.support.builders import MORNING, minutes, new_id
from tests.support.clocks import AscendingIds, SetClock
from tests.support.mailers import a_box
from tests.support.webhooks import a_delivery, a_webhook, an_attempt

SENDER = Shop(name="The Shop", sender=a_box("orders@shop.example"), reply_to=a_box("help@shop.example"), zone=UTC)
OWNER, OPERATOR = EmailAddress.parse("hooks@shop.example"), EmailAddress.parse("ops@shop.example")
PAUSED_AT = MORNING + timedelta(days=5)


def notices(store: MemoryStore, mailer: Mailer, operator: EmailAddress | None = OPERATOR) -> PauseNotices:
    return PauseNotices(
        webhooks=MemoryWebhookReader(store),
        deliveries=MemoryDeliveryReader(store),
        mailer=mailer,
        templates=Templates.read(),
        shop=SENDER,
        operator=operator,
        clock=SetClock(PAUSED_AT),
    )


async def kept(store: MemoryStore, endpoint: WebhookEndpoint, deliveries: Sequence[Delivery] = ()) -> WebhookEndpoint:
    async with MemoryUnitsOfWork(store)(Caller("bob")) as uow:
        uow.webhooks.add(endpoint)
        uow.deliveries.add(deliveries)
        await uow.commit()
    return endpoint


async def changed(store: MemoryStore, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    async with MemoryUnitsOfWork(store)(Caller("bob")) as uow:
        saved = uow.webhooks.save(endpoint)
        await uow.commit()
    return saved


def a_paused(**details: Any) -> WebhookEndpoint:
    return replace(a_webhook(**details), failing_since=MORNING).pause(at=PAUSED_AT, by="job")[0]


@pytest.mark.parametrize(("contact", "told"), [(OWNER, OWNER), (None, OPERATOR)])
async def test_its_contact_is_told_or_else_the_operator(contact: EmailAddress | None, told: EmailAddress) -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    endpoint = await kept(store, a_paused(contact_email=contact))
    answer = await notices(store, mailer).send(endpoint.id)
    (mail,) = mailer.sent
    message_id = f"webhook-paused.{endpoint.id}.20260306090000@shop.example"
    assert answer == PauseNotice(webhook_id=endpoint.id, sent=True, message_id=message_id)
    assert (mail.message_id, mail.to.address, mail.at) == (message_id, told, PAUSED_AT)
    assert (mail.sender, mail.reply_to) == (SENDER.sender, None), "answers are nothing for who helps the customers"
    assert mail.headers == {"Auto-Submitted": "auto-generated"}
    assert "daybook webhooks resume" in mail.text
    assert "daybook webhooks resume" in (mail.html or "")


async def test_nobody_is_told_where_nobody_is_named() -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    endpoint = await kept(store, a_paused())
    answer = await notices(store, mailer, operator=None).send(endpoint.id)
    assert answer == PauseNotice(webhook_id=endpoint.id, sent=False, reason=NotTold.NO_ADDRESS)
    assert mailer.sent == ()


async def test_nobody_is_told_of_what_was_put_right_meanwhile() -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    resumed = await kept(store, a_paused().resume(at=PAUSED_AT, by="bob")[0])
    deleted = await kept(store, a_paused().delete(at=PAUSED_AT, by="bob")[0])
    told = [(await notices(store, mailer).send(one)).reason for one in (resumed.id, deleted.id, new_id())]
    assert told == [NotTold.NOT_PAUSED, NotTold.DELETED, NotTold.DELETED]
    assert mailer.sent == ()


async def test_one_pause_is_one_message_however_often_it_is_sent() -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    endpoint = await kept(store, a_paused())
    first = await notices(store, mailer).send(endpoint.id)
    edited, _ = endpoint.edit(replace(endpoint.details, description="new"), at=PAUSED_AT, by="bob")
    edited = await changed(store, edited)
    assert await notices(store, mailer).send(endpoint.id) == first
    assert len(mailer.sent) == 1
    later = PAUSED_AT + timedelta(days=6)
    resumed = await changed(store, edited.resume(at=later, by="bob")[0])
    await changed(store, resumed.pause(at=later + timedelta(days=5), by="job")[0])
    assert await notices(store, mailer).send(endpoint.id) != first
    assert len(mailer.sent) == 2


async def test_it_counts_what_is_this_endpoints_and_of_this_row_of_failures() -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    endpoint, other = a_paused(), a_webhook()
    before, after = MORNING - minutes(1), MORNING + minutes(1)

    def failed(number: int, status: int, of: WebhookEndpoint = endpoint) -> Delivery:
        at = before if number == 1 else after + minutes(number)
        return a_delivery(of, number).attempted(an_attempt(status, at=at), at=at, by="job")

    ended = [failed(1, 499), *(failed(n, 430 + n) for n in range(2, 9))]
    expired = [
        a_delivery(endpoint, 20).expire(at=before, by="job"),
        a_delivery(endpoint, 21).expire(at=after, by="job"),
    ]
    waiting = [a_delivery(endpoint, n) for n in (30, 31, 32)]
    await kept(store, other, [a_delivery(other), failed(2, 404, other)])
    await kept(store, endpoint, [*ended, *expired, *waiting])
    await notices(store, mailer).send(endpoint.id)
    text = mailer.sent[0].text
    assert [line.rpartition(" ")[2] for line in text.splitlines() if "answered" in line] == [
        "438", "437", "436", "435", "434",
    ]  # fmt: skip
    assert "given up after the last attempt: 7\n" in text
    assert "while the webhook was paused: 1\n" in text
    assert "to expire when it comes due: 3\n" in text


async def test_a_job_tells_what_it_did_and_holds_no_address() -> None:
    store, mailer = MemoryStore(), MemoryMailer()
    endpoint = await kept(store, a_paused(contact_email=OWNER))
    job = paused_job(AscendingIds(), endpoint.id, at=PAUSED_AT, by="job:webhook-delivery")
    assert (job.kind, dict(job.arguments)) == ("webhook-paused", {"webhook_id": str(endpoint.id)})
    message_id = f"webhook-paused.{endpoint.id}.20260306090000@shop.example"
    assert await TellOwner(notices(store, mailer)).run(JobRun(job)) == {"sent": True, "message_id": message_id}
    assert await TellOwner(None).run(JobRun(job)) == {"sent": False, "reason": "mail-off"}
    await changed(store, endpoint.resume(at=PAUSED_AT, by="bob")[0])
    assert await TellOwner(notices(store, mailer)).run(JobRun(job)) == {"sent": False, "reason": "not-paused"}


async def test_what_is_refused_for_good_is_an_error_that_does_not_heal() -> None:
    class Refusing:
        async def send(self, message: Mail) -> None:
            raise MailRefused("the mail server mail.example:587 refused the recipient: 550 5.1.1")

    store = MemoryStore()
    endpoint = await kept(store, a_paused(contact_email=OWNER))
    with pytest.raises(MailRefused):
        await notices(store, Refusing()).send(endpoint.id)


def test_the_kind_of_job_is_there_without_mail_too_and_is_for_no_schedule() -> None:
    kind = webhook_paused(None)
    assert (kind.name, kind.schedulable) == ("webhook-paused", False)
