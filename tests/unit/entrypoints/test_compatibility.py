"""What of a document must stay, and for whom: each rule with what breaks it and what does not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from entrypoints.http.compatibility import CALLERS, GENERATED, READERS, SENDERS, breaking_changes

Document = dict[str, Any]
MONEY = {"type": "object", "properties": {"amount": {"type": "string"}}, "required": ["amount"]}
BOOK = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "price": {"$ref": "#/components/schemas/Money"}},
    "required": ["title", "price"],
}
NEW_BOOK = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": 255}, "price": {"$ref": "#/components/schemas/Money"}},
    "required": ["title"],
    "additionalProperties": False,
}


def content(schema: Any, *media_types: str) -> dict[str, Any]:
    return {"content": {name: {"schema": schema} for name in media_types or ("application/json",)}}


def document() -> Document:
    """A small shop: a list and a create, a read and a delete."""
    book, new_book = ({"$ref": f"#/components/schemas/{name}"} for name in ("Book", "NewBook"))
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}}
    tag = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1.0.0"},
        "paths": {
            "/books": {
                "get": {
                    "operationId": "get_books",
                    "parameters": [{"$ref": "#/components/parameters/limit"}],
                    "responses": {
                        "200": {
                            **content({"type": "array", "items": book}, "application/json", "text/csv"),
                            "headers": {"Link": {"schema": {"type": "string"}}},
                        },
                        "400": {"$ref": "#/components/responses/refused"},
                    },
                },
                "post": {
                    "operationId": "create_book",
                    "requestBody": {"required": False, **content(new_book, "application/json", "application/xml")},
                    "responses": {"201": content(book)},
                },
            },
            "/books/{book_id}": {
                "parameters": [{"name": "book_id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "get_book", "parameters": [], "responses": {"200": content(book)}},
                "delete": {"operationId": "delete_book", "parameters": [tag], "responses": {"204": {}}},
            },
        },
        "components": {
            "schemas": copy.deepcopy({"Book": BOOK, "NewBook": NEW_BOOK, "Money": MONEY}),
            "parameters": {"limit": limit},
            "responses": {"refused": content({"type": "object"}, "application/problem+json")},
        },
    }


Edit = Callable[[Document], object]


def paths(found: Document) -> Any:
    return found["paths"]


def listing(found: Document) -> Any:
    return found["paths"]["/books"]["get"]


def creating(found: Document) -> Any:
    return found["paths"]["/books"]["post"]


def one(found: Document) -> Any:
    return found["paths"]["/books/{book_id}"]


def schemas(found: Document) -> Any:
    return found["components"]["schemas"]


def limit(found: Document) -> Any:
    return found["components"]["parameters"]["limit"]


def told(edit: Edit) -> list[tuple[str, str, str]]:
    changed = document()
    edit(changed)
    return [(found.where, found.what, found.whom) for found in breaking_changes(document(), changed)]


def rename_book_id(found: Document) -> None:
    item = paths(found).pop("/books/{book_id}")
    item["parameters"][0]["name"] = "id"
    paths(found)["/books/{id}"] = item


BREAKS: list[tuple[str, Edit, tuple[str, str, str]]] = [
    ("a path", lambda d: paths(d).pop("/books/{book_id}"), ("path", "is no longer there", CALLERS)),
    ("an operation", lambda d: one(d).pop("delete"), ("operation", "is no longer there", CALLERS)),
    (
        "an operation id",
        lambda d: one(d)["get"].update(operationId="fetch"),
        ("operationId", "was get_book and is fetch", GENERATED),
    ),
    (
        "no operation id",
        lambda d: one(d)["get"].pop("operationId"),
        ("operationId", "was get_book and is gone", GENERATED),
    ),
    ("a path parameter's name", rename_book_id, ("path parameter book_id", "is called id", GENERATED)),
    (
        "a path parameter's type",
        lambda d: one(d)["parameters"][0].update(schema={"type": "integer"}),
        ("path parameter book_id", "was string and is integer", SENDERS),
    ),
    (
        "a parameter",
        lambda d: listing(d).update(parameters=[]),
        ("query parameter limit", "is no longer taken", SENDERS),
    ),
    (
        "a parameter's need",
        lambda d: limit(d).update(required=True),
        ("query parameter limit", "is required now", CALLERS),
    ),
    (
        "a new parameter's need",
        lambda d: listing(d)["parameters"].append({"name": "q", "in": "query", "required": True, "schema": {}}),
        ("query parameter q", "is new and required", CALLERS),
    ),
    (
        "a parameter's range",
        lambda d: limit(d)["schema"].update(maximum=50),
        ("query parameter limit", "maximum was 100 and is 50", SENDERS),
    ),
    (
        "a parameter's default",
        lambda d: limit(d)["schema"].update(default=10),
        ("query parameter limit", "the default was 20 and is 10", SENDERS),
    ),
    (
        "how a parameter is written",
        lambda d: limit(d).update(style="pipeDelimited"),
        ("query parameter limit", "style was None and is pipeDelimited", SENDERS),
    ),
    ("the body", lambda d: creating(d).pop("requestBody"), ("body", "is no longer taken", SENDERS)),
    (
        "the body's need",
        lambda d: creating(d)["requestBody"].update(required=True),
        ("body", "is required now", CALLERS),
    ),
    (
        "a new body's need",
        lambda d: one(d)["delete"].update(requestBody={"required": True, **content({})}),
        ("body", "is required now", CALLERS),
    ),
    (
        "a media type that is taken",
        lambda d: creating(d)["requestBody"]["content"].pop("application/xml"),
        ("body application/xml", "is no longer taken", SENDERS),
    ),
    (
        "a field's length",
        lambda d: schemas(d)["NewBook"]["properties"]["title"].update(maxLength=100),
        ("NewBook/title", "maxLength was 255 and is 100", SENDERS),
    ),
    (
        "a field's need",
        lambda d: schemas(d)["NewBook"].update(required=["title", "price"]),
        ("NewBook/price", "is required now", SENDERS),
    ),
    ("a status", lambda d: creating(d)["responses"].pop("201"), ("status 201", "is no longer answered", READERS)),
    (
        "an error's status",
        lambda d: listing(d)["responses"].pop("400"),
        ("status 400", "is no longer answered", READERS),
    ),
    (
        "a media type that is answered",
        lambda d: listing(d)["responses"]["200"]["content"].pop("text/csv"),
        ("status 200 text/csv", "is no longer answered", READERS),
    ),
    (
        "a header",
        lambda d: listing(d)["responses"]["200"].pop("headers"),
        ("status 200 header Link", "is no longer there", READERS),
    ),
    (
        "a header's type",
        lambda d: listing(d)["responses"]["200"]["headers"]["Link"].update(schema={"type": "integer"}),
        ("status 200 header Link", "was string and is integer", READERS),
    ),
    (
        "a field of an answer",
        lambda d: schemas(d)["Book"]["properties"].pop("title"),
        ("Book/title", "is no longer there", READERS),
    ),
    (
        "a field's surety",
        lambda d: schemas(d)["Book"].update(required=["price"]),
        ("Book/title", "may be left out now", READERS),
    ),
    (
        "a field's type",
        lambda d: schemas(d)["Money"]["properties"].update(amount={"type": "number"}),
        ("Money/amount", "was string and is number", READERS),
    ),
    (
        "a field that was never null",
        lambda d: schemas(d)["Book"]["properties"].update(title={"type": ["string", "null"]}),
        ("Book/title", "may be null now", READERS),
    ),
    (
        "who may come in",
        lambda d: one(d)["get"].update(security=[{"token": []}]),
        ("security", "no authentication is no longer enough", CALLERS),
    ),
]

BREAKS_NOT: list[tuple[str, Edit]] = [
    ("nothing", lambda d: None),
    ("another version", lambda d: d["info"].update(version="2.0.0")),
    ("a new path", lambda d: paths(d).update({"/authors": copy.deepcopy(paths(d)["/books"])})),
    ("a new operation", lambda d: one(d).update(put=copy.deepcopy(one(d)["get"]))),
    ("a new parameter", lambda d: listing(d)["parameters"].append({"name": "q", "in": "query", "schema": {}})),
    ("a header's case", lambda d: one(d)["delete"]["parameters"][0].update(name="if-match")),
    ("a wider range", lambda d: limit(d)["schema"].update(maximum=200)),
    ("an optional body", lambda d: one(d)["delete"].update(requestBody=content({"type": "object"}))),
    (
        "a media type that is taken",
        lambda d: creating(d)["requestBody"]["content"].update(content({}, "text/csv")["content"]),
    ),
    ("a field that may be sent", lambda d: schemas(d)["NewBook"]["properties"].update(isbn={"type": "string"})),
    ("a field that is read", lambda d: schemas(d)["Book"]["properties"].update(isbn={"type": "string"})),
    ("a new status", lambda d: creating(d)["responses"].update({"409": {}})),
    (
        "a new header",
        lambda d: one(d)["get"]["responses"]["200"].update(headers={"ETag": {"schema": {"type": "string"}}}),
    ),
    ("another way in", lambda d: d.update(security=[{}, {"token": []}])),
    ("inlined", lambda d: listing(d).update(parameters=[limit(d)])),
]


@pytest.mark.parametrize(("edit", "expected"), [one[1:] for one in BREAKS], ids=[one[0] for one in BREAKS])
def test_what_had_been_there_stays(edit: Edit, expected: tuple[str, str, str]) -> None:
    assert expected in told(edit)


@pytest.mark.parametrize("edit", [one[1] for one in BREAKS_NOT], ids=[one[0] for one in BREAKS_NOT])
def test_a_document_may_grow(edit: Edit) -> None:
    assert told(edit) == []


def test_what_grew_must_not_shrink_again() -> None:
    same = {"nothing", "another version", "a header's case", "another way in", "inlined"}
    for name, edit in BREAKS_NOT:
        grown = document()
        edit(grown)
        assert (breaking_changes(grown, document()) == []) is (name in same), name


def test_what_is_shared_is_told_once_with_all_whom_it_meets() -> None:
    changed = document()
    schemas(changed)["Book"]["properties"].pop("title")
    found = [one for one in breaking_changes(document(), changed) if one.where == "Book/title"]
    assert [one.operations for one in found] == [("GET /books", "POST /books", "GET /books/{book_id}")]
    paths(changed).pop("/books/{book_id}")
    gone = [one for one in breaking_changes(document(), changed) if one.where == "path"]
    assert [one.operations for one in gone] == [("GET /books/{book_id}", "DELETE /books/{book_id}")]


def test_whoever_was_let_in_is_let_in() -> None:
    def between(before: Any, after: Any) -> list[str]:
        old, new = document(), document()
        old["security"], new["security"] = before, after
        return sorted({one.what for one in breaking_changes(old, new)})

    read, write = {"token": ["read"]}, {"token": ["read", "write"]}
    assert between([write], [read]) == between([read], []) == between([read], [{"key": []}, read]) == []
    assert between([read], [write]) == ["token is no longer enough"]
    assert between([read, {"key": []}], [read]) == ["key is no longer enough"]
    assert between([read], [{**read, "key": []}]) == ["token is no longer enough"]
