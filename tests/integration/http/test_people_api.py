"""What is held of a person, and that it is erased."""

from typing import Any

import pytest

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.services import Services
from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_book, a_customer, a_line, an_order
from tests.support.http_client import HttpAnswer, HttpClient

ADDRESS = {"type": "shipping", "lines": ["12 St James's Square"], "city": "London", "country": "GB"}


async def made(client: HttpClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


async def test_an_erased_customer_answers_410_and_is_free_for_others(client: HttpClient) -> None:
    ada = await made(client, "/v1/customers", a_customer(reference="K-1", phone="+442079460958", tags=["vip"]))
    path = f"/v1/customers/{ada['id']}"
    erased = await client.post(f"{path}/erase", headers={"If-Match": '"1"'})
    assert erased.status == 200
    assert erased.json().keys() == {"id", "version", "erased_at"}
    assert (erased.json()["id"], erased.json()["version"]) == (ada["id"], 2)
    assert erased.headers["etag"] == '"2"'
    (left,) = (await client.get("/v1/customers?include_deleted=true")).json()["data"]
    kept = {"id", "status", "tags", "metadata", "version", "erased_at"}
    kept |= {"created_at", "created_by", "updated_at", "updated_by", "deleted_at"}
    assert {name for name, value in left.items() if value is not None} == kept
    assert left["erased_at"] == left["deleted_at"] == erased.json()["erased_at"]
    assert (left["tags"], left["metadata"], left["status"]) == ([], {}, "inactive")
    await made(client, "/v1/customers", a_customer(reference="K-1"))


ASKED = [
    ("GET", "", None),
    ("GET", "?include_deleted=true", None),
    ("PATCH", "", {"name": "Ada"}),
    ("PUT", "", {"name": "Ada"}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
    ("POST", "/erase", None),
    ("GET", "/export", None),
    ("GET", "/orders", None),
    ("GET", "/history", None),
    ("GET", "/addresses", None),
    ("POST", "/addresses", ADDRESS),
    ("GET", f"/addresses/{NO_ID}", None),
    ("DELETE", f"/addresses/{NO_ID}", None),
    ("GET", "/consents", None),
    ("POST", "/consents", {"purpose": "newsletter", "source": "checkout"}),
]


async def test_whatever_is_asked_of_it_is_gone(client: HttpClient, nothing_written: NothingWritten) -> None:
    ada = await made(client, "/v1/customers", a_customer())
    assert (await client.post(f"/v1/customers/{ada['id']}/erase")).status == 200
    async with nothing_written():
        for method, place, body in ASKED:
            answer = await client.request(method, f"/v1/customers/{ada['id']}{place}", json=body)
            assert (answer.status, answer.code) == (410, "erased"), (method, place, answer.body)
            assert answer.json()["title"] == "It was erased"


async def test_nothing_new_is_taken_for_it(client: HttpClient, nothing_written: NothingWritten) -> None:
    ada = (await made(client, "/v1/customers", a_customer()))["id"]
    book = (await made(client, "/v1/books", a_book()))["id"]
    group = (await made(client, "/v1/groups", {"name": "Reading circle"}))["id"]
    await client.post(f"/v1/customers/{ada}/erase")
    async with nothing_written():
        refused = [("/customer_id", "customer-erased")]
        order = await client.post("/v1/orders", json=an_order(customer_id=ada))
        assert (order.status, order.errors) == (422, refused)
        back = await client.post("/v1/returns", json={"currency": "EUR", "lines": [a_line()], "customer_id": ada})
        assert (back.status, back.errors) == (422, refused)
        review = {"customer_id": ada, "rating": 5, "text": "My words"}
        for path, body in (("/v1/reviews", {**review, "book_id": book}), (f"/v1/books/{book}/reviews", review)):
            said = await client.post(path, json=body)
            assert (said.status, said.errors) == (422, refused)
        joined = await client.post(f"/v1/groups/{group}/members", json={"customer_ids": [ada]})
        assert (joined.status, joined.errors) == (422, [("/customer_ids/0", "no-such-customer")])


async def test_what_it_bought_and_how_it_rated_stays(client: HttpClient) -> None:
    ada = (await made(client, "/v1/customers", a_customer()))["id"]
    book = (await made(client, "/v1/books", a_book()))["id"]
    order = await made(client, "/v1/orders", an_order(customer_id=ada))
    review = await made(
        client, "/v1/reviews", {"book_id": book, "customer_id": ada, "rating": 2, "title": "So", "text": "My words"}
    )
    await client.post(f"/v1/reviews/{review['id']}/publish")
    await client.post(f"/v1/customers/{ada}/erase")
    assert [one["id"] for one in (await client.get(f"/v1/orders?customer_id={ada}")).json()["data"]] == [order["id"]]
    expanded = (await client.get(f"/v1/orders/{order['id']}?expand=customer")).json()["customer"]
    assert (expanded["id"], expanded["name"], expanded["email"]) == (ada, None, None)
    left = (await client.get(f"/v1/reviews/{review['id']}")).json()
    assert (left["rating"], left["title"], left["text"], left["version"]) == (2, None, None, 3)
    assert (await client.get(f"/v1/books/{book}")).json()["rating"]["count"] == 1
    changed = await client.patch(f"/v1/reviews/{review['id']}", json={"text": "Others' words"})
    assert (changed.status, changed.code) == (409, "reviewer-erased")
    assert (await client.post(f"/v1/reviews/{review['id']}/reject", json={})).status == 200


async def test_a_version_may_be_asked_for(client: HttpClient, services: Services) -> None:
    ada = await made(client, "/v1/customers", a_customer())
    path = f"/v1/customers/{ada['id']}"
    await client.patch(path, json={"name": "Ada King"})
    assert (await client.post(f"{path}/erase", headers={"If-Match": '"1"'})).status == 412
    strict = HttpClient(create_app(services, HttpConfig(version="1.2.3", require_if_match=True)))
    assert (await strict.post(f"{path}/erase")).status == 428
    assert (await client.post(f"{path}/erase", json={"name": "x"})).status == 422
    assert (await client.post(f"/v1/customers/{NO_ID}/erase")).status == 404
    assert (await client.post(f"{path}/erase", json={}, headers={"If-Match": '"2"'})).status == 200


async def test_a_deleted_one_is_erased_as_well(client: HttpClient) -> None:
    ada = await made(client, "/v1/customers", a_customer())
    await client.delete(f"/v1/customers/{ada['id']}")
    assert (await client.post(f"/v1/customers/{ada['id']}/erase")).status == 200
    assert (await client.post(f"/v1/customers/{ada['id']}/restore")).status == 410


async def test_kept_answers_about_it_are_gone_and_the_answer_to_its_end_is_not(client: HttpClient) -> None:
    body, key = a_customer(), {"Idempotency-Key": "one"}
    first = await client.post("/v1/customers", json=body, headers=key)
    path = first.headers["location"]
    end = {"Idempotency-Key": "end"}
    erased = await client.post(f"{path}/erase", headers=end)
    again = await client.post(f"{path}/erase", headers=end)
    assert (again.status, again.json()) == (200, erased.json())
    assert again.headers["idempotent-replayed"] == "true"
    second = await client.post("/v1/customers", json=body, headers=key)
    assert second.status == 201, "the first answer is forgotten, so this is somebody new"
    assert second.json()["id"] != first.json()["id"]
    assert "idempotent-replayed" not in second.headers


class TestExport:
    async def exported(self, client: HttpClient, customer_id: str) -> HttpAnswer:
        answer = await client.get(f"/v1/customers/{customer_id}/export")
        assert answer.status == 200, answer.body
        return answer

    async def test_it_is_a_file_that_no_cache_keeps(self, client: HttpClient) -> None:
        ada = (await made(client, "/v1/customers", a_customer()))["id"]
        answer = await self.exported(client, ada)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] == f'attachment; filename="customer-{ada}.json"'
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["customer"] == (await client.get(f"/v1/customers/{ada}")).json()
        assert (await client.get(f"/v1/customers/{ada}/export?x=1")).status == 400
        assert (await client.get(f"/v1/customers/{NO_ID}/export")).status == 404

    async def test_it_holds_every_order_however_many(self, client: HttpClient) -> None:
        ada = (await made(client, "/v1/customers", a_customer()))["id"]
        other = (await made(client, "/v1/customers", a_customer(email="grace@example.org")))["id"]
        for number in range(105):
            await made(client, "/v1/orders", an_order(customer_id=ada if number != 50 else other))
        await made(client, "/v1/orders", an_order(customer_id=ada, placed_at="2026-03-01T12:00:00Z"))
        found = (await self.exported(client, ada)).json()
        ids = [one["id"] for one in found["orders"]]
        assert (len(ids), len(set(ids))) == (105, 105)
        assert {one["customer_id"] for one in found["orders"]} == {ada}
        assert all(one["lines"] for one in found["orders"])
        placed = [one for one in found["events"] if one["type"] == "order.placed"]
        assert sorted(one["aggregate_id"] for one in placed) == sorted(ids)

    @pytest.mark.parametrize("deleted", [False, True])
    async def test_it_holds_what_is_deleted_too(self, client: HttpClient, deleted: bool) -> None:
        ada = (await made(client, "/v1/customers", a_customer()))["id"]
        book = (await made(client, "/v1/books", a_book()))["id"]
        review = await made(
            client, "/v1/reviews", {"book_id": book, "customer_id": ada, "rating": 2, "text": "My words"}
        )
        if deleted:
            await client.delete(f"/v1/reviews/{review['id']}")
            await client.delete(f"/v1/customers/{ada}")
        found = (await self.exported(client, ada)).json()
        assert [one["text"] for one in found["reviews"]] == ["My words"]
        assert (found["customer"]["deleted_at"] is not None) is deleted
        types = ["customer.created", "review.created", *(["review.deleted", "customer.deleted"] if deleted else [])]
        assert [one["type"] for one in found["events"]] == types
