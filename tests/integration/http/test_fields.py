"""`fields`: a part of each record, on every list and every resource, and nothing else about the answer changed."""

import json
from typing import Any

import msgspec
import pytest

from adapters.memory.store import MemoryStore
from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG
from tests.integration.http.payloads import ISBN, OTHER_ISBN, a_book, an_order
from tests.support.every_operation import Described, described, one_of_each
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

DOCUMENT: dict[str, Any] = json.loads(
    msgspec.json.encode(openapi_document(http_operations(services_on(memory_ports(MemoryStore())), CONFIG), "1"))
)
OPERATIONS = described(DOCUMENT)
SPARSE = [one for one in OPERATIONS if one.takes("fields")]


def names(operation: Described) -> list[str]:
    (parameter,) = (one for one in operation.told["parameters"] if one["name"] == "fields")
    assert (parameter["in"], parameter["style"], parameter["explode"]) == ("query", "form", False)
    found: list[str] = parameter["schema"]["items"]["enum"]
    return found


def test_every_list_and_every_resource_takes_it() -> None:
    lists = {one.id for one in OPERATIONS if one.takes("cursor") and one.told["tags"] != ["analytics"]}
    resources = {
        one.id
        for one in OPERATIONS
        if one.method == "GET" and "304" in one.told["responses"] and "version" in one.answer_fields(DOCUMENT)
    }
    assert {one.id for one in SPARSE} == lists | resources
    assert {
        "get_books",
        "get_book",
        "get_book_by_isbn",
        "get_order_returns",
        "get_review",
        "get_events",
    } <= lists | resources
    assert all(one.method == "GET" for one in SPARSE)


async def test_each_gives_the_fields_asked_for_as_they_are_otherwise(client: HttpClient) -> None:
    there, filled = await one_of_each(client, OPERATIONS), 0
    for operation in SPARSE:
        path = there.path(operation)
        whole = await client.get(path)
        for asked in (names(operation)[:1], names(operation)[1:3], names(operation)):
            sparse = await client.get(f"{path}?fields={','.join(asked)}")
            assert (sparse.status, sparse.headers["cache-control"]) == (200, whole.headers["cache-control"])
            if operation.takes("cursor"):
                records, rest = whole.json().pop("data"), {**whole.json(), "data": None}
                filled += bool(records)
                assert {**sparse.json(), "data": None} == rest
                assert sparse.json()["data"] == [only(one, asked) for one in records], operation.id
            else:
                assert sparse.json() == only(whole.json(), asked), operation.id
    assert filled >= 3 * 8, "most lists have something to show"


def only(record: dict[str, Any], asked: list[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in asked}


@pytest.mark.parametrize("operation", SPARSE, ids=lambda one: one.id)
async def test_a_field_that_it_has_not_is_refused_with_those_that_it_has(operation: Described) -> None:
    client = HttpClient(create_app(services_on(memory_ports(MemoryStore())), CONFIG))
    there = await one_of_each(client, OPERATIONS)
    path = there.path(operation)
    for text in ("colour", "id,colour", "", ",id", "ID", "id,,version"):
        answer = await client.get(f"{path}?fields={text}")
        assert (answer.status, answer.errors) == (400, [("fields", "unknown-field")]), text
        assert answer.json()["errors"][0]["message"] == f"must be of: {', '.join(names(operation))}"


async def test_all_that_is_wrong_is_named(client: HttpClient) -> None:
    answer = await client.get("/v1/books?fields=colour&limit=0&shade=dark")
    assert sorted(answer.errors) == [
        ("fields", "unknown-field"),
        ("limit", "bad-limit"),
        ("shade", "unknown-parameter"),
    ]
    answer = await client.get("/v1/books?fields=id&limit=0")
    assert answer.errors == [("limit", "bad-limit")]
    answer = await client.get("/v1/books?fields=id&fields=title")
    assert answer.errors == [("fields", "repeated-parameter")]
    assert (await client.post("/v1/books?fields=id", json=a_book())).errors == [("fields", "unknown-parameter")]


async def test_a_part_has_an_etag_of_its_own(client: HttpClient) -> None:
    path = (await client.post("/v1/books", json=a_book())).headers["location"]
    whole = (await client.get(path)).headers["etag"]
    title = (await client.get(f"{path}?fields=title,id")).headers["etag"]
    author = (await client.get(f"{path}?fields=author")).headers["etag"]
    assert len({whole, title, author}) == 3
    for same in ("id,title", "title,id", "title,id,title"):
        for method in ("GET", "HEAD"):
            answer = await client.request(method, f"{path}?fields={same}", headers={"If-None-Match": title})
            assert (answer.status, answer.headers["etag"]) == (304, title)
    assert (await client.get(f"{path}?fields=author", headers={"If-None-Match": title})).status == 200
    changed = await client.patch(path, json={"language": "en"}, headers={"If-Match": title})
    assert changed.status == 200, "whoever saw a part has seen that version"
    assert (await client.patch(path, json={"language": "de"}, headers={"If-Match": title})).code == "stale-version"


async def test_pages_go_on_with_the_same_fields(client: HttpClient) -> None:
    for isbn, title in ((ISBN, "Ø"), (OTHER_ISBN, "B")):
        await client.post("/v1/books", json=a_book(isbn=isbn, title=title))
    for query in ("sort=title&fields=title&limit=1", "fields=title&limit=1&sort=title&q=eliot%20george"):
        first = await client.get(f"/v1/books?{query}")
        assert first.json()["data"] == [{"title": "B"}]
        link = first.headers["link"].removeprefix("<").partition(">")[0]
        second = await client.get(link)
        assert (second.json()["data"], "link" in second.headers) == ([{"title": "Ø"}], False)
        whole = query.replace("fields=title&", "").replace("&fields=title", "")
        other = await client.get(f"/v1/books?{whole}&cursor={first.json()['next_cursor']}")
        assert other.json()["data"][0]["isbn"], "a cursor is of the rows, not of what is shown of them"


async def test_related_objects_are_fields_too(client: HttpClient) -> None:
    path = (await client.post("/v1/orders", json=an_order())).headers["location"]
    assert (await client.get(f"{path}?fields=id,customer")).json().keys() == {"id"}
    assert (await client.get(f"{path}?fields=customer&expand=customer")).json() == {"customer": None}
    page = await client.get("/v1/orders?expand=lines&fields=lines,total")
    assert [sorted(one) for one in page.json()["data"]] == [["lines", "total"]]


async def test_a_part_is_compressed_like_the_whole(services: Services) -> None:
    client = HttpClient(create_app(services, msgspec.structs.replace(CONFIG, compress_from=50)))
    await client.post("/v1/books", json=a_book())
    answer = await client.get("/v1/books?fields=title", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["data"] == [{"title": "Middlemarch"}]
