"""POSTs with an Idempotency-Key: sent again they have no second effect and get the first answer."""

import asyncio
import re
from inspect import getclosurevars

import pytest

from adapters.memory.store import MemoryStore
from entrypoints.http.app import http_operations
from entrypoints.http.idempotency import once_a_key
from entrypoints.http.replies import Reply
from entrypoints.http.requests import HttpRequest
from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.integration.http.payloads import NO_ID, OTHER_ISBN, a_book, a_customer, a_line, an_order
from tests.support.http_client import HttpAnswer, HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

KEY = {"Idempotency-Key": "8c1f6a1e-0c7e-4d0b-9a53-0a6f2f6f5b1d"}
POSTS = [
    re.sub(r"\{\w+\}", NO_ID, one.path)
    for one in http_operations(services_on(memory_ports(MemoryStore())), CONFIG)
    if one.method == "POST"
]


def is_replay(answer: HttpAnswer, first: HttpAnswer) -> bool:
    assert answer.headers["idempotent-replayed"] == "true"
    told = [(one.status, one.raw, one.headers.get("location"), one.headers.get("etag")) for one in (answer, first)]
    return told[0] == told[1]


async def total(client: HttpClient, path: str) -> int:
    count: int = (await client.get(f"{path}?include=total&limit=1")).json()["total"]
    return count


@pytest.mark.parametrize(("path", "body"), [("books", a_book()), ("customers", a_customer()), ("orders", an_order())])
async def test_what_was_made_is_told_again_and_not_made_again(
    client: HttpClient, nothing_written: NothingWritten, path: str, body: dict[str, object]
) -> None:
    first = await client.post(f"/v1/{path}", json=body, headers=KEY)
    assert first.status == 201
    assert "idempotent-replayed" not in first.headers
    async with nothing_written():
        assert is_replay(await client.post(f"/v1/{path}", json=body, headers=KEY), first)
    assert await total(client, f"/v1/{path}") == 1


async def test_the_first_answer_stays_whatever_came_later(client: HttpClient) -> None:
    first = await client.post("/v1/books", json=a_book(), headers=KEY)
    place = first.headers["location"]
    await client.patch(place, json={"title": "Romola"})
    await client.delete(place)
    again = await client.post("/v1/books", json=a_book(), headers=KEY)
    assert is_replay(again, first)
    assert (again.json()["title"], again.json()["version"]) == ("Middlemarch", 1)


async def test_a_verb_has_its_effect_once(client: HttpClient, nothing_written: NothingWritten) -> None:
    order = (await client.post("/v1/orders", json=an_order(a_line(quantity=4)))).headers["location"]
    back = {"lines": [{"line": 1, "quantity": 1}]}
    first = await client.post(f"{order}/returns", json=back, headers={**KEY, "If-Match": '"1"'})
    assert first.status == 201
    async with nothing_written():
        again = await client.post(f"{order}/returns", json=back, headers={**KEY, "If-Match": '"1"'})
        assert is_replay(again, first), "the version that it asked for is gone by now"
    other = (await client.post("/v1/orders", json=an_order())).headers["location"]
    cancelled = await client.post(f"{other}/cancel", headers={"Idempotency-Key": "cancel"})
    assert (cancelled.status, cancelled.headers["etag"]) == (200, '"2"')
    assert is_replay(await client.post(f"{other}/cancel", headers={"Idempotency-Key": "cancel"}), cancelled)
    assert (await client.post(f"{other}/cancel")).status == 409, "without the key it is asked for a second time"


async def test_a_key_is_for_one_request(client: HttpClient, nothing_written: NothingWritten) -> None:
    await client.post("/v1/books", json=a_book(), headers=KEY)
    async with nothing_written():
        for path, body in (
            ("/v1/books", a_book(title="Romola")),
            ("/books", a_book()),
            ("/v1/customers", a_customer()),
            (f"/v1/books/{NO_ID}/restore", a_book()),
        ):
            answer = await client.post(path, json=body, headers=KEY)
            assert (answer.status, answer.code) == (422, "idempotency-key-reused"), path


async def test_a_refusal_may_be_tried_again(client: HttpClient) -> None:
    kept = await client.post("/v1/books", json=a_book())
    for _ in range(2):
        refused = await client.post("/v1/books", json=a_book(), headers=KEY)
        assert (refused.status, refused.code) == (400, "isbn-exists")
        assert "idempotent-replayed" not in refused.headers
    await client.delete(kept.headers["location"])
    made = await client.post("/v1/books", json=a_book(), headers=KEY)
    assert made.status == 201
    assert is_replay(await client.post("/v1/books", json=a_book(), headers=KEY), made)
    for body in (b"{", b'{"title": 1}'):
        answer = await client.post(
            "/v1/books", content=body, headers={"Idempotency-Key": "bad", "Content-Type": "application/json"}
        )
        assert answer.status in (400, 422)
    assert (
        await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN), headers={"Idempotency-Key": "bad"})
    ).status == 201


@pytest.mark.parametrize("key", ["", "k" * 256, "käse", "tab\there", "\x7f", "a\x00b"])
async def test_a_key_is_short_and_printable(client: HttpClient, nothing_written: NothingWritten, key: str) -> None:
    async with nothing_written():
        answers = {path: await client.post(path, json={}, headers={"Idempotency-Key": key}) for path in POSTS}
    assert len(answers) > 40
    for path, answer in answers.items():
        assert (answer.status, answer.code) == (400, "malformed-idempotency-key"), path
        assert "255" in answer.json()["detail"], path


@pytest.mark.parametrize("key", ["k", "k" * 255, '"in quotes"', "a, b"])
async def test_any_other_key_will_do(client: HttpClient, key: str) -> None:
    first = await client.post("/v1/books", json=a_book(), headers={"Idempotency-Key": key})
    assert is_replay(await client.post("/v1/books", json=a_book(), headers={"Idempotency-Key": key}), first)


async def test_of_many_at_once_one_has_an_effect_and_all_have_its_answer(client: HttpClient) -> None:
    answers = await asyncio.gather(*(client.post("/v1/books", json=a_book(), headers=KEY) for _ in range(30)))
    (first,) = [one for one in answers if "idempotent-replayed" not in one.headers]
    assert first.status == 201
    assert all(is_replay(one, first) for one in answers if one is not first)
    assert await total(client, "/v1/books") == 1


async def test_a_long_body_is_refused_with_a_key_too(client: HttpClient) -> None:
    body = a_book(description="x" * CONFIG.max_body_bytes)
    assert (await client.post("/v1/books", json=body, headers=KEY)).status == 413


async def test_other_methods_take_no_notice_of_a_key(client: HttpClient) -> None:
    place = (await client.post("/v1/books", json=a_book())).headers["location"]
    for title, version in (("Romola", 2), ("Felix Holt", 3)):
        changed = await client.patch(place, json={"title": title}, headers=KEY)
        assert (changed.status, changed.json()["version"]) == (200, version)
    assert (await client.options("/v1/books", headers=KEY)).status == 204


def test_every_post_hands_its_claim_to_its_use_case() -> None:
    operations = http_operations(services_on(memory_ports(MemoryStore())), CONFIG)
    handlers = {one.id: getclosurevars(one.handler).nonlocals["handler"] for one in operations if one.method == "POST"}
    assert len(handlers) > 10
    assert [name for name, handler in handlers.items() if "claimant" not in handler.__code__.co_names] == []


def test_a_request_without_a_key_goes_straight_to_its_handler() -> None:
    class Awaited(Exception):
        pass

    async def answer(request: HttpRequest) -> Reply:
        raise Awaited

    services = services_on(memory_ports(MemoryStore()))
    request = HttpRequest({"type": "http", "headers": [(b"host", b"x")]}, None)  # type: ignore[arg-type]  # it is not received
    made = []

    def handler(given: HttpRequest) -> object:
        made.append(answer(given))
        return made[0]

    waiting = once_a_key(handler, services.idempotency, 1)(request)  # type: ignore[arg-type]  # what it gives is all
    assert [waiting] == made, "nothing is awaited in between"
    made[0].close()
