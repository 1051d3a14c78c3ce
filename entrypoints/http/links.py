"""Links of the OpenAPI document: where an answer leads to, found in the table of operations.

- A record leads to every operation that names it in its path, in a filter or in a body, with the field that it is named
  by; one in a currency also to what is asked for by currency, and each to its own events.
- A list leads to its next page and to its first record.
- What puts a thing away leads to what brings it back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple, get_args, get_origin
from uuid import UUID

from msgspec import Struct
from msgspec.structs import fields

from application.listing import Listed
from entrypoints.http.operations import Operation

_PLACES = re.compile(r"\{([a-z_]+)\}")
_EVENTS = "aggregate_id"
# Where a record is named by another word than its own key: as one of several, as what others are beneath, by its path.
_OTHER_NAMES: Mapping[str, Mapping[str, Any]] = {
    "author_id": {"author_ids": ["$response.body#/id"]},
    "category_id": {
        "parent_id": "$response.body#/id",
        "root": "$response.body#/id",
        "category": "$response.body#/path",
        "categories": ["$response.body#/path"],
    },
}
Link = Mapping[str, Any]


class _Home(NamedTuple):
    """Where one record of a kind is read: the path, its last parameter, and the field of the record that it is."""

    path: str
    key: str
    field: str


def operation_links(operations: Sequence[Operation]) -> dict[str, dict[str, Link]]:
    """The links of each operation's success, by its id and the id of the operation that each leads to."""
    homes = _homes(operations)
    return {one.id: dict(_links(one, operations, homes)) for one in operations}


def _homes(operations: Sequence[Operation]) -> dict[Any, _Home]:
    found: dict[Any, _Home] = {}
    for one in operations:
        if one.method == "GET" and one.path.endswith("}") and _is_record(one.gives):
            key = _PLACES.findall(one.path)[-1]
            names = one.gives.__struct_fields__
            if key in names or "id" in names:
                found.setdefault(one.gives, _Home(one.path, key, key if key in names else "id"))
    return found


def _home_beside(path: str, homes: Mapping[Any, _Home]) -> _Home | None:
    """That of the records whose collection `path` shows in another form, such as a tree."""
    collection = path.rpartition("/")[0]
    return next((one for one in homes.values() if one.path == f"{collection}/{{{one.key}}}"), None)


def _links(
    source: Operation, operations: Sequence[Operation], homes: Mapping[Any, _Home]
) -> Iterator[tuple[str, Link]]:
    kept = {name: f"$request.path.{name}" for name in _PLACES.findall(source.path)}
    if source.method == "DELETE":
        back = (target for target in operations if target.path == f"{source.path}/restore")
        yield from ((target.id, _link(target.id, kept)) for target in back)
    elif source.gives in homes and (source.method == "GET" or source.status == 201):
        home = homes[source.gives]
        here = f"$response.body#/{home.field}"
        others = {_EVENTS: here, **_OTHER_NAMES.get(home.key, {})} if home.field == "id" else {}
        told = {**_references(source.gives), home.key: here, **others}
        for target in operations:
            if target.id != source.id or source.method == "POST":
                yield from _to(target, {home.key, "isbn", "currency", *others}, others.keys(), kept, told)
    elif source.method == "GET":
        yield from _from_list(source, operations, homes, kept)


def _from_list(
    source: Operation, operations: Sequence[Operation], homes: Mapping[Any, _Home], kept: Mapping[str, str]
) -> Iterator[tuple[str, Link]]:
    if any(one.name == "cursor" for one in source.parameters) and get_origin(source.gives) is Listed:
        yield source.id, _link(source.id, {**kept, "cursor": "$response.body#/next_cursor"})
    for name, model in _members(source.gives):
        home = homes.get(model) or _home_beside(source.path, homes)
        for target in operations:
            key = (_PLACES.findall(target.path) or [""])[-1]
            at_home = home is not None and target.path == home.path
            below = target.path == f"{source.path}/{{{key}}}" and not at_home
            field = home.field if home is not None and key == home.key else key
            if (below or (at_home and target.method == "GET")) and field in model.__struct_fields__:
                known = {**kept, key: f"$response.body#/{name}/0/{field}"}
                if set(_PLACES.findall(target.path)) <= known.keys():
                    yield target.id, _link(target.id, {one: known[one] for one in _PLACES.findall(target.path)})


def _to(
    target: Operation, own: Set[str], others: Set[str], kept: Mapping[str, str], told: Mapping[str, Any]
) -> Iterator[tuple[str, Link]]:
    """The link to `target`, if it names the record: by a parameter of its path, by a filter, or in its body."""
    places, known = _PLACES.findall(target.path), {**kept, **told}
    if not set(places) <= known.keys():
        return
    there = {name: known[name] for name in places}
    if own & set(places):
        yield target.id, _link(target.id, there)
        return
    named = {name for name in own & told.keys() if name in others or name.endswith("_id") or name == "currency"}
    filters = sorted(named & {one.name for one in target.parameters if one.place == "query"})
    body = sorted(named & set(target.takes.__struct_fields__) - {"currency"}) if _is_record(target.takes) else []
    if target.method == "GET" and filters:
        yield target.id, _link(target.id, {**there, **{name: told[name] for name in filters}})
    elif target.method == "POST" and body:
        yield target.id, _link(target.id, there, {name: told[name] for name in body})


def _link(target: str, parameters: Mapping[str, str], body: Mapping[str, Any] | None = None) -> Link:
    told = ", ".join(f"`{name}`" for name in (*parameters, *(body or ())))
    found: dict[str, Any] = {"operationId": target, "description": f"Gives {told} to `{target}`."}
    if parameters:
        found["parameters"] = parameters
    return found if body is None else {**found, "requestBody": body}


def _references(model: type[Struct]) -> dict[str, str]:
    """What a record surely tells besides its own id: ids of others that are never null, its ISBN and its currency."""
    found = {
        one.encode_name: f"$response.body#/{one.encode_name}"
        for one in fields(model)
        if (one.type is UUID and one.encode_name.endswith("_id")) or one.encode_name == "isbn"
    }
    return {**found, "currency": "$response.body#/total/currency"} if "total" in model.__struct_fields__ else found


def _members(gives: Any) -> Iterator[tuple[str, type[Struct]]]:
    """The fields of an answer that are lists of records, with the kind of these."""
    if get_origin(gives) is Listed:
        yield "data", get_args(gives)[0]
    elif _is_record(gives):
        for one in fields(gives):
            kinds = get_args(one.type)
            if kinds and _is_record(kinds[0]) and get_origin(one.type) in (list, Sequence, tuple):
                yield one.encode_name, kinds[0]


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)
