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
        "bad-cursor",
        "bad-sort",
        "before-order",
        "blank",
        "currency-required",
        "discount-above-price",
        "from-not-before-as-of",
        "invalid-date",
        "invalid-email",
        "invalid-language",
        "invalid-phone",
        "isbn-checksum",
        "name-reference-or-email",
        "no-such-book",
        "no-such-customer",
        "no-such-line",
        "precondition-failed",
        "repeated-line",
        "segment-rule",
        "stale-version",
        "too-precise",
        "too-large",
        "unknown-currency",
        "unknown-segment",
        "unknown-time-zone",
    }
)
# Days and times have to lie in the years 1900 to 9998, so that each has a date in every time zone.
TIMES = frozenset((pointer, "out-of-range") for pointer in ("/placed_at", "/returned_at", "from", "as_of")) | {
    ("segment", "bad-value"),
    ("from", "bad-value"),
}

schemathesis.openapi.format("isbn", st.integers(0, 99_999_999).map(lambda number: isbn(number).value))
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
        if code not in MEANINGS and not code.endswith("-exists") and (pointer, code) not in TIMES
    }
    assert not unexplained, f"refused for {sorted(unexplained)}: {problem['detail']}"


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


_answers: Counter[str] = Counter()


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Most preconditions that a generator makes up are stale: half of them are left out, so that more is changed."""
    headers = case.headers or {}
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
