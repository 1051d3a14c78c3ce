"""A store with one of each resource in it, made with the examples of the OpenAPI document, and paths that name them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.support.builders import isbn
from tests.support.http_client import HttpAnswer

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One operation of the document."""

    id: str
    method: str
    path: str
    told: Mapping[str, Any]

    @property
    def places(self) -> list[str]:
        """The names of the parameters in its path."""
        return _PLACE.findall(self.path)

    @property
    def status(self) -> int:
        """That of success."""
        return min(int(one) for one in self.told["responses"])

    def takes(self, name: str) -> bool:
        """Whether it has this parameter."""
        return any(one["name"] == name for one in self.told["parameters"])

    def answer_fields(self, document: Mapping[str, Any]) -> frozenset[str]:
        """The names of the fields of its answer; none without one."""
        content = self.told["responses"][str(self.status)].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        component = schema.get("$ref", "").rpartition("/")[2]
        return frozenset(document["components"]["schemas"].get(component, {}).get("properties", ()))

    def example(self) -> Any:
        """That of its body; None without one."""
        content = self.told.get("requestBody", {}).get("content", {})
        return next((one["examples"]["example"]["value"] for one in content.values()), None)

    def answer_example(self) -> Any:
        """That of its answer; None without one."""
        content = self.told["responses"][str(self.status)].get("content", {})
        return next((one["examples"]["example"]["value"] for one in content.values()), None)


def described(document: Mapping[str, Any]) -> list[Described]:
    """All operations, in the order of the document."""
    return [
        Described(id=told["operationId"], method=method.upper(), path=path, told=told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


@dataclass(slots=True, kw_only=True)
class OneOfEach:
    """What is there: a value for each parameter of a path, and the id that stands for each id of the examples."""

    places: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def reaches(self, operation: Described) -> bool:
        """Whether there is something that its path names."""
        return set(operation.places) <= self.places.keys()

    def path(self, operation: Described) -> str:
        """Its path to what is there."""
        return _PLACE.sub(lambda found: self.places[found[1]], operation.path)

    def body(self, operation: Described) -> Any:
        """Its example, with the ids of what is there."""
        text = json.dumps(operation.example())
        for told, real in self.ids.items():
            text = text.replace(told, real)
        return json.loads(text)


class Asker(Protocol):
    """Whatever sends a GET and a POST."""

    async def get(self, path: str) -> HttpAnswer: ...
    async def post(self, path: str, *, json: Any) -> HttpAnswer: ...


async def one_of_each(client: Asker, operations: list[Described], *, nth: int = 0) -> OneOfEach:
    """Makes whatever can be made, each once, what is needed for others first.

    `nth` is for more of each: it changes what must be unique in the examples.
    """
    there = OneOfEach()
    waiting = [one for one in operations if one.method == "POST" and one.status == 201]
    reads = [one for one in operations if one.method == "GET"]
    while ready := [one for one in waiting if there.reaches(one)]:
        made_any = False
        for operation in ready:
            answer = await client.post(there.path(operation), json=another(there.body(operation), nth))
            if answer.status == 422 and answer.errors[0][1].startswith("no-such"):
                continue
            waiting.remove(operation)
            made_any = True
            # Another way to make the same thing (a review by the path of its book) finds it there already.
            if answer.status == 201:
                _note(there, operation, reads, answer.headers["location"], answer.json())
        assert made_any, [one.id for one in ready]
    if "webhook_id" in there.places:
        there.places["delivery_id"] = await _delivery(client, f"/v1/webhooks/{there.places['webhook_id']}")
    return there


async def _delivery(client: Asker, webhook: str) -> str:
    """A delivery of what was made before, which nobody makes by a POST of its own."""
    await client.post(f"{webhook}/replay", json={"first_sequence": 1})
    delivery_id: str = (await client.get(f"{webhook}/deliveries")).json()["data"][0]["id"]
    return delivery_id


def another(body: Any, nth: int) -> Any:
    """The same body, with values of its own where they must be unique."""
    if nth and isinstance(body, dict):
        return {name: _other(name, value, nth) for name, value in body.items()}
    return body


def _other(name: str, value: Any, nth: int) -> Any:
    if name == "isbn":
        return isbn(nth).value
    if name == "email":
        return f"{nth}.{value}"
    if name in ("name", "reference", "title"):
        return f"{value} {nth}"
    if name == "code":
        return f"{value}{nth}"
    if name == "purpose":
        return f"{value}-{nth}"
    return value


def _note(
    there: OneOfEach, operation: Described, reads: list[Described], location: str, made: Mapping[str, Any]
) -> None:
    for read in reads:
        pattern = _PLACE.sub(r"(?P<\1>[^/]+)", read.path)
        if found := re.fullmatch(pattern, location):
            there.places = {**found.groupdict(), **there.places}
    if "isbn" in made:
        there.places.setdefault("isbn", made["isbn"])
    example = operation.answer_example()
    if "id" in example and "id" in made:
        there.ids.setdefault(example["id"], made["id"])
