"""ETag, 304, 412 and 428 on every resource: read off the table of operations, so that a new one is held to it too."""

import json
from typing import Any

import msgspec
from msgspec.structs import replace

from adapters.memory.store import MemoryStore
from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.support.every_operation import Described, OneOfEach, described, one_of_each
from tests.support.http_client import HttpAnswer, HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

DOCUMENT: dict[str, Any] = json.loads(
    msgspec.json.encode(openapi_document(http_operations(services_on(memory_ports(MemoryStore())), CONFIG), "1"))
)
# These tell of the service and of many things at once: there is no one thing with a version.
OTHER_TAGS = {"analytics", "health", "service"}
OPERATIONS = [one for one in described(DOCUMENT) if one.told["tags"][0] not in OTHER_TAGS]
# What has a version and is no list. A report on a thing, such as the export of a customer, is made anew each time.
READS = [one for one in OPERATIONS if one.method == "GET" and one.takes("fields") and not one.takes("cursor")]
GUARDED = [one for one in OPERATIONS if one.takes("If-Match")]
CHANGES = [one for one in OPERATIONS if one.method in ("PUT", "PATCH", "DELETE", "POST") and one.places]
WRONG = ('"99"', '"abc"', 'W/"1"', '"99-0123456789abcdef"')


def of_one(operations: list[Described]) -> list[Described]:
    return [one for one in operations if one.path.endswith("}")]


def test_every_resource_is_read_under_a_condition_and_changed_under_one() -> None:
    assert len(of_one(READS)) >= 8
    assert {one.id for one in of_one(OPERATIONS) if one.method == "GET"} <= {one.id for one in READS}
    for one in READS:
        assert one.takes("If-None-Match"), one.id
        assert "304" in one.told["responses"], one.id
        assert "ETag" in one.told["responses"]["200"]["headers"], one.id
    # What is added to a thing leaves the thing as it is, and so does who belongs to it: no version of it is answered.
    changing = [one for one in CHANGES if one.status == 204 or "version" in one.answer_fields(DOCUMENT)]
    assert {one.id for one in changing if one.status != 201} <= {one.id for one in GUARDED}
    assert len(GUARDED) >= 20
    for one in GUARDED:
        assert {"400", "412", "428"} <= one.told["responses"].keys(), one.id


async def test_a_copy_that_is_still_right_is_not_sent_again(client: HttpClient) -> None:
    there = await one_of_each(client, OPERATIONS)
    for operation in READS:
        path = there.path(operation)
        whole = await client.get(path)
        etag = whole.headers["etag"]
        for method in ("GET", "HEAD"):
            same = await client.request(method, path, headers={"If-None-Match": f'"x", {etag}'})
            assert (same.status, same.raw, same.headers["etag"]) == (304, b"", etag), operation.id
            assert same.headers["cache-control"] == whole.headers["cache-control"]
            other = await client.request(method, path, headers={"If-None-Match": '"99"'})
            assert (other.status, other.headers["etag"]) == (200, etag), operation.id


async def test_what_is_made_and_changed_has_the_etag_that_reading_it_gives(client: HttpClient) -> None:
    there = await one_of_each(client, OPERATIONS)
    reads = {one.path: one for one in of_one(READS)}
    patched = 0
    for operation in (one for one in CHANGES if one.method in ("PUT", "PATCH") and one.path in reads):
        changed = await client.request(operation.method, there.path(operation), json=there.body(operation))
        assert changed.status == 200, (operation.id, changed.body)
        read = await client.get(there.path(operation))
        assert (read.json(), read.headers["etag"]) == (changed.json(), changed.headers["etag"]), operation.id
        patched += 1
    assert patched >= 8


async def test_a_change_of_what_was_not_seen_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    there = await one_of_each(client, OPERATIONS)
    async with nothing_written():
        for operation in GUARDED:
            for tag in WRONG:
                answer = await sent(client, there, operation, tag)
                assert (answer.status, answer.code) == (412, "stale-version"), (operation.id, tag)
            assert (await sent(client, there, operation, "2")).code == "malformed-precondition", operation.id


async def test_where_a_version_is_required_no_change_goes_without_one(
    services: Services, nothing_written: NothingWritten
) -> None:
    client = HttpClient(create_app(services, replace(CONFIG, require_if_match=True)))
    there = await one_of_each(HttpClient(create_app(services, CONFIG)), OPERATIONS)
    async with nothing_written():
        for operation in GUARDED:
            answer = await sent(client, there, operation, None)
            assert (answer.status, answer.code) == (428, "precondition-required"), operation.id


async def test_a_change_of_what_was_seen_goes_through(services: Services) -> None:
    """The tag that reading gives opens every change: what then refuses is a rule of the trade and not a condition."""
    client = HttpClient(create_app(services, replace(CONFIG, require_if_match=True)))
    there = await one_of_each(HttpClient(create_app(services, CONFIG)), OPERATIONS)
    done = refused = 0
    for operation in sorted(GUARDED, key=when):
        tag = (await seen(client, there, operation)).headers["etag"]
        answer = await sent(client, there, operation, tag)
        if answer.status >= 300:
            assert answer.status in (404, 409, 422) or answer.code.endswith("-exists"), (operation.id, answer.body)
        done, refused = done + (answer.status < 300), refused + (answer.status >= 300)
    assert done >= 2 * refused, (done, refused)


def when(operation: Described) -> int:
    """Changes first, then verbs, then what puts a thing away, and what is done to it after that."""
    words = ("PATCH", "PUT", "POST", "DELETE", "restore", "erase")
    verb = operation.path.rpartition("/")[2]
    return words.index(verb if verb in words else operation.method)


async def seen(client: HttpClient, there: OneOfEach, operation: Described) -> HttpAnswer:
    """The thing that a change is of: at its own path, or at the one above a verb."""
    reads = {one.path: one for one in of_one(READS)}
    path = operation.path
    while path not in reads:
        path = path.rpartition("/")[0]
        assert path, operation.id
    read = reads[path]
    query = "?include_deleted=true" if read.takes("include_deleted") else ""
    return await client.get(there.path(read) + query)


async def sent(client: HttpClient, there: OneOfEach, operation: Described, tag: str | None) -> HttpAnswer:
    body = there.body(operation) if operation.example() is not None else None
    headers = {} if tag is None else {"If-Match": tag}
    return await client.request(operation.method, there.path(operation), json=body, headers=headers)
