"""Deliveries from the event to the receiver and back, on the memory store, with the real sender and a real receiver."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from adapters.aiohttp.webhook_sender import AiohttpWebhookSender
from adapters.memory.store import MemoryStore
from application.caller import Caller
from application.errors import Conflict, NotFound
from application.events.models import EVENT_LIST
from application.jobs.kinds import JobRun
from application.listing import Filter, Listing
from application.webhooks.delivering import DeliverWebhook, delivery_kind
from application.webhooks.delivery_models import DeliveriesReplay
from application.webhooks.jobs import AT_ONCE
from application.webhooks.listening import WebhookConsumer
from application.webhooks.replaying import ReplayService
from domain.jobs.job import Job
from domain.shared.errors import Invalid
from domain.shared.ids import BookId
from domain.webhooks.delivery import Delivery, DeliveryPending, DeliveryState, SendError
from domain.webhooks.endpoint import FAILING_FOR, WebhookEndpoint, WebhookNotActive, WebhookState
from tests.support.builders import MORNING, a_book, new_id
from tests.support.clocks import AscendingIds, SetClock
from tests.support.memory_case import memory_ports
from tests.support.receivers import Receiver, Reply
from tests.support.services import LOCAL
from tests.support.webhooks import SECRET, a_webhook

CALLER = Caller("bob", "req-7")


class Shop:
    """A memory store, its events, and all that sends them. Jobs are run when a test says so."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.ports = memory_ports(self.store)
        self.clock = SetClock()
        assert self.ports.event_reader is not None
        written: dict[str, Any] = {"clock": self.clock, "ids": AscendingIds()}
        self.consumer = WebhookConsumer(**written)
        sender = AiohttpWebhookSender(LOCAL, total_seconds=1)
        self.parts = {"units": self.ports.units, "events": self.ports.event_reader, "sender": sender, **written}
        self.handler = DeliverWebhook(**self.parts)
        self.replays = ReplayService(units=self.ports.units, events=self.ports.event_reader, **written)
        self._seen = 0
        self._run: set[object] = set()

    async def registered(self, *event_types: str, url: str) -> WebhookEndpoint:
        endpoint = a_webhook(*event_types, url=url, at=self.clock.now())
        async with self.ports.units(CALLER) as uow:
            uow.webhooks.add(endpoint)
            await uow.commit()
        return endpoint

    async def catalogued(self, many: int = 1) -> None:
        async with self.ports.units(CALLER) as uow:
            for _ in range(many):
                book = a_book(at=self.clock.now())
                uow.books.add(book)
                uow.record(type(book).catalogue(BookId(new_id()), book.details, at=self.clock.now(), by="bob")[1])
            await uow.commit()

    async def consumed(self) -> None:
        assert self.ports.event_reader is not None
        asked = Listing(filters=(Filter("sequence", "gt", self._seen),), sort=EVENT_LIST.default_sort, limit=200)
        events = (await self.ports.event_reader.list(asked)).items
        async with self.ports.units(Caller("consumer:webhooks")) as uow:
            await self.consumer.take(uow, events)
            await uow.commit()
        self._seen += len(events)

    @property
    def jobs(self) -> list[Job]:
        """Those that were not run, in the order in which they were asked for."""
        return [one for one in self.store.jobs.values() if one.id not in self._run]

    async def worked(self, *jobs: Job) -> list[Any]:
        """Runs what is due, or these jobs, at once; gives the results."""
        due = jobs or tuple(one for one in self.jobs if one.run_at <= self.clock.now())
        self._run |= {one.id for one in due}
        return await asyncio.gather(*(self.handler.run(JobRun(one)) for one in due))

    def set_aside(self, job: Job) -> None:
        """A job that is another's to do."""
        self._run.add(job.id)

    @property
    def deliveries(self) -> Sequence[Delivery]:
        return [*self.store.deliveries.values()]

    def delivery(self, job: Job) -> Delivery:
        """The one that it makes an attempt at."""
        return self.store.deliveries[UUID(str(job.arguments["delivery_id"]))]

    def endpoint(self, of: WebhookEndpoint) -> WebhookEndpoint:
        return self.store.webhooks[of.id]

    async def saved(self, endpoint: WebhookEndpoint) -> None:
        async with self.ports.units(CALLER) as uow:
            uow.webhooks.save(endpoint)
            await uow.commit()


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_an_event_goes_to_those_who_want_it_signed_and_as_it_is(shop: Shop) -> None:
    async with Receiver() as one, Receiver() as other:
        await shop.registered("book.*", url=one.url)
        await shop.registered("order.placed", url=other.url)
        await shop.catalogued()
        await shop.consumed()
        assert await shop.worked() == [{"outcome": "delivered", "status": 204, "error": None}]
    assert other.received == []
    (request,) = one.received
    told = Webhook(SECRET.reveal())
    # The clock of the test stands still on a morning long gone.
    signed = told.sign(request.headers["webhook-id"], MORNING, request.body.decode())
    assert signed == request.headers["webhook-signature"]
    (delivery,) = shop.deliveries
    assert request.headers["webhook-id"] == str(delivery.id)
    assert (delivery.state, delivery.attempts[0].status, delivery.sequence) == (DeliveryState.DELIVERED, 204, 1)
    assert b'"type":"book.created","timestamp":"2026-03-01T09:00:00Z","data":{"sequence":1,' in request.body


async def test_the_consumer_has_its_effect_once(shop: Shop) -> None:
    await shop.registered(url="http://127.0.0.1:9/")
    await shop.catalogued(3)
    await shop.consumed()
    shop._seen = 0
    with pytest.raises(Conflict):
        await shop.consumed()
    assert len(shop.deliveries) == len(shop.jobs) == 3


async def test_a_job_that_is_run_again_does_nothing(shop: Shop) -> None:
    async with Receiver(Reply(status=500), Reply()) as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued()
        await shop.consumed()
        (first,) = shop.jobs
        assert (await shop.worked(first))[0]["outcome"] == "pending"
        assert await shop.worked(first) == [{"outcome": "superseded"}]
        (second,) = shop.jobs
        assert (await shop.worked(second))[0]["outcome"] == "delivered"
        assert await shop.worked(first, second) == [{"outcome": "superseded"}] * 2
    assert len(receiver.received) == 2
    assert {one.headers["webhook-id"] for one in receiver.received} == {str(shop.deliveries[0].id)}


async def test_it_is_tried_by_the_schedule_until_it_is_over(shop: Shop) -> None:
    async with Receiver(Reply(status=503)) as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued()
        await shop.consumed()
        while shop.jobs:
            shop.clock.at = max(shop.clock.at, min(one.run_at for one in shop.jobs))
            await shop.worked()
    assert len(receiver.received) == 10
    assert timedelta(hours=68) < shop.clock.at - MORNING < timedelta(hours=84)
    (delivery,) = shop.deliveries
    assert (delivery.state, delivery.attempts[-1].error) == (DeliveryState.FAILED, SendError.REFUSED)
    timestamps = [int(one.headers["webhook-timestamp"]) for one in receiver.received]
    assert timestamps == sorted(set(timestamps))


async def test_a_receiver_that_asks_to_wait_is_left_alone_so_long(shop: Shop) -> None:
    async with Receiver(Reply(status=429, headers={"Retry-After": "3600"})) as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued()
        await shop.consumed()
        await shop.worked()
    assert [one.run_at for one in shop.jobs] == [MORNING + timedelta(hours=1)]


async def test_one_that_is_gone_is_disabled(shop: Shop) -> None:
    async with Receiver(Reply(status=410)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued(2)
        await shop.consumed()
        first, second = shop.jobs
        assert (await shop.worked(first))[0] == {"outcome": "failed", "status": 410, "error": "refused"}
        assert await shop.worked(second) == [{"outcome": "expired"}]
    stopped = shop.endpoint(endpoint)
    assert (stopped.state, stopped.reason, stopped.details.enabled) == (WebhookState.DISABLED, "gone", False)
    told = [kept for kept in shop.store.events if kept.event.aggregate == "webhook"]
    assert [(one.event.type, one.event.data, one.event.by) for one in told] == [
        ("webhook.disabled", {"reason": "gone"}, "job:webhook-delivery")
    ]
    await shop.catalogued()
    await shop.consumed()
    assert len(shop.deliveries) == 2


async def test_two_that_are_told_so_at_once_disable_it_once(shop: Shop) -> None:
    async with Receiver(Reply(status=410, delay=0.1)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued(3)
        await shop.consumed()
        assert [one["outcome"] for one in await shop.worked()] == ["failed"] * 3
    assert shop.endpoint(endpoint).lifecycle.version == 2
    assert {one.state for one in shop.deliveries} == {DeliveryState.FAILED}
    assert shop.jobs == [], "it asked for that itself, so nobody is told"
    assert len(receiver.received) == 3


async def test_one_that_fails_for_five_days_is_paused_and_can_be_resumed(shop: Shop) -> None:
    async with Receiver(Reply(status=404)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        for _ in range(6):
            await shop.catalogued()
            await shop.consumed()
            await shop.worked()
            assert shop.endpoint(endpoint).failing_since == MORNING
            assert (shop.endpoint(endpoint).state is WebhookState.PAUSED) == (shop.clock.at - MORNING >= FAILING_FOR)
            shop.clock.at += timedelta(days=1)
        await shop.catalogued()
        await shop.consumed()
        assert len(shop.deliveries) == 6
        assert [kept.event.type for kept in shop.store.events][-2] == "webhook.paused"
        (telling,) = shop.jobs
        assert (telling.kind, dict(telling.arguments)) == ("webhook-paused", {"webhook_id": str(endpoint.id)})
        assert telling.lifecycle.created_by == "job:webhook-delivery"
        shop.set_aside(telling)
        receiver.replies = [Reply()]
        resumed, _ = shop.endpoint(endpoint).resume(at=shop.clock.at, by="bob")
        await shop.saved(resumed)
        await shop.catalogued()
        await shop.consumed()
        assert (await shop.worked())[0]["outcome"] == "delivered"
    assert shop.endpoint(endpoint).failing_since is None


async def test_several_that_fail_too_long_at_once_pause_it_once_and_tell_of_it_once(shop: Shop) -> None:
    async with Receiver(Reply(status=404, delay=0.1)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued(4)
        await shop.consumed()
        async with shop.ports.units(CALLER) as uow:
            uow.webhooks.note_failing(endpoint.id, MORNING - FAILING_FOR)
            await uow.commit()
        # One that is failing is asked by one at a time, so that this many have to have begun before.
        handlers = [DeliverWebhook(**shop.parts) for _ in range(4)]
        jobs = shop.jobs
        await asyncio.gather(*(one.run(JobRun(job)) for one, job in zip(handlers, jobs, strict=True)))
    assert {one.state for one in shop.deliveries} == {DeliveryState.FAILED}
    assert len(receiver.received) == 4
    assert shop.endpoint(endpoint).state is WebhookState.PAUSED
    assert [one.kind for one in shop.jobs if one not in jobs] == ["webhook-paused"]
    assert [kept.event.type for kept in shop.store.events].count("webhook.paused") == 1


async def test_a_success_ends_a_row_of_failures(shop: Shop) -> None:
    async with Receiver(Reply(status=500), Reply()) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued()
        await shop.consumed()
        await shop.worked()
        assert shop.endpoint(endpoint).failing_since == MORNING
        shop.clock.at += timedelta(seconds=10)
        await shop.worked()
    assert shop.endpoint(endpoint).failing_since is None
    assert shop.endpoint(endpoint).lifecycle.version == 1


async def test_one_slow_receiver_holds_up_nobody_else(shop: Shop) -> None:
    many = AT_ONCE * 15
    async with Receiver(Reply(delay=30)) as slow, Receiver() as quick:
        of_slow = await shop.registered(url=slow.url)
        await shop.registered(url=quick.url)
        await shop.catalogued(many)
        await shop.consumed()
        assert len(shop.jobs) == 2 * AT_ONCE, "what else there is waits, without a job each"
        while len(quick.received) < many:
            assert len(shop.jobs) <= 3 * AT_ONCE
            await shop.worked(*(one for one in shop.jobs if shop.delivery(one).webhook_id != of_slow.id))
        results = [one["outcome"] for one in await shop.worked()]
        assert (slow.connections, results) == (AT_ONCE, ["pending"] * AT_ONCE)
        for more in (1, 2):
            await shop.worked()
            assert slow.connections == AT_ONCE + more, "one that is failing is asked by one at a time"
    assert len({one.headers["webhook-id"] for one in quick.received}) == many
    mine = [one for one in shop.deliveries if one.webhook_id == of_slow.id]
    assert [one.sequence for one in mine if one.waits is None] == list(range(1, AT_ONCE + 4))


async def test_more_than_there_is_room_for_waits_and_what_happens_now_goes_before_what_is_sent_anew(
    shop: Shop,
) -> None:
    async with Receiver(Reply(delay=0.05)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued(AT_ONCE)
        await shop.consumed()
        await shop.worked()
        await shop.replays.replay(endpoint.id, DeliveriesReplay(first_sequence=1), CALLER)
        await shop.catalogued(AT_ONCE)
        await shop.consumed()
        told = [one["outcome"] for one in await shop.worked()]
        assert (told.count("delivered"), told.count("waits")) == (AT_ONCE, AT_ONCE)
        await shop.catalogued(AT_ONCE)
        await shop.consumed()
        while shop.jobs:
            await shop.worked()
    assert {one.state for one in shop.deliveries} == {DeliveryState.DELIVERED}
    assert receiver.most == AT_ONCE
    ids = {str(one.id): one.sequence for one in shop.deliveries}
    order = [ids[one.headers["webhook-id"]] for one in receiver.received]
    assert sorted(order[AT_ONCE : 2 * AT_ONCE]) == [1, 2, 3, 4]
    assert sorted(order[2 * AT_ONCE :]) == list(range(5, 13))


async def test_what_waits_for_an_endpoint_that_is_gone_is_given_up(shop: Shop) -> None:
    async with Receiver(Reply(status=410)) as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued(AT_ONCE * 3)
        await shop.consumed()
        await shop.worked(shop.jobs[0])
        while shop.jobs:
            await shop.worked()
    assert len(receiver.received) == 1
    assert [one.state for one in shop.deliveries].count(DeliveryState.EXPIRED) == AT_ONCE * 3 - 1


async def test_a_worker_that_was_killed_before_it_gave_turns_gives_them_when_its_job_is_run_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued(AT_ONCE * 2)
        await shop.consumed()
        jobs = shop.jobs
        # They note what was answered, and no more.
        killed = DeliverWebhook(**shop.parts)
        monkeypatch.setattr(killed, "_give_turns", not_any_more)
        for job in jobs:
            with pytest.raises(RuntimeError):
                await killed.run(JobRun(job))
        assert await shop.worked(*jobs) == [{"outcome": "superseded"}] * AT_ONCE
        while shop.jobs:
            await shop.worked()
    assert {one.state for one in shop.deliveries} == {DeliveryState.DELIVERED}
    assert len(receiver.received) == AT_ONCE * 2


async def not_any_more(*_: Any) -> None:
    raise RuntimeError("killed")


async def test_who_waits_while_the_last_one_is_done_takes_its_turn_itself(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver(Reply(delay=0.1)) as receiver:
        await shop.registered(url=receiver.url)
        await shop.catalogued(AT_ONCE)
        await shop.consumed()
        first = asyncio.create_task(shop.worked())
        await asyncio.sleep(0.05)
        await shop.catalogued()
        await shop.consumed()
        (late,) = shop.jobs
        units, held = shop.ports.units, asyncio.Event()

        class Slow:
            """Its first commit comes when all others are done."""

            def __call__(self, caller: Caller) -> Any:
                uow = units(caller)
                if not held.is_set():
                    commit = uow.commit

                    async def commit_later(*told: Any) -> None:
                        held.set()
                        await first
                        await commit(*told)

                    monkeypatch.setattr(uow, "commit", commit_later)
                return uow

        monkeypatch.setattr(shop.handler, "_units", Slow())
        assert (await shop.worked(late))[0]["outcome"] == "waits"
        assert (await shop.worked())[0]["outcome"] == "delivered"
    assert len(receiver.received) == AT_ONCE + 1


async def test_what_changed_meanwhile_is_not_lost(shop: Shop) -> None:
    async with Receiver(Reply(status=410, delay=0.2)) as receiver:
        endpoint = await shop.registered(url=receiver.url)
        await shop.catalogued()
        await shop.consumed()
        running = asyncio.create_task(shop.worked())
        await asyncio.sleep(0.05)
        edited, _ = endpoint.edit(replace(endpoint.details, description="new"), at=MORNING, by="bob")
        await shop.saved(edited)
        assert [one["outcome"] for one in await running] == ["failed"]
    stopped = shop.endpoint(endpoint)
    assert (stopped.details.description, stopped.state, stopped.lifecycle.version) == ("new", WebhookState.DISABLED, 3)


class TestReplays:
    async def test_one_is_sent_anew_under_the_same_id(self, shop: Shop) -> None:
        async with Receiver(Reply(status=400), Reply()) as receiver:
            endpoint = await shop.registered(url=receiver.url)
            await shop.catalogued()
            await shop.consumed()
            (delivery,) = shop.deliveries
            with pytest.raises(DeliveryPending):
                await shop.replays.replay_one(endpoint.id, delivery.id, CALLER)
            await shop.worked()
            told = await shop.replays.replay_one(endpoint.id, delivery.id, CALLER)
            assert (told.state, told.attempt_count) == (DeliveryState.PENDING, 1)
            await shop.worked()
        assert [one.headers["webhook-id"] for one in receiver.received] == [str(delivery.id)] * 2
        assert [one.status for one in shop.deliveries[0].attempts] == [400, 204]
        for owner, one in ((endpoint.id, new_id()), (new_id(), delivery.id)):
            with pytest.raises(NotFound):
                await shop.replays.replay_one(owner, one, CALLER)
        other = await shop.registered(url=receiver.url)
        with pytest.raises(NotFound):
            await shop.replays.replay_one(other.id, delivery.id, CALLER)

    async def test_a_range_holds_what_happened_while_it_was_off(self, shop: Shop) -> None:
        async with Receiver() as receiver:
            endpoint = await shop.registered("book.*", url=receiver.url)
            await shop.catalogued(2)
            await shop.consumed()
            await shop.worked()
            await shop.saved(shop.endpoint(endpoint).pause(at=shop.clock.at, by="job")[0])
            await shop.catalogued(2)
            await shop.consumed()
            with pytest.raises(WebhookNotActive):
                await shop.replays.replay(endpoint.id, DeliveriesReplay(first_sequence=1), CALLER)
            await shop.saved(shop.endpoint(endpoint).resume(at=shop.clock.at, by="bob")[0])
            told = await shop.replays.replay(endpoint.id, DeliveriesReplay(first_sequence=2), CALLER)
            assert (told.replayed, told.skipped, told.last_sequence, told.has_more) == (3, 0, 4, False)
            again = await shop.replays.replay(endpoint.id, DeliveriesReplay(since=MORNING, last_sequence=3), CALLER)
            assert (again.replayed, again.skipped) == (1, 2), "those that are on their way are left out"
            await shop.worked()
        assert len(receiver.received) == 6
        assert len({one.headers["webhook-id"] for one in receiver.received}) == 4
        assert {one.priority for one in shop.store.jobs.values()} == {0, -10}

    async def test_a_long_range_is_gone_through_page_by_page(self, shop: Shop) -> None:
        endpoint = await shop.registered(url="http://127.0.0.1:9/")
        await shop.catalogued(1_100)
        first, told = 1, []
        while True:
            one = await shop.replays.replay(endpoint.id, DeliveriesReplay(first_sequence=first), CALLER)
            told.append(one.replayed)
            if not one.has_more:
                break
            first = (one.last_sequence or 0) + 1
        assert told == [500, 500, 100]
        assert sorted(one.sequence for one in shop.deliveries) == [*range(1, 1_101)]

    async def test_a_range_that_is_none_is_refused(self, shop: Shop) -> None:
        endpoint = await shop.registered(url="http://127.0.0.1:9/")
        for asked, pointer in (
            (DeliveriesReplay(), ""),
            (DeliveriesReplay(first_sequence=2, last_sequence=1), "/last_sequence"),
            (DeliveriesReplay(since=MORNING, until=MORNING - timedelta(1)), "/until"),
        ):
            with pytest.raises(Invalid) as caught:
                await shop.replays.replay(endpoint.id, asked, CALLER)
            assert [one.pointer for one in caught.value.problems] == [pointer]


def test_the_kind_of_job_takes_longer_than_a_message() -> None:
    kind = delivery_kind(Shop().handler)
    assert kind.timeout > timedelta(seconds=30)
    assert not kind.schedulable
