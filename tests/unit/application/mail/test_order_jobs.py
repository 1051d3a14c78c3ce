"""An order that is placed becomes a job, and the job a message: ids only, each effect once however often it runs."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.memory.events import MemoryEventReader
from adapters.memory.mailer import MemoryMailer
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from application.caller import Caller
from application.errors import NotFound
from application.events.models import EVENT_LIST, EventRead
from application.jobs.kinds import JobRun
from application.listing import Listing
from application.mail.models import Mail
from application.mail.order_jobs import ConfirmOrder, ConfirmPlacedOrders, order_confirmation
from application.ports.mailer import MailRefused
from domain.jobs.job import Job
from domain.shared.ids import JobId
from tests.support.builders import MORNING, new_id
from tests.support.clocks import AscendingIds
from tests.unit.application.conftest import Shop
from tests.unit.application.mail.test_confirming import a_reader, confirmations, placed


async def events_of(shop: Shop) -> list[EventRead]:
    page = await MemoryEventReader(shop.store).list(Listing(sort=EVENT_LIST.default_sort, limit=100))
    return list(page.items)


async def taken(shop: Shop) -> list[Job]:
    """The jobs after the consumer has seen every event."""
    consumer = ConfirmPlacedOrders(clock=shop.clock, ids=AscendingIds())
    async with MemoryUnitsOfWork(shop.store)(Caller("consumer:order-confirmations")) as uow:
        await consumer.take(uow, await events_of(shop))
        await uow.commit()
    return list(shop.store.jobs.values())


async def test_each_order_that_is_placed_asks_for_one_job_of_its_id_alone(shop: Shop) -> None:
    orders = [await placed(shop, await a_reader(shop, email=f"reader{n}@example.org")) for n in range(3)]
    await shop.orders.cancel(orders[1], Caller("bob"))
    jobs = await taken(shop)
    assert [(one.kind, dict(one.arguments), one.unique_key) for one in jobs] == [
        ("order-confirmation", {"order_id": str(order)}, f"order-confirmation:{order}") for order in orders
    ]
    assert {one.lifecycle.created_by for one in jobs} == {"consumer:order-confirmations"}
    assert len(await taken(shop)) == 3, "while a job of an order waits there is no second"


async def test_events_of_other_days_ask_for_nothing(shop: Shop) -> None:
    await placed(shop, await a_reader(shop))
    shop.clock.pass_by(minutes=24 * 60 + 1)
    assert await taken(shop) == []


async def ran(shop: Shop, mailer: Any, order_id: Any) -> Any:
    job = Job.ask(
        JobId(new_id()), kind="order-confirmation", arguments={"order_id": str(order_id)}, at=MORNING, by="consumer"
    )
    return await ConfirmOrder(confirmations(shop, mailer)).run(JobRun(job))


async def test_a_job_tells_what_it_did_and_nothing_of_the_person(shop: Shop) -> None:
    mailer = MemoryMailer()
    order = await placed(shop, await a_reader(shop))
    sent = {"sent": True, "message_id": f"order-confirmation.{order}@shop.example"}
    assert [await ran(shop, mailer, order), await ran(shop, mailer, order)] == [sent, sent]
    assert len(mailer.sent) == 1
    assert await ran(shop, mailer, await placed(shop, None)) == {"sent": False, "reason": "no-customer"}
    with pytest.raises(NotFound):
        await ran(shop, mailer, new_id())


async def test_what_is_refused_for_good_is_an_error_that_does_not_heal(shop: Shop) -> None:
    class Refusing:
        async def send(self, message: Mail) -> None:
            raise MailRefused("the mail server mail.example:587 refused the recipient: 550 5.1.1")

    with pytest.raises(MailRefused):
        await ran(shop, Refusing(), await placed(shop, await a_reader(shop)))


def test_a_confirmation_is_tried_for_about_a_day(shop: Shop) -> None:
    kind = order_confirmation(confirmations(shop, MemoryMailer()))
    delays = [kind.retry.delay(attempt, 0.5) for attempt in range(1, kind.retry.attempts)]
    assert timedelta(hours=18) < sum((one for one in delays if one is not None), timedelta()) < timedelta(hours=30)
    assert not kind.schedulable
