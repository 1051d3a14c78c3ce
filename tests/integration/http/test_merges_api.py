"""Merging customers, and the id of the one that went."""

from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_customer, an_order
from tests.support.http_client import HttpClient


async def made(client: HttpClient, **given: Any) -> tuple[str, str]:
    """The path and the id of a new customer."""
    path = (await client.post("/v1/customers", json=a_customer(**given))).headers["location"]
    return path, path.rpartition("/")[2]


async def test_one_goes_into_the_other_and_comes_back(client: HttpClient) -> None:
    ada, ada_id = await made(client, email=None, reference="K-1")
    bob, bob_id = await made(client, email="bob@example.org", tags=["b2b"])
    order = (await client.post("/v1/orders", json=an_order(customer_id=bob_id))).json()
    before = (await client.get(bob)).json()
    answer = await client.post(f"{ada}/merge", json={"from_id": bob_id}, headers={"If-Match": '"1"'})
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    customer, merge = answer.json()["customer"], answer.json()["merge"]
    assert (customer["email"], customer["tags"], customer["version"]) == ("bob@example.org", ["b2b"], 2)
    assert (merge["from_id"], merge["moved"]["orders"], merge["undoable"]) == (bob_id, 1, True)
    assert (await client.get(f"{ada}/merges")).json()["data"] == [merge]
    moved = (await client.get(f"/v1/orders/{order['id']}")).json()
    assert (moved["customer_id"], moved["version"]) == (ada_id, 2)
    back = await client.post(f"{ada}/unmerge", json={"from_id": bob_id}, headers={"If-Match": '"2"'})
    assert (back.status, back.headers["etag"]) == (200, '"3"')
    assert (back.json()["customer"]["email"], back.json()["customer"]["tags"]) == (None, [])
    restored = back.json()["restored"]
    later = ("version", "updated_at", "updated_by")
    assert {k: v for k, v in restored.items() if k not in later} == {k: v for k, v in before.items() if k not in later}
    assert (await client.get(f"{bob}/orders")).json()["data"][0]["id"] == order["id"]
    assert (await client.get(f"{ada}/merges")).json()["data"] == []


async def test_the_old_id_leads_to_the_survivor(client: HttpClient) -> None:
    ada, _ = await made(client)
    bob, bob_id = await made(client, email="bob@example.org")
    address = await client.post(f"{bob}/addresses", json={"type": "other", "lines": ["1 Elm Row"], "country": "GB"})
    await client.post(f"{bob}/consents", json={"purpose": "news", "source": "web"})
    await client.post(f"{ada}/merge", json={"from_id": bob_id})
    for rest in (
        "",
        "?include_deleted=true",
        "/orders?limit=5",
        "/addresses",
        "/consents",
        "/consents/news",
        "/merges",
    ):
        gone = await client.get(f"{bob}{rest}")
        assert (gone.status, gone.headers["location"], gone.body) == (301, f"{ada}{rest}", b"")
        assert gone.headers["cache-control"] == "no-store"
        assert (await client.get(gone.headers["location"])).status == 200
    assert (await client.head(bob)).status == 301
    gone = await client.get(address.headers["location"])
    assert (await client.get(gone.headers["location"])).json()["lines"] == ["1 Elm Row"]
    assert (await client.get(bob.replace("/v1", ""))).headers["location"] == ada.replace("/v1", "")
    assert (await client.get(f"{bob.rpartition('/')[0]}/{bob_id.upper()}")).status == 301


async def test_the_old_id_takes_no_changes(client: HttpClient, nothing_written: NothingWritten) -> None:
    ada, ada_id = await made(client)
    bob, bob_id = await made(client, email="bob@example.org")
    await client.post(f"{ada}/merge", json={"from_id": bob_id})
    async with nothing_written():
        for answer in (
            await client.patch(bob, json={"name": "X"}),
            await client.delete(bob),
            await client.post(f"{bob}/restore"),
            await client.post(f"{bob}/addresses", json={"type": "other", "lines": ["x"], "country": "GB"}),
            await client.post(f"{bob}/merge", json={"from_id": ada_id}),
        ):
            assert (answer.status, answer.code) == (404, "merged-away")
            assert ada_id in answer.json()["detail"]
        order = await client.post("/v1/orders", json=an_order(customer_id=bob_id))
        assert order.errors == [("/customer_id", "no-such-customer")]
        again = await client.post(f"{ada}/merge", json={"from_id": bob_id})
        assert again.errors == [("/from_id", "no-such-customer")]


async def test_what_cannot_be_merged_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    ada, ada_id = await made(client)
    _, bob_id = await made(client, email="bob@example.org")
    async with nothing_written():
        itself = await client.post(f"{ada}/merge", json={"from_id": ada_id})
        assert (itself.status, itself.errors) == (422, [("/from_id", "merge-with-itself")])
        nobody = await client.post(f"{ada}/merge", json={"from_id": NO_ID})
        assert nobody.errors == [("/from_id", "no-such-customer")]
        assert (await client.post(f"/v1/customers/{NO_ID}/merge", json={"from_id": ada_id})).status == 404
        stale = await client.post(f"{ada}/merge", json={"from_id": bob_id}, headers={"If-Match": '"2"'})
        assert (stale.status, stale.code) == (412, "stale-version")
        assert (await client.post(f"{ada}/unmerge", json={"from_id": bob_id})).status == 404
        assert (await client.post(f"{ada}/merge", json={})).errors == [("/from_id", "required")]


async def test_a_merge_sent_again_with_its_key_is_done_once(client: HttpClient) -> None:
    ada, _ = await made(client)
    _, bob_id = await made(client, email="bob@example.org")
    key = {"Idempotency-Key": "merge-1"}
    first = await client.post(f"{ada}/merge", json={"from_id": bob_id}, headers=key)
    second = await client.post(f"{ada}/merge", json={"from_id": bob_id}, headers=key)
    assert (first.status, second.status) == (200, 200)
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
