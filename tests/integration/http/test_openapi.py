"""The OpenAPI document: it lacks no route and has none too many, and its examples are what it says."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from litestar import Litestar

from adapters.memory.store import MemoryStore
from application.analytics.exporting import FILE_TYPES
from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from entrypoints.http.problems import problem_types
from tests.integration.http.conftest import CONFIG
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

SEED_NAMES = {"get_books", "get_book", "create_book", "update_book", "delete_book"}
COMPONENTS = {"CustomerCreate", "CustomerRead", "BookCreate", "BookUpdate", "BookResponse", "OrderCreate", "Problem"}
SERVICES = services_on(memory_ports(MemoryStore()))
DOCUMENT: dict[str, Any] = json.loads(json.dumps(openapi_document(http_operations(SERVICES, CONFIG), "1.2.3")))
FILES = {one.media_type for one in FILE_TYPES.values()}
OPERATIONS = [
    (method, path, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Of one schema of the document, whose references lead into the document."""
    return _validator(json.dumps(schema))


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {"$id": "https://daybook.example/openapi.json", **json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def app() -> Litestar:
    return create_app(SERVICES, CONFIG, metrics=lambda: ("text/plain", b""))


def test_routes_and_document_are_the_same() -> None:
    operations = http_operations(SERVICES, CONFIG, metrics=lambda: ("text/plain", b""))
    document = openapi_document(operations, "1")
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    routed = {
        (method, re.sub(r":str\}", "}", route.path))
        for route in app().routes
        for method in getattr(route, "http_methods", None) or route.methods
        if method not in ("HEAD", "OPTIONS")
    }
    left_out = routed - told
    assert told - routed == set()
    assert {path for _, path in left_out if not path.startswith("/schema")} == {
        "/customers",
        "/customers/{customer_id}",
        "/customers/{customer_id}/restore",
        "/customers/{customer_id}/orders",
        "/customers/{customer_id}/history",
        "/authors",
        "/authors/{author_id}",
        "/authors/{author_id}/restore",
        "/books",
        "/books/{book_id}",
        "/books/{book_id}/restore",
        "/books/{book_id}/history",
        "/reviews",
        "/reviews/{review_id}",
        "/reviews/{review_id}/restore",
    }
    assert ("GET", "/metrics") in told


def test_names_are_those_of_the_documents() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names) > 35
    assert set(names) >= SEED_NAMES
    assert set(DOCUMENT["components"]["schemas"]) >= COMPONENTS
    assert not [name for name in DOCUMENT["components"]["schemas"] if not re.fullmatch("[A-Za-z]+", name)]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[one[2]["operationId"] for one in OPERATIONS])
def test_an_operation_is_told_in_full(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    places = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
    assert places == re.findall(r"\{(\w+)\}", path)
    for one in operation["parameters"]:
        assert one["description"]
        for example in [*one["schema"].get("examples", ()), *([one["example"]] if "example" in one else [])]:
            assert validator(one["schema"]).is_valid(example), one
    if "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            check_examples(content)
    assert {status for status in operation["responses"] if status >= "500"} >= {"500"}
    assert "400" in operation["responses"]
    if places:
        assert "404" in operation["responses"]
    if method in ("put", "patch", "delete"):
        assert {"409", "412", "428"} <= set(operation["responses"])
    if "requestBody" in operation:
        assert {"413", "415", "422"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        assert response["description"]
        if status in ("204", "301", "304"):
            assert "content" not in response
            continue
        for media_type, content in response["content"].items():
            if operation["tags"] == ["analytics"] and media_type in FILES and status == "200":
                # Files, whose bytes are told by their media types; test_report_files_api.py reads them.
                assert content in ({"schema": {"type": "string"}}, {"schema": {}})
                continue
            good = "text/event-stream" if operation["operationId"] == "stream_events" else "application/json"
            assert media_type == ("application/problem+json" if status >= "400" else good)
            check_examples(content)


def check_examples(content: dict[str, Any]) -> None:
    assert content["examples"]
    for example in content["examples"].values():
        found = example
        if "$ref" in example:
            name = example["$ref"].removeprefix("#/components/examples/")
            found = DOCUMENT["components"]["examples"][name]
        check = validator(content["schema"])
        assert check.is_valid(found["value"]), [str(one) for one in check.iter_errors(found["value"])]


def test_every_problem_has_an_example() -> None:
    examples = DOCUMENT["components"]["examples"]
    for one in problem_types():
        value = examples[one.code]["value"]
        assert (value["code"], value["status"], value["type"]) == (one.code, one.status, one.type)
        assert validator({"$ref": "#/components/schemas/Problem"}).is_valid(value)


def test_input_is_closed_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name in ("CustomerCreate", "BookCreate", "BookUpdate", "OrderCreate", "OrderLineCreate", "MoneyInput"):
        assert schemas[name]["additionalProperties"] is False
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT)))
    assert len(references) > 20
    for reference in references:
        target = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
    for name, schema in schemas.items():
        assert schema.get("description") or "enum" in schema, name
        assert schema["title"] == name


async def test_the_document_is_served_as_it_is() -> None:
    client = HttpClient(create_app(SERVICES, CONFIG))
    answer = await client.get("/schema/openapi.json")
    assert answer.json() == DOCUMENT
    assert (DOCUMENT["openapi"], DOCUMENT["info"]["version"]) == ("3.1.0", "1.2.3")
    packed = await client.get("/schema/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.json() == DOCUMENT
    assert len(packed.raw) < len(answer.raw) / 5
    etag = answer.headers["etag"]
    assert (await client.get("/schema/openapi.json", headers={"If-None-Match": etag})).status == 304
