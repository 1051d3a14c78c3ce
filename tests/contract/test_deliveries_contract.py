from datetime import timedelta

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.jobs.models import JOB_LIST
from application.listing import Listing
from application.ports.deliveries import DeliveryReader
from application.webhooks.delivery_models import DELIVERY_LIST, DeliveryRead
from application.webhooks.jobs import paused_job
from domain.shared.ids import DeliveryId
from domain.webhooks.delivery import Delivery, SendError
from domain.webhooks.endpoint import WebhookEndpoint
from tests.support.builders import MORNING, minutes, new_id
from tests.support.clocks import AscendingIds
from tests.support.lists import walked
from tests.support.store_case import StorePorts
from tests.support.webhooks import a_delivery, a_webhook, an_attempt

CALLER = Caller("bob")
LATER = MORNING + minutes(5)

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> DeliveryReader:
    assert ports.deliveries is not None
    return ports.deliveries


async def added(ports: StorePorts, *things: WebhookEndpoint | Delivery) -> None:
    async with ports.units(CALLER) as uow:
        for one in things:
            if isinstance(one, WebhookEndpoint):
                uow.webhooks.add(one)
        uow.deliveries.add(one for one in things if isinstance(one, Delivery))
        await uow.commit()


async def saved(ports: StorePorts, *deliveries: Delivery) -> list[Delivery]:
    async with ports.units(CALLER) as uow:
        kept = uow.deliveries.save(deliveries)
        await uow.commit()
    return [*kept]


async def kept(ports: StorePorts, delivery: Delivery) -> Delivery:
    async with ports.units(CALLER) as uow:
        return await uow.deliveries.get(delivery.id)


async def test_every_field_is_read_as_it_was_kept(ports: StorePorts) -> None:
    webhook = a_webhook()
    new = a_delivery(webhook, 1)
    tried = a_delivery(webhook, 2).attempted(an_attempt(503), at=LATER, by="job", asked=timedelta(minutes=7))
    tried = tried.attempted(an_attempt(None, at=LATER, error=SendError.TIMEOUT), at=LATER, by="job")
    done = a_delivery(webhook, 2**62).attempted(an_attempt(204), at=LATER, by="job")
    await added(ports, webhook, new, tried, done)
    for one in (new, tried, done):
        assert await kept(ports, one) == one
        assert await reader(ports).get(webhook.id, one.id) == DeliveryRead.of(one)
    listed = await walked(DELIVERY_LIST, reader(ports).list, sort="sequence")
    assert listed == [DeliveryRead.of(one, attempts=False) for one in (new, tried, done)]


async def test_what_is_not_there_or_of_another_endpoint_is_not_found(ports: StorePorts) -> None:
    webhook, other = a_webhook(), a_webhook()
    delivery = a_delivery(webhook)
    await added(ports, webhook, other, delivery)
    for owner, one in ((other.id, delivery.id), (webhook.id, new_id())):
        with pytest.raises(NotFound):
            await reader(ports).get(owner, one)
    async with ports.units(CALLER) as uow:
        with pytest.raises(NotFound):
            await uow.deliveries.get(DeliveryId(new_id()))


async def test_there_is_one_an_event_and_endpoint(ports: StorePorts) -> None:
    webhook, other = a_webhook(), a_webhook()
    await added(ports, webhook, other, a_delivery(webhook, 1), a_delivery(other, 1))
    for again in ([a_delivery(webhook, 2), a_delivery(webhook, 1)], [a_delivery(webhook, 3), a_delivery(webhook, 3)]):
        with pytest.raises(Conflict):
            await added(ports, *again)
    assert [one.sequence for one in await walked(DELIVERY_LIST, reader(ports).list)] == [1, 1]


@pytest.mark.needs("enforces_references")
async def test_one_to_an_endpoint_that_is_not_there_is_a_conflict(ports: StorePorts) -> None:
    with pytest.raises(Conflict):
        await added(ports, a_delivery(a_webhook()))


async def test_saves_go_together_and_an_old_version_is_a_conflict(ports: StorePorts) -> None:
    webhook = a_webhook()
    first, second = a_delivery(webhook, 1), a_delivery(webhook, 2)
    await added(ports, webhook, first, second)
    done = [one.attempted(an_attempt(), at=LATER, by="job") for one in (first, second)]
    now = await saved(ports, *done)
    assert [await kept(ports, one) for one in (first, second)] == now
    assert [one.lifecycle.version for one in now] == [2, 2]
    with pytest.raises(Conflict):
        await saved(ports, now[0].replay(at=LATER, by="bob"), second.expire(at=LATER, by="job"))
    assert [await kept(ports, one) for one in (first, second)] == now
    assert await saved(ports) == []


async def test_those_that_wait_come_by_priority_and_then_as_they_became_due(ports: StorePorts) -> None:
    webhook, other = a_webhook(), a_webhook()
    plain, late, early, low, tried = (a_delivery(webhook, number) for number in (1, 5, 3, 2, 9))
    late, early, tried = (one.wait(0, at=LATER, by="job") for one in (late, early, tried))
    low = low.wait(-10, at=LATER, by="job")
    await added(ports, webhook, other, plain, late, early, low, tried, a_delivery(other, 3).wait(7, at=LATER, by="x"))
    for one in (early, low):
        assert await kept(ports, one) == one
    again = tried.attempted(an_attempt(503), at=LATER, by="job").wait(0, at=LATER, by="job")
    (again,) = await saved(ports, again)

    async def waiting(most: int) -> list[Delivery]:
        async with ports.units(CALLER) as uow:
            return [*await uow.deliveries.waiting(webhook.id, most)]

    assert await waiting(9) == [early, late, again, low]
    assert await waiting(2) == [early, late]
    await saved(ports, early.take_turn(at=LATER, by="job"), late.expire(at=LATER, by="job"))
    assert await waiting(9) == [again, low]
    with pytest.raises(Conflict):
        await saved(ports, early.take_turn(at=LATER, by="job"))


async def test_an_addition_a_save_and_what_an_endpoint_comes_to_are_kept_together(ports: StorePorts) -> None:
    webhook = a_webhook()
    first, second = a_delivery(webhook, 1), a_delivery(webhook, 2)
    await added(ports, webhook, first)
    async with ports.units(CALLER) as uow:
        uow.deliveries.save([first.attempted(an_attempt(410), at=LATER, by="job")])
        uow.deliveries.add([second])
        uow.webhooks.note_failing(webhook.id, LATER)
        gone, event = webhook.give_up(at=LATER, by="job")
        uow.webhooks.save(gone)
        uow.record(event)
        await uow.commit()
    assert (await kept(ports, first)).state == "failed"
    assert await kept(ports, second) == second
    async with ports.units(CALLER) as uow:
        assert await uow.webhooks.listening() == []


async def test_a_pause_and_the_job_that_tells_of_it_are_kept_together_or_not_at_all(ports: StorePorts) -> None:
    webhook = a_webhook()
    first, second = a_delivery(webhook, 1), a_delivery(webhook, 2)
    await added(ports, webhook, first, second)

    async def paused_by(delivery: Delivery) -> None:
        async with ports.units(CALLER) as uow:
            uow.deliveries.save([delivery.attempted(an_attempt(404), at=LATER, by="job")])
            uow.webhooks.note_failing(webhook.id, LATER)
            stopped, event = webhook.pause(at=LATER, by="job")
            uow.webhooks.save(stopped)
            uow.record(event)
            uow.jobs.enqueue(paused_job(AscendingIds(), webhook.id, at=LATER, by="job"))
            await uow.commit()

    await paused_by(first)
    with pytest.raises(Conflict):
        await paused_by(second)
    assert ports.jobs is not None
    (job,) = (await ports.jobs.list(Listing(sort=JOB_LIST.default_sort))).items
    assert (job.kind, dict(job.arguments)) == ("webhook-paused", {"webhook_id": str(webhook.id)})
    assert await kept(ports, second) == second


async def test_those_of_some_events(ports: StorePorts) -> None:
    webhook, other = a_webhook(), a_webhook()
    mine = [a_delivery(webhook, n) for n in (1, 2, 4)]
    await added(ports, webhook, other, *mine, a_delivery(other, 3))
    async with ports.units(CALLER) as uow:
        assert await uow.deliveries.of_events(webhook.id, [4, 3, 2, 9]) == mine[1:]
        assert await uow.deliveries.of_events(webhook.id, []) == []


async def test_lists(ports: StorePorts) -> None:
    webhook, other = a_webhook(), a_webhook()
    first, second = (a_delivery(webhook, n, at=MORNING + minutes(n)) for n in (1, 2))
    third = a_delivery(webhook, 3, event_type="order.placed", at=MORNING + minutes(3))
    await added(ports, webhook, other, first, second, third, a_delivery(other, 7))
    await saved(ports, second.attempted(an_attempt(404), at=MORNING + minutes(9), by="job"))

    async def found(**asked: str) -> list[int]:
        mine = {"webhook_id": str(webhook.id), **asked}
        return [one.sequence for one in await walked(DELIVERY_LIST, reader(ports).list, **mine)]

    assert await found() == [3, 2, 1]
    assert await found(sort="sequence") == [1, 2, 3]
    assert await found(sort="-updated_at") == [2, 3, 1]
    assert await found(state="failed") == [2]
    assert await found(type="order.placed") == [3]
    assert await found(sequence__gte="2", sequence__lt="3") == [2]
    assert await found(created_at__gt="2026-03-01T09:02:00Z") == [3]


async def test_those_that_ended_long_ago_are_forgotten(ports: StorePorts) -> None:
    webhook = a_webhook()
    waiting, old, also_old, new = (a_delivery(webhook, n) for n in range(1, 5))
    await added(ports, webhook, waiting, old, also_old, new)
    done = [one.attempted(an_attempt(), at=LATER, by="job") for one in (old, also_old)]
    await saved(ports, *done, new.attempted(an_attempt(), at=LATER + minutes(1), by="job"))
    assert await reader(ports).forget(LATER, 10) == 0
    assert [await reader(ports).forget(LATER + minutes(1), 1) for _ in range(3)] == [1, 1, 0]
    assert [one.sequence for one in await walked(DELIVERY_LIST, reader(ports).list, sort="sequence")] == [1, 4]
