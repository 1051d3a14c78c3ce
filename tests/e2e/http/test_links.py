"""Chains of requests along the links of the document: Schemathesis makes and checks each request, with all its checks.

The chains of test_schemathesis.py go where chance leads them. Here every link is followed that can be: from
each operation that needs nothing, on with what its answer gives, and on from there. An operation counts as **reached**
when it was called with at least one value that a link gave, and the answer was neither 404 nor 5xx: it found what the
link named. The share is that of all operations of the document, those included that no answer can lead to (health,
documents of the service, the creation of what belongs to nothing).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig

from tests.e2e.http import schemathesis_hooks as hooks
from tests.support.daybook_process import Server, server
from tests.support.every_operation import Described, another, described

SHARE = 0.8
# Some that are reached must refuse: a second review of one book, a merge with somebody who was erased.
WORKED = 0.7
DEPTH = 4
# What belongs to a thing is made before it is listed, and what ends a thing comes after what needs it.
ORDER = ("POST", "GET", "PATCH", "PUT", "DELETE")
ENDS = ("cancel", "merge", "unmerge", "erase")
Link = Mapping[str, Any]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # A stream is looked at like every other answer, so it has to end.
    with server(tmp_path_factory.mktemp("links"), STORAGE="memory", STREAM_LIFETIME_SECONDS="0.2") as started:
        yield started


class Exchange:
    """A request that was answered: what the expressions of a link speak of."""

    def __init__(self, case: Any, response: Any) -> None:
        self.path = dict(case.path_parameters or {})
        self.answer = response.json() if response.content else None
        self.status = response.status_code

    def value(self, expression: Any) -> Any:
        """What `$request.path.x` or `$response.body#/x/0/y` is here, or a list of one such; None for nothing."""
        if isinstance(expression, list):
            found = [self.value(one) for one in expression]
            return None if None in found else found
        if expression.startswith("$request.path."):
            return self.path[expression.removeprefix("$request.path.")]
        names = expression.removeprefix("$response.body#/").split("/")
        try:
            return reduce(lambda found, name: found[int(name) if name.isdigit() else name], names, self.answer)
        except (IndexError, KeyError, TypeError):
            return None


class Walk:
    """Follows links, each once, as far as answers carry."""

    def __init__(self, schema: Any, operations: list[Described], draw: Callable[[Any], Any]) -> None:
        self.schema = schema
        self.operations = {one.id: one for one in operations}
        self.draw = draw
        self.followed: set[tuple[str, str]] = set()
        self.last: list[tuple[Described, Exchange]] = []
        self.answers: dict[str, set[int]] = defaultdict(set)
        self.ids: dict[str, str] = {}
        self.plainly = draw(st.booleans())
        self.count = draw(st.integers(1, 1_000)) * 1_000

    def begin(self) -> None:
        """From every operation that needs nothing; what ends things is left to the end."""
        roots = [one for one in self.operations.values() if not one.places and links_of(one)]
        for one in (root for root in roots if root.method == "POST"):
            self.follow(one, self.call(one, {}, None), DEPTH)
            self.send(one, {}, None, example=True)
        for one in (root for root in roots if root.method == "GET"):
            self.follow(one, self.call(one, {}, None), DEPTH)
        for source, exchange in self.last[::-1]:
            self.follow(source, exchange, 2, ends=True)

    def follow(self, source: Described, exchange: Exchange, depth: int, *, ends: bool = False) -> None:
        """On to all that this answer leads to."""
        if exchange.status != source.status or not depth:
            return
        self.last.append((source, exchange))
        for name, link in sorted(links_of(source).items(), key=lambda one: when(self.operations[one[0]])):
            if (source.id, name) in self.followed or (ends_it(self.operations[name]) and not ends):
                continue
            given_values = {key: exchange.value(text) for key, text in link.get("parameters", {}).items()}
            body = {key: exchange.value(text) for key, text in link.get("requestBody", {}).items()}
            if None in (*given_values.values(), *body.values()):
                continue
            self.followed.add((source.id, name))
            target = self.operations[name]
            answered = self.call(target, given_values, body)
            self.answers[name].add(answered.status)
            self.follow(target, answered, depth - 1, ends=ends)

    def call(self, operation: Described, values: Mapping[str, Any], body: Mapping[str, Any] | None) -> Exchange:
        """One request, checked; what it should make or change is told by the example where chance told nothing good."""
        exchange = self.send(operation, values, body, example=operation.method == "GET" and self.plainly)
        if exchange.status in (400, 422) and operation.example() is not None:
            exchange = self.send(operation, values, body, example=True)
        shown = operation.answer_example() or {}
        if exchange.status == 201 and "id" in shown:
            self.ids.setdefault(shown["id"], exchange.value("$response.body#/id"))
        return exchange

    def send(
        self, operation: Described, values: Mapping[str, Any], body: Mapping[str, Any] | None, *, example: bool
    ) -> Exchange:
        path = {name: value for name, value in values.items() if name in operation.places}
        found = self.schema.find_operation_by_id(operation.id)
        case = self.draw(found.as_strategy(path_parameters=path or None))
        query = {name: value for name, value in values.items() if name not in path}
        if example and operation.takes("cursor"):
            case.query = {"limit": 1, **query}
        else:
            case.query = {**(case.query or {}), **query}
        for header in ("If-Match", "If-None-Match"):
            (case.headers or {}).pop(header, None)
        if operation.example() is not None:
            told = self.example(operation) if example or not isinstance(case.body, dict) else case.body
            case.body = {**told, **(body or {})}
        response = case.call_and_validate(
            additional_checks=[hooks.what_is_deleted_is_not_found],
            excluded_checks=[schemathesis.checks.CHECKS.get_one("use_after_free")],
        )
        return Exchange(case, response)

    def example(self, operation: Described) -> Any:
        """The example of its body, of things that are there."""
        text = json.dumps(operation.example())
        for told, real in self.ids.items():
            text = text.replace(told, real)
        self.count += 1
        return another(json.loads(text), self.count)


def links_of(operation: Described) -> Mapping[str, Link]:
    found: Mapping[str, Link] = operation.told["responses"][str(operation.status)].get("links", {})
    return found


def ends_it(operation: Described) -> bool:
    """Whether it leaves little to be done with the thing that it is called for."""
    return operation.method == "DELETE" or operation.path.rpartition("/")[2] in ENDS


def when(operation: Described) -> tuple[bool, int, str]:
    return ends_it(operation), ORDER.index(operation.method), operation.id


def test_links_lead_to_operations_with_what_these_need(running: Server) -> None:
    with urlopen(f"{running.url}/schema/openapi.json") as answer:
        operations = {one.id: one for one in described(json.load(answer))}
    count = 0
    for source in operations.values():
        for name, link in links_of(source).items():
            target, given_names = operations[name], set(link.get("parameters", {}))
            assert set(target.places) <= given_names, (source.id, name)
            assert all(target.takes(one) for one in given_names), (source.id, name)
            assert not link.get("requestBody") or target.method == "POST"
            count += 1
    assert count > 200
    assert set(links_of(operations["create_book"])) >= {"get_book", "patch_book", "delete_book", "get_book_reviews"}
    assert links_of(operations["get_books"])["get_books"]["parameters"] == {"cursor": "$response.body#/next_cursor"}
    assert set(links_of(operations["delete_book"])) == {"restore_book"}
    assert links_of(operations["get_author"])["create_book"]["requestBody"] == {"author_ids": ["$response.body#/id"]}
    beneath = links_of(operations["create_category"])
    assert beneath["create_category"]["requestBody"] == {"parent_id": "$response.body#/id"}
    assert beneath["create_book"]["requestBody"] == {"categories": ["$response.body#/path"]}
    assert beneath["get_category_tree"]["parameters"] == {"root": "$response.body#/id"}
    assert links_of(operations["get_category_tree"])["get_category"]["parameters"] == {
        "category_id": "$response.body#/data/0/id"
    }
    assert all("get_events" in links_of(operations[f"get_{one}"]) for one in ("customer", "book", "order", "snapshot"))


# The first walk is the plainest.
@pytest.mark.parametrize("walks", [1, pytest.param(3, marks=pytest.mark.long)])
def test_most_operations_are_reached_through_links(running: Server, walks: int) -> None:
    config = SchemathesisConfig.from_path(Path(__file__).parent / "schemathesis.toml")
    schema = schemathesis.openapi.from_url(f"{running.url}/schema/openapi.json", config=config)
    operations = described(schema.raw_schema)
    answers: dict[str, set[int]] = defaultdict(set)

    @seed(1)
    @settings(
        max_examples=walks,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def walk(data: st.DataObject) -> None:
        one = Walk(schema, operations, data.draw)
        one.begin()
        for name, statuses in one.answers.items():
            answers[name] |= statuses

    walk()
    reached = {name for name, found in answers.items() if any(status != 404 and status < 500 for status in found)}
    worked = {name for name, found in answers.items() if any(200 <= status < 400 for status in found)}
    missed = sorted(one.id for one in operations if one.id not in reached)
    assert len(reached) / len(operations) >= SHARE, f"{len(reached)} of {len(operations)}, but not {missed}"
    assert len(worked) / len(operations) >= WORKED, sorted(reached - worked)
