"""Customers, and their orders."""

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_customer, an_order
from tests.support.http_client import HttpClient


async def test_a_customer_lives_changes_goes_and_comes_back(client: HttpClient) -> None:
    made = await client.post("/customers", json=a_customer(phone="+44 20 7946-0958", metadata={"shelf": "A3"}))
    assert made.status == 201
    path = made.headers["location"]
    assert path == f"/v1/customers/{made.json()['id']}"
    assert (made.json()["email"], made.json()["phone"]) == ("ada@example.org", "+442079460958")
    changed = await client.patch(path, json={"phone": None, "tags": ["vip", "vip"]})
    assert (changed.json()["phone"], changed.json()["tags"], changed.json()["version"]) == (None, ["vip"], 2)
    assert (await client.put(path, json={"name": None, "email": None})).errors == [("", "name-reference-or-email")]
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).code == "not-found"
    assert (await client.post(f"{path}/restore")).json()["version"] == 4
    assert (await client.get(path)).headers["cache-control"] == "no-store"


async def test_a_taken_address_or_reference_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    first = await client.post("/v1/customers", json=a_customer(reference="K-1"))
    other = await client.post("/v1/customers", json=a_customer(email="grace@example.org"))
    async with nothing_written():
        email = await client.post("/v1/customers", json=a_customer(email="ADA@example.org"))
        assert (email.status, email.code, email.errors) == (400, "email-exists", [("/email", "email-exists")])
        reference = await client.patch(other.headers["location"], json={"reference": "K-1"})
        assert (reference.status, reference.errors) == (400, [("/reference", "reference-exists")])
    await client.delete(first.headers["location"])
    assert (await client.post("/v1/customers", json=a_customer(reference="K-1"))).status == 201
    async with nothing_written():
        assert (await client.post(f"{first.headers['location']}/restore")).status == 400


async def test_the_orders_of_a_customer(client: HttpClient) -> None:
    ada = (await client.post("/v1/customers", json=a_customer())).headers["location"]
    grace = (await client.post("/v1/customers", json=a_customer(email="grace@example.org"))).json()["id"]
    ada_id = ada.rpartition("/")[2]
    for owner, day in ((ada_id, 1), (grace, 2), (ada_id, 3), (None, 4)):
        placed = f"2026-03-0{day}T12:00:00Z"
        assert (await client.post("/v1/orders", json=an_order(customer_id=owner, placed_at=placed))).status == 201
    first = await client.get(f"{ada}/orders?limit=1&expand=lines,customer")
    assert [one["placed_at"] for one in first.json()["data"]] == ["2026-03-03T12:00:00Z"]
    assert first.json()["data"][0]["customer"]["name"] == "Ada Lovelace"
    link = first.headers["link"].removeprefix("<").partition(">")[0]
    assert link.startswith(f"{ada}/orders?limit=1&")
    second = await client.get(link)
    assert [one["placed_at"] for one in second.json()["data"]] == ["2026-03-01T12:00:00Z"]
    assert (await client.get(f"/v1/orders?customer_id={grace}")).json()["data"][0]["customer_id"] == grace
    assert (await client.get(f"/v1/customers/{NO_ID}/orders")).code == "not-found"
    assert (await client.get(f"{ada}/orders?customer_id={grace}")).errors == [("customer_id", "unknown-parameter")]
    await client.delete(ada)
    assert len((await client.get(f"{ada}/orders")).json()["data"]) == 2, "a deleted customer's orders stay"
