"""The Postman collection: of the format's form, whole, and each of its requests is one that the server takes."""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import pytest

from adapters.memory.store import MemoryStore
from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from entrypoints.http.postman import SCHEMA, postman_collection
from tests.integration.http.conftest import CONFIG
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

BASE = "http://127.0.0.1:8000"
SERVICES = services_on(memory_ports(MemoryStore()))
DOCUMENT: dict[str, Any] = json.loads(msgspec.json.encode(openapi_document(http_operations(SERVICES, CONFIG), "1.2.3")))
COLLECTION: dict[str, Any] = json.loads(json.dumps(postman_collection(DOCUMENT, BASE)))


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Of the fields that the format v2.1.0 has, those that are made here; a field that it lacks is an error."""


class Pair(Strict):
    key: str
    value: str
    description: str | None = None
    disabled: bool = False


class Variable(Strict):
    key: str
    value: str


class Url(Strict):
    raw: str
    host: list[str]
    path: list[str]
    query: list[Pair]
    variable: list[Variable]


class Body(Strict):
    mode: Literal["raw"]
    raw: str
    options: dict[str, dict[str, str]]


class Request(Strict):
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: Url
    header: list[Pair]
    description: str
    body: Body | None = None


class Answer(Strict):
    name: str
    status: str
    code: int
    preview: str = msgspec.field(name="_postman_previewlanguage")
    header: list[Pair]
    body: str
    original: Request | None = msgspec.field(name="originalRequest", default=None)


class Script(Strict):
    type: Literal["text/javascript"]
    exec: list[str]


class Event(Strict):
    listen: Literal["test"]
    script: Script


class Item(Strict):
    id: str
    name: str
    request: Request
    response: list[Answer]
    event: list[Event]


class Folder(Strict):
    name: str
    description: str
    item: list[Item]


class Info(Strict):
    id: str = msgspec.field(name="_postman_id")
    name: str
    description: str
    version: str
    schema: str


class Collection(Strict):
    info: Info
    item: list[Folder]
    variable: list[Variable]


def collection() -> Collection:
    return msgspec.convert(COLLECTION, Collection)


def items() -> Iterator[tuple[Folder, Item]]:
    for folder in collection().item:
        for item in folder.item:
            yield folder, item


def test_it_has_the_form_of_the_format() -> None:
    found = collection()
    assert found.info.schema == SCHEMA == "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    assert (found.info.name, found.info.version) == ("Daybook", "1.2.3")
    broken = json.loads(json.dumps(COLLECTION))
    broken["item"][0]["item"][0]["request"]["urls"] = {}
    with pytest.raises(msgspec.ValidationError, match="unknown field `urls`"):
        msgspec.convert(broken, Collection)


def test_every_operation_is_in_the_folder_of_its_tag() -> None:
    told = {
        operation["operationId"]: operation["tags"][0]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
    }
    assert {item.id: folder.name for folder, item in items()} == told
    assert [folder.name for folder in collection().item] == [
        tag["name"] for tag in DOCUMENT["tags"] if tag["name"] in told.values()
    ]


def test_a_request_says_all_that_may_be_given_and_sends_what_must_be() -> None:
    requests = {item.id: item.request for _, item in items()}
    listing = requests["get_books"]
    assert listing.url.raw == "{{base_url}}/v1/books"
    assert {one.key for one in listing.url.query} >= {"limit", "cursor", "sort", "q"}
    assert all(one.disabled and one.description for one in listing.url.query)
    change = requests["patch_book"]
    assert change.url.path == ["v1", "books", ":book_id"]
    assert [(one.key, one.value) for one in change.url.variable] == [("book_id", "{{book_id}}")]
    headers = {one.key: (one.value, one.disabled) for one in change.header}
    assert headers == {"Content-Type": ("application/json", False), "If-Match": ('"1"', True)}
    assert "Idempotency-Key" in {one.key for one in requests["create_book"].header if one.disabled}
    assert change.body is not None
    assert json.loads(change.body.raw)["language"] == "en"


def test_the_id_of_what_was_made_is_kept() -> None:
    scripts = {item.id: [line for one in item.event for line in one.script.exec] for _, item in items()}
    assert scripts["create_book"] == [
        "if (pm.response.code === 201) {",
        '    pm.collectionVariables.set("book_id", pm.response.json().id);',
        "}",
    ]
    assert '    pm.collectionVariables.set("return_id", pm.response.json().id);' in scripts["create_order_return"]
    assert scripts["get_book"] == []


def test_answers_are_saved() -> None:
    for _, item in items():
        codes = [one.code for one in item.response]
        assert codes == sorted(set(codes))
        good = [one for one in item.response if one.code < 300]
        assert len(good) == 1
        assert good[0].original == item.request
        assert good[0].body or good[0].code == 204
        assert {404, 500} & set(codes)
        for one in item.response:
            assert one.name.startswith(str(one.code))
            assert not one.body or json.loads(one.body)


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


async def test_every_request_is_taken() -> None:
    """Sent as they stand, from the first to the last, nothing is refused for its form, and answers are those saved."""
    client = HttpClient(create_app(services_on(memory_ports(MemoryStore())), CONFIG))
    values = {one.key: one.value for one in collection().variable}
    assert all(values.values()), "every variable has a value to begin with"
    found = {}
    for _, item in items():
        url = item.request.url
        places = {one.key: filled(one.value, values) for one in url.variable}
        path = "/".join(places[part[1:]] if part.startswith(":") else part for part in url.path)
        headers = [(one.key, one.value) for one in item.request.header if not one.disabled]
        sent = [f"{one.key}={one.value}" for one in url.query if not one.disabled]
        body = item.request.body.raw.encode() if item.request.body else b""
        target = f"/{path}{'?' if sent else ''}{'&'.join(sent)}"
        answer = await client.request(item.request.method, target, content=body, headers=headers)
        found[item.id] = answer.status
        assert answer.status in {one.code for one in item.response}, (item.id, answer.body)
        assert answer.status not in (400, 405, 413, 415), (item.id, answer.body)
        assert not url.variable or answer.status < 300 or answer.code == "not-found"
    assert (found["create_book"], found["create_customer"], found["get_books"]) == (201, 201, 200)
