"""The OpenAPI 3.1 document, made from the same table of operations as the routes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from inspect import cleandoc
from typing import Any

from application.decoding import Malformed
from application.errors import (
    BadQuery,
    Conflict,
    Erased,
    MergedAway,
    NotFound,
    OutcomeUnknown,
    ReadOnlyStore,
    StaleVersion,
    Unavailable,
)
from application.ports.idempotency import KeyInUse, KeyReused
from domain.shared.errors import Invalid
from entrypoints.http.examples import BOOK_ID, plain
from entrypoints.http.idempotency import PARAMETER as IDEMPOTENCY_KEY
from entrypoints.http.links import operation_links
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.problems import PROBLEM_JSON, FieldProblem, Problem, ProblemType, problem_type, problem_types
from entrypoints.http.refusals import (
    BadRequest,
    ContentTooLarge,
    InternalError,
    MalformedIdempotencyKey,
    MalformedPrecondition,
    PreconditionFailed,
    PreconditionRequired,
    UnsupportedMediaType,
)
from entrypoints.http.schemas import component_schemas, reference

_ABOUT = """
The system of record of a bookseller, library or publisher.

- Bodies are JSON objects, read strictly: `"1"` is no number, a key may stand once, unknown fields are refused. Ids are
  UUIDs, times RFC 3339 in UTC, money is an exact decimal string and its currency.
- Lists take `limit`, `cursor`, `sort` and filters; the next page is `next_cursor`, and the `Link` header.
- `fields=id,title` leaves these fields of each record and nothing else, on every list and every resource.
- Every resource has a `version`, and its `ETag`. Send it as `If-None-Match` to read only what is new, and as `If-Match`
  to change only what you have seen.
- Every error is `application/problem+json` with a stable `code`, and names all bad fields at once.
- A POST with an `Idempotency-Key` may be sent again: it has one effect, and the first answer comes back.
- `X-Request-Id` is taken or made, and comes back with each answer.
- GET answers HEAD too, and every path answers OPTIONS.
"""
_TAGS = {
    "customers": "Who buys.",
    "books": "The catalogue.",
    "authors": "Who makes the books.",
    "categories": "The tree that books are sorted by.",
    "reviews": "What readers say of books.",
    "groups": "Customers whom somebody put together.",
    "segments": "Customers whom a saved rule finds.",
    "orders": "What was bought.",
    "returns": "What came back.",
    "analytics": "Who buys what: exact answers, the same on every store.",
    "events": "What happened: who changed what, when, with which request.",
    "jobs": "What is done in the background: whether it is done, how far it is, what came of it.",
    "schedules": "Jobs that are asked for again and again, at the times of a cron expression.",
    "webhooks": "Who is told of events over HTTP, and what was sent (Standard Webhooks 1.0).",
    "health": "Is it up, is it ready.",
    "service": "The service itself.",
}
_STORELESS = ("service",)
_ENTITY_TAGS = r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'
_PLACES = re.compile(r"\{([a-z_]+)\}")
_MERGEABLE = "{customer_id}"
# What is never loaded to a warehouse: one that serves alone refuses to read it as well (bootstrap/warehouse.py).
_NOT_IN_WAREHOUSE_TAGS = ("orders", "returns", "groups", "segments", "events", "jobs", "schedules", "webhooks")
_NOT_IN_WAREHOUSE_PATHS = re.compile(r"/v1/customers/(duplicates|\{customer_id\}/.+)|/v1/books/\{book_id\}/history")
_ID_SCHEMA = {"type": "string", "format": "uuid"}
_OWN_PLACES = {
    "isbn": Parameter(
        name="isbn",
        place="path",
        about="ISBN-10 or ISBN-13, with hyphens or without.",
        schema={"type": "string"},
        example="978-0-14-143954-9",
    )
}
_IF_MATCH = Parameter(
    name="If-Match",
    place="header",
    about="The ETag of the version that the change is meant for. 412 when it is no longer the present one.",
    schema={"type": "string", "pattern": _ENTITY_TAGS},
    example='"1"',
)
_IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    place="header",
    about="The ETag of the copy at hand. 304 when it is still right.",
    schema={"type": "string"},
    example='"7"',
)
_DETAILS = {
    "invalid": "/isbn: has a wrong check digit: look for a mistyped digit",
    "bad-query": "limit: must be a whole number from 1 to 100",
    "not-found": f"there is no book {BOOK_ID}",
    "malformed-json": "the body is not valid JSON: Expecting ',' delimiter: line 1 column 21 (char 20)",
    "stale-version": "version 1 is not the present one: it is version 2 now",
}


def openapi_document(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The document of all operations that are not hidden."""
    shown = [one for one in operations if not one.hidden]
    kinds = [kind for one in shown for kind in (one.takes, one.gives) if kind not in (None, str)]
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    schemas = component_schemas([*kinds, Problem, FieldProblem, ProblemType])
    links = operation_links(shown)
    for one in shown:
        described = paths[one.path][one.method.lower()] = _operation(one)
        if links[one.id]:
            described["responses"][str(one.status)]["links"] = links[one.id]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Daybook", "version": version, "description": cleandoc(_ABOUT)},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "examples": {one.code: {"summary": one.title, "value": problem_example(one)} for one in problem_types()},
        },
    }


def problem_example(kind: ProblemType) -> Any:
    """How a problem of this type reads."""
    detail = _DETAILS.get(kind.code, kind.explanation.partition("\n")[0])
    errors = []
    if kind.code in ("invalid", "bad-query") or kind.code.endswith("-exists"):
        pointer, _, message = detail.partition(": ") if ": " in detail else ("/isbn", "", detail)
        codes = {"invalid": "isbn-checksum", "bad-query": "bad-limit"}
        errors = [FieldProblem(pointer=pointer, code=codes.get(kind.code, kind.code), message=message)]
    return plain(
        Problem(
            type=kind.type,
            title=kind.title,
            status=kind.status,
            detail=detail,
            code=kind.code,
            instance="/v1/books",
            request_id="4bf92f3577b34da6a3ce929d0e0e4736",
            errors=errors,
        )
    )


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.id,
        "summary": one.summary,
        "description": one.about,
        "tags": [one.tag],
        "parameters": [_parameter(given) for given in _parameters(one)],
        "responses": _responses(one),
    }
    if one.takes is not None:
        content = {"schema": reference(one.takes), "examples": {"example": {"value": one.takes_example}}}
        described["requestBody"] = {
            "required": not one.optional_body,
            "content": dict.fromkeys(one.media_types, content),
        }
    return described


def _parameters(one: Operation) -> Iterable[Parameter]:
    given = {parameter.name for parameter in one.parameters}
    for name in _PLACES.findall(one.path):
        if name not in given:
            about = f"The id of the {name.removesuffix('_id')}."
            yield _OWN_PLACES.get(name) or Parameter(name=name, place="path", about=about, schema=_ID_SCHEMA)
    yield from one.parameters
    if one.method == "POST":
        yield IDEMPOTENCY_KEY
    if one.guarded:
        yield _IF_MATCH
    elif one.tagged and one.method == "GET":
        yield _IF_NONE_MATCH


def _parameter(given: Parameter) -> dict[str, Any]:
    described = {
        "name": given.name,
        "in": given.place,
        "required": given.place == "path",
        "description": given.about,
        "schema": given.schema,
    }
    if given.schema.get("type") == "array":
        described |= {"style": "form", "explode": False}
    if given.example is None:
        return described
    if given.place == "path":
        return {**described, "example": given.example}
    # A page that lets people try would send the example of an optional parameter unless it stands in the schema.
    return {**described, "schema": {**given.schema, "examples": [given.example]}}


def _responses(one: Operation) -> dict[str, Any]:
    responses = {str(one.status): _success(one)}
    if one.moves or (one.method == "GET" and _MERGEABLE in one.path):
        place = {"Location": _header("The path of the one that it was merged into.")}
        responses["301"] = {"description": "It was merged into another one, which answers for both.", "headers": place}
    if one.tagged and one.method == "GET":
        responses["304"] = {"description": "The copy at hand is still right.", "headers": {"ETag": _header("As sent.")}}
    by_status: dict[int, list[ProblemType]] = defaultdict(list)
    for kind in sorted((problem_type(error) for error in _errors(one)), key=lambda kind: kind.code):
        by_status[kind.status].append(kind)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = _failure(kinds)
    return responses


def _success(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": one.summary + "."}
    headers = {}
    if one.tagged:
        headers["ETag"] = _header("The version of the resource.")
    if one.located:
        headers["Location"] = _header("The path of the new resource.")
    if one.parameters and any(given.name == "cursor" for given in one.parameters):
        headers["Link"] = _header('The next page, as `rel="next"` (RFC 8288); absent on the last one.')
    if headers:
        described["headers"] = headers
    if one.gives is not None:
        content: dict[str, Any] = {"schema": reference(one.gives)}
        if one.gives_example is not None:
            content["examples"] = {"example": {"value": one.gives_example}}
        others = {media_type: {"schema": _other_form(media_type)} for media_type in one.also_gives}
        described["content"] = {one.gives_media_type: content, **others}
    return described


def _other_form(media_type: str) -> dict[str, Any]:
    """Text is a string; bytes are of any schema (OpenAPI 3.1)."""
    is_text = media_type.startswith("text/") or media_type in ("application/x-ndjson", "image/svg+xml")
    return {"type": "string"} if is_text else {}


def _failure(kinds: Sequence[ProblemType]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": " ".join(f"`{kind.code}`: {kind.explanation.partition('.')[0]}." for kind in kinds),
        "content": {
            PROBLEM_JSON: {
                "schema": reference(Problem),
                "examples": {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds},
            }
        },
    }
    if kinds[0].status == 503 or any(kind.code == KeyInUse.code for kind in kinds):
        described["headers"] = {"Retry-After": _header("Seconds to wait before trying again.")}
    return described


def _errors(one: Operation) -> set[type[Exception]]:
    found: set[type[Exception]] = {*one.errors, BadQuery, BadRequest, InternalError}
    if _PLACES.search(one.path):
        found.add(NotFound)
    if one.path.startswith("/v1/customers/{customer_id}"):
        found.add(Erased)
    if _MERGEABLE in one.path and one.method != "GET":
        found.add(MergedAway)
    if one.takes is not None:
        found |= {Malformed, Invalid, ContentTooLarge, UnsupportedMediaType}
    if one.guarded:
        found |= {StaleVersion, PreconditionFailed, PreconditionRequired, MalformedPrecondition}
    if one.method != "GET":
        found |= {Conflict, ReadOnlyStore, OutcomeUnknown}
    elif one.tag in _NOT_IN_WAREHOUSE_TAGS or _NOT_IN_WAREHOUSE_PATHS.fullmatch(one.path):
        found.add(ReadOnlyStore)
    if one.method == "POST":
        found |= {KeyInUse, KeyReused, MalformedIdempotencyKey}
    if one.tag not in (*_STORELESS, "health"):
        found.add(Unavailable)
    return found


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}
