"""Conditional requests: what a reader need not read again, and what a writer has not seen."""

import re

import pytest
from msgspec.structs import replace

from entrypoints.http.app import create_app
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.integration.http.payloads import NO_ID, a_book, a_customer, an_order
from tests.support.http_client import HttpClient


async def kept(client: HttpClient) -> str:
    """The path of a book of version 2."""
    path = (await client.post("/v1/books", json=a_book())).headers["location"]
    await client.patch(path, json={"title": "Romola"})
    return path


async def test_a_copy_that_is_still_right_is_not_sent_again(client: HttpClient) -> None:
    path = await kept(client)
    seen = (await client.get(path)).headers["etag"]
    assert re.fullmatch('"2-[0-9a-f]{16}"', seen)
    for tag in (seen, f"W/{seen}", f'"1", {seen}', f'"x" , W/{seen}', "*", f" {seen} ", f",{seen},"):
        for method in ("GET", "HEAD"):
            answer = await client.request(method, path, headers={"If-None-Match": tag})
            assert (answer.status, answer.headers["etag"]) == (304, seen), tag
            assert answer.headers["cache-control"] == "private, no-cache"
            assert "content-type" not in answer.headers


async def test_a_copy_that_is_not_is_replaced(client: HttpClient) -> None:
    path = await kept(client)
    for tag in ('"1"', '"2"', '"3"', '"2-0123456789abcdef"', '""', "2", '"2', "", 'w/"2"'):
        answer = await client.get(path, headers={"If-None-Match": tag})
        assert (answer.status, answer.json()["version"]) == (200, 2), tag


async def test_several_lines_of_a_header_are_one_list(client: HttpClient) -> None:
    path = await kept(client)
    headers = [("If-None-Match", '"1"'), ("If-None-Match", (await client.get(path)).headers["etag"])]
    assert (await client.get(path, headers=headers)).status == 304
    headers = [("If-Match", '"1"'), ("If-Match", '"2"')]
    assert (await client.patch(path, json={"title": "T"}, headers=headers)).status == 200


@pytest.mark.parametrize("tag", ['"2"', "*", '"7", "2"', '"2-0123abcd"', '"abc", "2"'])
async def test_a_change_of_the_version_seen_is_made(client: HttpClient, tag: str) -> None:
    path = await kept(client)
    answer = await client.put(path, json={"title": "T"}, headers={"If-Match": tag})
    assert (answer.status, answer.headers["etag"][:3]) == (200, '"3-')


async def test_a_change_of_another_version_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = await kept(client)
    order = (await client.post("/v1/orders", json=an_order())).headers["location"]
    customer = (await client.post("/v1/customers", json=a_customer())).headers["location"]
    tags = ('"9"', '"3"', 'W/"2"', '"abc"', '"9", "3"', '"02"', '""', '"99999999999999999999"')
    async with nothing_written():
        for method, target, body in (
            ("PUT", path, {"title": "T"}),
            ("PATCH", path, {"title": "T"}),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
            ("PATCH", customer, {"name": "T"}),
            ("POST", f"{order}/cancel", None),
            ("POST", f"{order}/returns", {"lines": [{"line": 1, "quantity": 1}]}),
        ):
            for tag in tags:
                answer = await client.request(method, target, json=body, headers={"If-Match": tag})
                assert (answer.status, answer.code) == (412, "stale-version"), (target, tag)


async def test_a_precondition_must_be_readable(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = await kept(client)
    async with nothing_written():
        for tag in ("2", "two", '"2', '"2" "3"', "", '"2", *', 'w/"2"', '"é\x01"'):
            answer = await client.put(path, json={"title": "T"}, headers={"If-Match": tag})
            assert (answer.status, answer.code) == (400, "malformed-precondition"), tag


async def test_a_change_may_ask_that_the_version_is_another(
    client: HttpClient, nothing_written: NothingWritten
) -> None:
    path = await kept(client)
    async with nothing_written():
        for tag in ("*", '"2"', 'W/"2"'):
            answer = await client.put(path, json={"title": "T"}, headers={"If-None-Match": tag})
            assert (answer.status, answer.code) == (412, "precondition-failed")
    assert (await client.put(path, json={"title": "T"}, headers={"If-None-Match": '"1"'})).status == 200


async def test_what_is_not_there_is_not_found_whatever_the_precondition(client: HttpClient) -> None:
    for tag in ('"1"', '"1", "2"', "*"):
        answer = await client.put(f"/v1/books/{NO_ID}", json={"title": "T"}, headers={"If-Match": tag})
        assert (answer.status, answer.code) == (404, "not-found")


async def test_where_it_is_required_no_change_goes_without_a_version(
    services: Services, nothing_written: NothingWritten
) -> None:
    client = HttpClient(create_app(services, replace(CONFIG, require_if_match=True)))
    made = await client.post("/v1/books", json=a_book())
    assert made.status == 201, "nothing can be said of what is not there yet"
    path = made.headers["location"]
    order = (await client.post("/v1/orders", json=an_order())).headers["location"]
    async with nothing_written():
        for method, target in (
            ("PUT", path),
            ("PATCH", path),
            ("DELETE", path),
            ("POST", f"{path}/restore"),
            ("POST", f"{order}/cancel"),
            ("POST", f"{order}/returns"),
        ):
            answer = await client.request(method, target, json={})
            assert (answer.status, answer.code) == (428, "precondition-required")
    assert (await client.delete(path, headers={"If-Match": made.headers["etag"]})).status == 204
