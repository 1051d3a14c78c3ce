"""Addresses and consents of customers."""

from typing import Any

from domain.customers.address import MAX_ADDRESSES
from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_customer
from tests.support.http_client import HttpClient

HOME: dict[str, Any] = {"type": "shipping", "lines": [" 12 St James's Square "], "city": "London", "country": "GB"}


async def a_path(client: HttpClient, **given: Any) -> str:
    return (await client.post("/v1/customers", json=a_customer(**given))).headers["location"]


async def test_an_address_comes_changes_and_goes(client: HttpClient) -> None:
    ada = await a_path(client)
    made = await client.post(f"{ada}/addresses", json={**HOME, "default": True})
    assert made.status == 201
    path = made.headers["location"]
    assert path == f"{ada}/addresses/{made.json()['id']}"
    assert (made.json()["lines"], made.json()["default"]) == (["12 St James's Square"], True)
    read = await client.get(path)
    assert (read.json(), read.headers["etag"], read.headers["cache-control"]) == (made.json(), '"1"', "no-store")
    assert (await client.get(path, headers={"If-None-Match": '"1"'})).status == 304
    stale = await client.patch(path, json={"city": "Bath"}, headers={"If-Match": '"2"'})
    assert (stale.status, stale.code) == (412, "stale-version")
    changed = await client.patch(path, json={"city": "Bath", "postal_code": "BA1 1AA"}, headers={"If-Match": '"1"'})
    assert (changed.json()["city"], changed.json()["version"], changed.headers["etag"]) == ("Bath", 2, '"2"')
    assert (await client.patch(path, json={"city": "Bath"})).json()["version"] == 2
    assert (await client.get(f"{ada}/addresses")).json()["data"] == [changed.json()]
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status == 412
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404
    assert (await client.get(f"{ada}/addresses")).json()["data"] == []


async def test_there_is_one_default_a_type(client: HttpClient) -> None:
    ada = await a_path(client)
    first = (await client.post(f"{ada}/addresses", json={**HOME, "default": True})).headers["location"]
    second = (await client.post(f"{ada}/addresses", json={**HOME, "default": True})).headers["location"]
    bill = (await client.post(f"{ada}/addresses", json={**HOME, "type": "billing", "default": True})).headers[
        "location"
    ]

    async def defaults() -> list[bool]:
        return [(await client.get(path)).json()["default"] for path in (first, second, bill)]

    assert await defaults() == [False, True, True]
    assert (await client.patch(first, json={"default": True})).json()["version"] == 3
    assert await defaults() == [True, False, True]
    assert (await client.patch(bill, json={"type": "shipping"})).status == 200
    assert await defaults() == [False, False, True]


async def test_what_is_wrong_with_an_address_is_named_at_once(
    client: HttpClient, nothing_written: NothingWritten
) -> None:
    ada = await a_path(client)
    async with nothing_written():
        wrong = {"type": "home", "lines": ["ok", "\n"], "country": "XX", "city": "", "zip": "1"}
        answer = await client.post(f"{ada}/addresses", json=wrong)
        assert answer.status == 422
        assert {pointer for pointer, _ in answer.errors} == {"/type", "/lines/1", "/country", "/city", "/zip"}
        assert (await client.post(f"{ada}/addresses", json={**HOME, "lines": []})).errors == [("/lines", "too-few")]
        assert (await client.post(f"{ada}/addresses", json={**HOME, "country": "UK"})).errors == [
            ("/country", "unknown-country")
        ]
        assert (await client.post(f"/v1/customers/{NO_ID}/addresses", json=HOME)).status == 404
        assert (await client.get(f"/v1/customers/{NO_ID}/addresses")).status == 404


async def test_one_customer_does_not_see_anothers(client: HttpClient) -> None:
    ada, bob = await a_path(client), await a_path(client, email="bob@example.org")
    path = (await client.post(f"{ada}/addresses", json=HOME)).headers["location"]
    strange = path.replace(ada, bob)
    assert (await client.get(strange)).status == 404
    assert (await client.patch(strange, json={"city": "Bath"})).status == 404
    assert (await client.delete(strange)).status == 404


async def test_a_customer_has_so_many_and_no_more(client: HttpClient) -> None:
    ada = await a_path(client)
    for _ in range(MAX_ADDRESSES):
        assert (await client.post(f"{ada}/addresses", json=HOME)).status == 201
    answer = await client.post(f"{ada}/addresses", json=HOME)
    assert (answer.status, answer.code) == (409, "too-many-addresses")
    assert (await client.get(f"{ada}/addresses?include=total&limit=1")).json()["total"] == MAX_ADDRESSES


async def test_a_consent_is_given_withdrawn_and_given_again(client: HttpClient) -> None:
    ada = await a_path(client)
    assert (await client.get(f"{ada}/consents")).json()["data"] == []
    never = await client.post(f"{ada}/consents/newsletter/withdraw", json={"source": "mail"})
    assert (never.status, never.code) == (409, "consent-never-given")
    given = await client.post(f"{ada}/consents", json={"purpose": "newsletter", "source": "checkout"})
    assert (given.status, given.headers["location"]) == (201, f"{ada}/consents/newsletter")
    assert (given.json()["state"], given.json()["source"], given.json()["withdrawn_at"]) == ("given", "checkout", None)
    again = await client.post(f"{ada}/consents", json={"purpose": "newsletter", "source": "telephone"})
    assert (again.status, again.json()) == (201, given.json())
    withdrawn = await client.post(f"{ada}/consents/newsletter/withdraw", json={"source": "mail"})
    assert (withdrawn.status, withdrawn.json()["state"], withdrawn.json()["version"]) == (200, "withdrawn", 2)
    assert (await client.post(f"{ada}/consents/newsletter/withdraw", json={"source": "x"})).json() == withdrawn.json()
    back = await client.post(f"{ada}/consents", json={"purpose": "newsletter", "source": "shop"})
    assert [one["state"] for one in back.json()["history"]] == ["given", "withdrawn", "given"]
    whole = await client.get(f"{ada}/consents")
    assert whole.json()["data"] == [back.json()]
    etag = whole.headers["etag"]
    assert (await client.get(f"{ada}/consents", headers={"If-None-Match": etag})).status == 304
    one = await client.get(f"{ada}/consents/newsletter")
    assert (one.json(), one.headers["etag"]) == (back.json(), back.headers["etag"])
    assert (await client.get(f"{ada}/consents/survey")).status == 404


async def test_what_is_said_of_the_past_stays_in_order(client: HttpClient, nothing_written: NothingWritten) -> None:
    ada = await a_path(client)
    paper = {"purpose": "newsletter", "source": "paper", "at": "2020-05-01T10:00:00+02:00"}
    assert (await client.post(f"{ada}/consents", json=paper)).json()["given_at"] == "2020-05-01T08:00:00Z"
    async with nothing_written():
        path = f"{ada}/consents/newsletter/withdraw"
        early = await client.post(path, json={"source": "paper", "at": "2020-04-30T00:00:00Z"})
        assert (early.status, early.code) == (409, "consent-out-of-order")
        to_come = await client.post(path, json={"source": "paper", "at": "2999-01-01T00:00:00Z"})
        assert to_come.errors == [("/at", "out-of-range")]
        wrong = await client.post(f"{ada}/consents", json={"purpose": "News letter", "source": " "})
        assert {pointer for pointer, _ in wrong.errors} == {"/purpose", "/source"}
        stale = await client.post(path, json={"source": "paper"}, headers={"If-Match": '"7"'})
        assert stale.status == 412
