"""Events and histories over HTTP."""

import json

import pytest

from tests.integration.http.payloads import NO_ID, OTHER_ISBN, a_book, a_customer, an_order
from tests.support.http_client import REQUEST_ID, HttpClient


async def test_every_change_is_told_with_who_when_and_which_request(client: HttpClient) -> None:
    place = (await client.post("/v1/books", json=a_book())).headers["location"]
    await client.patch(place, json={"title": "Romola"})
    await client.delete(place)
    await client.post(f"{place}/restore")
    events = (await client.get("/v1/events?aggregate=book")).json()["data"]
    assert [one["type"] for one in events] == ["book.created", "book.updated", "book.deleted", "book.restored"]
    assert {(one["by"], one["request_id"], one["aggregate_id"]) for one in events} == {
        ("anonymous", REQUEST_ID, place.rpartition("/")[2])
    }
    assert [one["version"] for one in events] == [1, 2, 3, 4]
    assert events[1]["changed"] == ["title"]
    assert all(one["at"].endswith("Z") for one in events)
    assert sorted(one["sequence"] for one in events) == [one["sequence"] for one in events]


async def test_who_follows_asks_for_what_came_after_the_last(client: HttpClient) -> None:
    await client.post("/v1/orders", json=an_order())
    last = (await client.get("/v1/events?sort=-sequence&limit=1")).json()["data"][0]["sequence"]
    assert (await client.get(f"/v1/events?sequence[gt]={last}")).json() == {
        "data": [],
        "has_more": False,
        "next_cursor": None,
    }
    await client.post("/v1/orders", json=an_order())
    (new,) = (await client.get(f"/v1/events?sequence[gt]={last}")).json()["data"]
    assert (new["sequence"], new["type"]) == (last + 1, "order.placed")


async def test_pages_of_events_are_linked(client: HttpClient) -> None:
    for _ in range(5):
        await client.post("/v1/orders", json=an_order())
    seen, path = [], "/v1/events?limit=2&include=total"
    while path:
        answer = await client.get(path)
        seen += [one["sequence"] for one in answer.json()["data"]]
        assert answer.json()["total"] == 5
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", ["customers", "books", "orders"])
async def test_a_thing_has_its_history_also_when_it_is_gone(client: HttpClient, kind: str) -> None:
    body = {"customers": a_customer(), "books": a_book(), "orders": an_order()}[kind]
    place = (await client.post(f"/v1/{kind}", json=body)).headers["location"]
    if kind == "orders":
        await client.post(f"{place}/cancel")
    else:
        await client.post(f"/v1/{kind}", json={**body, "isbn": OTHER_ISBN} if kind == "books" else {"name": "Eve"})
        await client.delete(place)
    history = (await client.get(f"{place}/history")).json()["data"]
    assert [one["version"] for one in history] == [2, 1]
    assert history[0]["type"].endswith(("deleted", "cancelled"))
    (first,) = (await client.get(f"{place}/history?sort=position&limit=1")).json()["data"]
    assert first["type"] == history[-1]["type"]
    assert (await client.get(f"/v1/{kind}/{NO_ID}/history")).status == 404
    refused = await client.get(f"{place}/history?aggregate_id={NO_ID}")
    assert (refused.status, refused.errors) == (400, [("aggregate_id", "unknown-parameter")])


async def test_no_personal_value_is_in_an_event(client: HttpClient) -> None:
    person = {"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+442079460958", "reference": "K-1815"}
    place = (await client.post("/v1/customers", json=person)).headers["location"]
    await client.patch(place, json={"name": "Ada King", "email": "king@example.org", "phone": "+442079460959"})
    told = json.dumps((await client.get("/v1/events")).json()) + json.dumps(
        (await client.get(f"{place}/history")).json()
    )
    for value in ("Lovelace", "King", "ada@", "king@", "+4420", "7946"):
        assert value not in told
    assert '"email"' in told, "that it changed is told"


@pytest.mark.parametrize(
    ("query", "field"),
    [("sequence[gt]=x", "sequence[gt]"), ("at=yesterday", "at"), ("aggregate_id=1", "aggregate_id"), ("q=x", "q")],
)
async def test_a_bad_question_is_refused(client: HttpClient, query: str, field: str) -> None:
    answer = await client.get(f"/v1/events?{query}")
    assert (answer.status, [one for one, _ in answer.errors]) == (400, [field])
    assert (await client.get("/v1/events?sort=at")).status == 400
    assert (await client.get("/v1/events?include_deleted=true")).status == 400
