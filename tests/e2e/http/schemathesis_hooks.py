"""What Schemathesis must know of Daybook: texts of our formats, and why a sound request may be refused."""

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st

from tests.support.builders import isbn

# Rules that no JSON Schema can tell. A refusal of a request that the schema allows for any other reason means that the
# document says less, or the application asks more, than the other.
MEANINGS = frozenset(
    {
        "after-the-end",
        "against-or-days",
        "authors-deleted",
        "authors-twice",
        "bad-cursor",
        "bad-sort",
        "before-order",
        "before-the-first",
        "blank",
        "category-parent-deleted",
        "currency-required",
        "customer-erased",
        "died-before-birth",
        "discount-above-price",
        "forbidden-address",
        "from-not-before-as-of",
        "id-or-name",
        "idempotency-key-reused",
        "invalid-cron",
        "invalid-date",
        "invalid-email",
        "invalid-language",
        "invalid-phone",
        "isbn-checksum",
        "merge-with-itself",
        "name-reference-or-email",
        "no-slug",
        "no-such-book",
        "precondition-failed",
        "range-needed",
        "unknown-kind",
        "repeated-book",
        "repeated-line",
        "reviewer-erased",
        "same-author",
        "segment-rule",
        "series-missing",
        "stale-version",
        "too-large",
        "too-many-periods",
        "too-precise",
        "unknown-country",
        "unknown-currency",
        "unknown-customer",
        "unknown-segment",
        "unknown-time-zone",
    }
)
# Days and times have to lie in the years 1900 to 9998, so that each has a date in every time zone. A book needs the
# name of its author only where it does not say who the authors are.
DATED = ("/at", "/placed_at", "/returned_at", "from", "as_of", "against_from", "against_as_of")
TIMES = frozenset((pointer, "out-of-range") for pointer in DATED) | {
    ("/author", "required"),
    ("segment", "bad-value"),
    ("from", "bad-value"),
}

schemathesis.openapi.format("isbn", st.integers(0, 99_999_999).map(lambda number: isbn(number).value))
# Nobody is there: what the worker sends goes nowhere.
schemathesis.openapi.format("uri", st.integers(0, 999).map(lambda number: f"https://shop-{number}.example.org/hooks"))
schemathesis.openapi.format("phone", st.integers(10**7, 10**14).map(lambda number: f"+{number}"))
schemathesis.openapi.format("language-tag", st.sampled_from(["en", "de", "pt-BR", "zh-Hant-TW"]))


@schemathesis.check
def refused_for_its_meaning_only(ctx: Any, response: Any, case: Any) -> None:
    """A request that the schema allows is refused only for what no schema can tell."""
    if response.status_code not in (400, 412, 422) or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if not _allowed(case):
        return
    problem = response.json()
    reasons = {(one["pointer"], one["code"]) for one in problem["errors"]} or {("", problem["code"])}
    unexplained = {
        (pointer, code)
        for pointer, code in reasons
        if code not in MEANINGS
        # What a schedule may say to its job depends on the kind of job.
        and not pointer.startswith("/arguments/")
        and not code.startswith("no-such-")
        and not code.endswith("-exists")
        and (pointer, code) not in TIMES
    }
    assert not unexplained, f"refused for {sorted(unexplained)}: {problem['detail']}"


_deleted: set[str] = set()


@schemathesis.check
def what_is_deleted_is_not_found(ctx: Any, response: Any, case: Any) -> None:
    """What was put away is not found at its path until it is restored, unless deleted ones are asked for too."""
    place = case.formatted_path
    if case.method == "DELETE" and response.status_code == 204:
        _deleted.add(place)
    elif place.endswith("/restore") and response.status_code == 200:
        _deleted.discard(place.removesuffix("/restore"))
    elif case.method == "GET" and place in _deleted and "include_deleted" not in (case.query or {}):
        assert response.status_code >= 400, f"{place} was deleted and answers {response.status_code}"


def _allowed(case: Any) -> bool:
    """Whether the parameters are what their schemas ask: the generator calls some allowed that are not."""
    places = {"query": case.query, "header": case.headers, "path": case.path_parameters}
    for parameter in case.operation.definition.raw.get("parameters", ()):
        given = {key.lower(): value for key, value in (places[parameter["in"]] or {}).items()}
        value = given.get(parameter["name"].lower())
        schema = parameter["schema"]
        if isinstance(value, str) and schema["type"] == "string" and not jsonschema_rs.is_valid(schema, value):
            return False
    return _whole(case.body)


def _whole(value: Any) -> bool:
    """Whether no number in a body is written as 1.0, which JSON Schema takes for an integer and Daybook does not."""
    if isinstance(value, dict):
        return all(_whole(one) for one in value.values())
    if isinstance(value, list):
        return all(_whole(one) for one in value)
    return not isinstance(value, float)


def _are_fields(case: Any) -> bool:
    """Whether it asks for fields that there are."""
    asked = (case.query or {}).get("fields")
    names = asked if isinstance(asked, list) else str(asked).split(",")
    known = {
        name
        for parameter in case.operation.definition.raw.get("parameters", ())
        if parameter["name"] == "fields"
        for name in parameter["schema"]["items"]["enum"]
    }
    return bool(known) and asked is not None and all(isinstance(one, str) and one in known for one in names)


_answers: Counter[str] = Counter()
_keys: Counter[str] = Counter()


def _is_used(key: Any) -> bool:
    """Whether this idempotency key is to be left out since it was sent before."""
    if not isinstance(key, str):
        return False
    _keys[key] += 1
    return _keys[key] % 5 != 1


_given_by_links: set[str] = set()


@schemathesis.hook
def after_load_schema(ctx: Any, schema: Any) -> None:
    """Notes the names of all parameters that some link of the document gives."""
    for methods in schema.raw_schema["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for link in answer.get("links", {}).values():
                    _given_by_links.update(link.get("parameters", {}))


def _unfiltered(case: Any) -> None:
    """In a chain of requests, leaves a list without the filters that no link gives: little there would match them."""
    if case.meta is not None and case.meta.phase.name == "stateful" and isinstance(case.query, dict):
        kept = _given_by_links | {"limit", "include", "include_deleted", "expand"}
        for name in case.query.keys() - kept:
            del case.query[name]


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Leaves out what hides more than it shows.

    Most preconditions that a generator makes up are stale: half of them go, so that more is changed. `fields` that
    would be answered go as well, since no schema can say that a part of a record is the answer to them:
    tests/integration/http/test_fields.py has each operation answer to them. An idempotency key that was sent before
    would have every other request refused, so it stays in one of five.
    """
    _unfiltered(case)
    if _are_fields(case):
        del case.query["fields"]
    headers = case.headers or {}
    if _is_used(headers.get("Idempotency-Key")):
        del case.headers["Idempotency-Key"]
    if len(headers.get("If-Match", "")) % 2 and case.meta is not None and case.meta.generation.mode.is_positive:
        del case.headers["If-Match"]


@schemathesis.hook
def after_call(ctx: Any, case: Any, response: Any) -> None:
    """Counts what was answered."""
    if case.method == case.operation.method.upper():
        _answers[f"{case.operation.definition.raw['operationId']} {response.status_code}"] += 1


@atexit.register
def _tell() -> None:
    place = os.environ.get("DAYBOOK_ANSWERS")
    if place and _answers:
        Path(place).write_text(json.dumps(_answers), encoding="utf-8")
