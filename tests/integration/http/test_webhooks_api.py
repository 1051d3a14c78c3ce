"""Webhook endpoints over HTTP."""

from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from domain.webhooks.addresses import Reach
from entrypoints.http.app import create_app
from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.integration.http.payloads import NO_ID
from tests.support.http_client import HttpClient
from tests.support.receivers import Receiver, Reply
from tests.support.services import services_on
from tests.support.store_case import StorePorts

URL = "https://shop.example.org/hooks"
KEY = {"Idempotency-Key": "one"}


async def registered(client: HttpClient, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.post("/v1/webhooks", json={"url": URL, **given})).json()
    return made


async def test_one_is_registered_changed_put_away_and_restored(client: HttpClient) -> None:
    body = {"url": URL, "description": " Stock ", "event_types": ["order.placed", "book.*", "book.*"]}
    answer = await client.post("/v1/webhooks", json=body)
    webhook = answer.json()
    path = f"/v1/webhooks/{webhook['id']}"
    assert (answer.status, answer.headers["location"]) == (201, path)
    assert (webhook["url"], webhook["description"], webhook["event_types"]) == (
        URL,
        "Stock",
        ["book.*", "order.placed"],
    )
    assert (webhook["state"], webhook["state_reason"], webhook["enabled"]) == ("active", None, True)
    changed = (await client.patch(path, json={"enabled": False, "description": None})).json()
    assert (changed["state"], changed["state_reason"], changed["description"]) == ("disabled", "switched-off", None)
    resumed = (await client.post(f"{path}/resume")).json()
    assert (resumed["state"], resumed["enabled"], resumed["version"]) == ("active", True, 3)
    assert (await client.post(f"{path}/resume")).json()["version"] == 3
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status == 412
    assert (await client.delete(path)).status == 204
    for verb in ("resume", "rotate-secret", "test"):
        assert (await client.post(f"{path}/{verb}")).status == 404
    assert (await client.post(f"{path}/restore")).json()["state"] == "active"
    assert [one["id"] for one in (await client.get("/v1/webhooks?state=active")).json()["data"]] == [webhook["id"]]


async def test_its_contact_is_shown_to_who_asks_for_it_and_is_in_no_event(
    client: HttpClient, test_db: StorePorts
) -> None:
    made = await registered(client, contact_email=" Hooks@Shop.example ")
    path = f"/v1/webhooks/{made['id']}"
    assert made["contact_email"] == (await client.get(path)).json()["contact_email"] == "hooks@shop.example"
    assert (await client.patch(path, json={"description": "x"})).json()["contact_email"] == "hooks@shop.example"
    assert (await client.patch(path, json={"contact_email": "ada@shop.example"})).json()["version"] == 3
    assert (await client.patch(path, json={"contact_email": None})).json()["contact_email"] is None
    events = (await client.get("/v1/events")).json()["data"]
    assert [one["changed"] for one in events] == [[], ["description"], ["contact_email"], ["contact_email"]]
    assert test_db.events is not None
    assert all("shop.example" not in repr(one) for one in await test_db.events())


async def test_a_secret_is_shown_once(client: HttpClient, test_db: StorePorts) -> None:
    made = await registered(client)
    secret, path = made["secret"], f"/v1/webhooks/{made['id']}"
    assert secret.startswith("whsec_")
    assert secret.endswith(made["secret_hint"])
    rotated = (await client.post(f"{path}/rotate-secret", json={"overlap_hours": 2})).json()
    assert rotated["secret"] not in (None, secret)
    answers = [
        await client.get(path),
        await client.get("/v1/webhooks"),
        await client.patch(path, json={"description": "x"}),
        await client.post(f"{path}/resume"),
        await client.get("/v1/events"),
    ]
    await client.delete(path)
    answers.append(await client.post(f"{path}/restore"))
    for answer in answers:
        assert answer.status == 200
        assert "whsec_" not in answer.body.decode()
        assert secret.removeprefix("whsec_") not in answer.body.decode()
    assert answers[0].json()["old_secret_until"] is not None
    assert test_db.events is not None
    assert all("whsec_" not in repr(one) and URL not in repr(one) for one in await test_db.events())


async def test_an_answer_that_is_told_again_has_no_secret(client: HttpClient) -> None:
    first = await client.post("/v1/webhooks", json={"url": URL}, headers=KEY)
    again = await client.post("/v1/webhooks", json={"url": URL}, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status, again.headers["location"]) == (201, first.headers["location"])
    assert again.json() == {**first.json(), "secret": None}
    path = f"{first.headers['location']}/rotate-secret"
    other_key = {"Idempotency-Key": "two"}
    first, again = [await client.post(path, headers=other_key) for _ in range(2)]
    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == {**first.json(), "secret": None}
    assert (await client.get("/v1/webhooks?include=total")).json()["total"] == 1


async def test_what_is_wrong_is_named(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        answer = await client.post(
            "/v1/webhooks",
            json={
                "url": "https://127.1/",
                "description": "\n",
                "contact_email": "nobody",
                "event_types": ["book.*", "books"],
                "secret": "x",
            },
        )
        assert (answer.status, {*answer.errors}) == (
            422,
            {
                ("/url", "invalid-address"),
                ("/description", "control-character"),
                ("/contact_email", "invalid-email"),
                ("/event_types/1", "invalid-event-type"),
                ("/secret", "unknown-field"),
            },
        )
        answer = await client.post("/v1/webhooks", json={"url": "https://10.0.0.1/", "description": " "})
        assert answer.errors == [("/url", "forbidden-address"), ("/description", "blank")]
        answer = await client.post("/v1/webhooks", json={"url": URL, "event_types": ["a.*"] * 101})
        assert answer.errors == [("/event_types", "too-many")]
        for path in (f"/v1/webhooks/{NO_ID}", "/v1/webhooks/none"):
            assert (await client.get(path)).status == 404
            assert (await client.post(f"{path}/test")).status == 404
    made = await registered(client)
    path = f"/v1/webhooks/{made['id']}"
    async with nothing_written():
        for hours in (-1, 169):
            answer = await client.post(f"{path}/rotate-secret", json={"overlap_hours": hours})
            assert answer.errors == [("/overlap_hours", "out-of-range")]
        assert (await client.patch(path, json={"url": "ftp://shop.example.org/"})).errors == [
            ("/url", "invalid-scheme")
        ]


async def test_a_test_tells_what_the_receiver_said(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with Receiver(Reply(status=200, body=b"hello"), Reply(status=302), Reply(status=500)) as receiver:
        made = await registered(client, url=receiver.url, enabled=False)
        path = f"/v1/webhooks/{made['id']}/test"
        async with nothing_written():
            well, moved, broken = [(await client.post(path)).json() for _ in range(3)]
    assert (well["delivered"], well["status"], well["answer"], well["error"]) == (True, 200, "hello", None)
    assert (moved["delivered"], moved["status"], moved["error"]) == (False, 302, "redirect")
    assert (broken["error"], broken["detail"]) == ("refused", "it answered 500")
    request = receiver.received[0]
    told = Webhook(made["secret"]).verify(request.body, {**request.headers})
    assert (told["type"], told["data"]) == ("webhook.test", {"webhook_id": made["id"]})
    assert request.headers["webhook-id"] == well["message_id"]


async def test_during_a_rotation_both_secrets_verify(client: HttpClient) -> None:
    async with Receiver() as receiver:
        made = await registered(client, url=receiver.url)
        path = f"/v1/webhooks/{made['id']}"
        rotated = (await client.post(f"{path}/rotate-secret")).json()
        await client.post(f"{path}/test")
    request = receiver.received[0]
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(request.body, {**request.headers})


async def test_without_an_allow_list_nothing_goes_near(test_db: StorePorts) -> None:
    client = HttpClient(create_app(services_on(test_db, Reach()), CONFIG))
    for url in ("http://127.0.0.1:8080/", "https://127.0.0.1:8080/", "https://localhost:8080/", "http://example.org/"):
        answer = await client.post("/v1/webhooks", json={"url": url})
        assert (answer.status, [pointer for pointer, _ in answer.errors]) == (422, ["/url"])


@pytest.mark.parametrize("url", ["https://unknown.example.org/"])
async def test_one_that_cannot_be_reached_is_told_so(client: HttpClient, url: str) -> None:
    made = await registered(client, url=url)
    told = (await client.post(f"/v1/webhooks/{made['id']}/test")).json()
    assert (told["delivered"], told["status"], told["error"]) == (False, None, "unknown-host")
