"""The log of deliveries over HTTP, and what is sent anew."""

from datetime import timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook

from adapters.system.system import SystemClock, Uuid7Generator
from application.caller import Caller
from application.events.models import EVENT_LIST
from application.jobs.housekeeping import FORGET_DELIVERIES
from application.jobs.kinds import JobRun
from application.listing import Listing
from application.webhooks.jobs import WEBHOOK_DELIVERY
from application.webhooks.listening import WebhookConsumer
from domain.jobs.job import Job
from domain.shared.ids import JobId
from entrypoints.services import Services
from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_book
from tests.support.http_client import HttpClient
from tests.support.receivers import Receiver, Reply
from tests.support.store_case import StorePorts
from tests.support.webhooks import a_delivery, a_webhook

CLOCK = SystemClock()
IDS = Uuid7Generator(CLOCK)


async def consumed(ports: StorePorts) -> None:
    """Deliveries of all events there are."""
    assert ports.event_reader is not None
    events = (await ports.event_reader.list(Listing(sort=EVENT_LIST.default_sort, limit=100))).items
    async with ports.units(Caller("consumer:webhooks")) as uow:
        await WebhookConsumer(clock=CLOCK, ids=IDS).take(uow, events)
        await uow.commit()


async def worked(client: HttpClient, services: Services) -> list[Any]:
    """Runs the jobs that wait, each once."""
    kind = next(one for one in services.job_kinds if one.name == WEBHOOK_DELIVERY)
    waiting = (await client.get(f"/v1/jobs?kind={WEBHOOK_DELIVERY}&sort=created_at")).json()["data"]
    jobs = [
        Job.ask(JobId(IDS.new()), kind=WEBHOOK_DELIVERY, arguments=one["arguments"], at=CLOCK.now(), by="bob")
        for one in waiting
    ]
    return [(await kind.handler.run(JobRun(one)) or {})["outcome"] for one in jobs]


async def registered(client: HttpClient, url: str, *event_types: str) -> dict[str, Any]:
    body = {"url": url, "event_types": [*event_types]}
    made: dict[str, Any] = (await client.post("/v1/webhooks", json=body)).json()
    return made


async def test_what_was_sent_and_answered_is_told(client: HttpClient, services: Services, test_db: StorePorts) -> None:
    async with Receiver(Reply(status=503, body=b"not now\x00"), Reply(status=200, body=b"ok")) as receiver:
        made = await registered(client, receiver.url, "book.*")
        path = f"/v1/webhooks/{made['id']}"
        await client.post("/v1/books", json=a_book())
        await consumed(test_db)
        assert await worked(client, services) == ["pending"]
        (listed,) = (await client.get(f"{path}/deliveries?state=pending&type=book.created")).json()["data"]
        assert (listed["attempt_count"], listed["last_status"], listed["last_error"]) == (1, 503, "refused")
        assert not {"attempts", "request"} & listed.keys()
        assert (await client.post(f"{path}/deliveries/{listed['id']}/replay")).code == "delivery-pending"
        assert sorted(await worked(client, services)) == ["delivered", "superseded"]
    answer = await client.get(f"{path}/deliveries/{listed['id']}")
    told = answer.json()
    assert (told["state"], told["next_attempt_at"], answer.headers["etag"]) == ("delivered", None, '"3"')
    assert [(one["status"], one["answer"], one["url"]) for one in told["attempts"]] == [
        (503, "not now\ufffd", receiver.url),
        (200, "ok", receiver.url),
    ]
    first, second = receiver.received
    assert told["request"]["body"].encode() == first.body == second.body
    assert told["request"]["headers"].items() <= first.headers.items()
    for one in (first, second):
        Webhook(made["secret"]).verify(one.body, {**one.headers})
    assert (await client.get(f"{path}/deliveries?state=failed")).json()["data"] == []
    events = (await client.get("/v1/events?type=book.created")).json()["data"]
    assert Webhook(made["secret"]).verify(first.body, {**first.headers})["data"] == events[0]
    assert (await client.get(path)).json()["failing_since"] is None


async def test_one_and_a_range_are_sent_anew(client: HttpClient, services: Services, test_db: StorePorts) -> None:
    async with Receiver(Reply(status=404), Reply()) as receiver:
        made = await registered(client, receiver.url, "book.*")
        path = f"/v1/webhooks/{made['id']}"
        await client.post("/v1/books", json=a_book())
        await consumed(test_db)
        assert await worked(client, services) == ["failed"]
        (listed,) = (await client.get(f"{path}/deliveries")).json()["data"]
        again = f"{path}/deliveries/{listed['id']}/replay"
        assert (await client.post(again, headers={"If-Match": '"1"'})).status == 412
        key = {"Idempotency-Key": "one"}
        told = [await client.post(again, headers=key) for _ in range(2)]
        assert [one.status for one in told] == [200, 200]
        assert told[1].headers["idempotent-replayed"] == "true"
        assert told[0].json() == told[1].json()
        assert sorted(await worked(client, services)) == ["delivered", "superseded"]
        told = [
            await client.post(f"{path}/replay", json={"first_sequence": 1}, headers={"Idempotency-Key": "two"})
            for _ in range(2)
        ]
        assert told[0].json()["replayed"] == told[1].json()["replayed"] == 1
        assert told[0].json()["skipped"] >= 1
        assert "delivered" in await worked(client, services)
    assert len(receiver.received) == 3
    assert {one.headers["webhook-id"] for one in receiver.received} == {listed["id"]}


async def test_what_cannot_be_sent_anew_is_told(
    client: HttpClient, test_db: StorePorts, nothing_written: NothingWritten
) -> None:
    made, other = await registered(client, "https://a.example.org/"), await registered(client, "https://b.example.org/")
    path = f"/v1/webhooks/{made['id']}"
    await consumed(test_db)
    delivery = (await client.get(f"{path}/deliveries")).json()["data"][0]["id"]
    await client.patch(path, json={"enabled": False})
    async with nothing_written():
        assert (await client.post(f"{path}/replay", json={"first_sequence": 1})).code == "webhook-not-active"
        assert (await client.post(f"{path}/deliveries/{delivery}/replay")).code == "webhook-not-active"
        for body, errors in (
            ({}, [("", "range-needed")]),
            ({"last_sequence": 1}, [("", "range-needed")]),
            ({"first_sequence": 0}, [("/first_sequence", "out-of-range")]),
            ({"first_sequence": 3, "last_sequence": 2}, [("/last_sequence", "before-the-first")]),
        ):
            answer = await client.post(f"{path}/replay", json=body)
            assert (answer.status, answer.errors) == (422, errors)
        for missing in (
            f"/v1/webhooks/{other['id']}/deliveries/{delivery}",
            f"{path}/deliveries/{NO_ID}",
            f"{path}/deliveries/none",
            f"/v1/webhooks/{NO_ID}/deliveries",
        ):
            assert (await client.get(missing)).status == 404
        assert (await client.get(f"{path}/deliveries?webhook_id={made['id']}")).status == 400
        assert (await client.post(f"/v1/webhooks/{NO_ID}/replay", json={"first_sequence": 1})).status == 404
    await client.delete(path)
    assert (await client.get(f"{path}/deliveries")).status == 200
    assert (await client.post(f"{path}/replay", json={"first_sequence": 1})).status == 404


async def test_what_ended_long_ago_is_forgotten_by_a_job(services: Services, test_db: StorePorts) -> None:
    kind = next(one for one in services.job_kinds if one.name == FORGET_DELIVERIES)
    webhook = a_webhook()
    old, recent, waiting = (a_delivery(webhook, n) for n in (1, 2, 3))
    async with test_db.units(Caller()) as uow:
        uow.webhooks.add(webhook)
        uow.deliveries.add([old, recent, waiting])
        await uow.commit()
    now = CLOCK.now()
    async with test_db.units(Caller()) as uow:
        ended = [(old, now - timedelta(days=31)), (recent, now - timedelta(days=29))]
        uow.deliveries.save([one.expire(at=at, by="job") for one, at in ended])
        await uow.commit()
    job = Job.ask(JobId(IDS.new()), kind=FORGET_DELIVERIES, at=now, by="bob")
    assert await kind.handler.run(JobRun(job)) == {"forgotten": 1}
    assert await kind.handler.run(JobRun(job)) == {"forgotten": 0}
    async with test_db.units(Caller()) as uow:
        assert [one.sequence for one in await uow.deliveries.of_events(webhook.id, [1, 2, 3])] == [2, 3]
