"""Whether what a schema promised still holds: JSON Schema 2020-12, as far as OpenAPI documents use it.

A schema of a request may only grow wider: what callers send today must be taken tomorrow. A schema of an answer may
only grow narrower, except that fields and values of an enumeration may come to it: callers ignore those that they do
not know. Where a keyword changes whose meaning is not weighed here, that counts as a break: better asked too often.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

Schema = Mapping[str, Any]
_ANY: Schema = {}
_NEVER: Schema = {"not": {}}
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "multipleOf", "contentEncoding", "contentMediaType")
_NOT_WEIGHED = (
    *("not", "if", "then", "else", "contains", "minContains", "maxContains", "prefixItems", "patternProperties"),
    *("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties", "discriminator"),
    *("readOnly", "writeOnly", "$dynamicRef"),
)
_JSON_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
_ALL_TYPES = frozenset(_JSON_TYPES.values())


class Direction(Enum):
    """Which way the data goes: callers send it, or read it."""

    SENT = "sent"
    READ = "read"


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What no longer holds, and where: the component and the path in it, such as `BookResponse/price`."""

    place: str
    what: str


def schema_changes(
    old: Any, new: Any, place: str, *, documents: tuple[Mapping[str, Any], Mapping[str, Any]], direction: Direction
) -> list[SchemaChange]:
    """What breaks when `old` becomes `new`; references lead into the document on the same side of `documents`."""
    return list(_Comparison(*documents, direction).changes(old, new, place))


def resolved(document: Mapping[str, Any], value: Any) -> tuple[str, Any]:
    """What `value` refers to within the document, and its last name; `value` itself, and "", where it is no reference.

    Raises KeyError when the reference leads nowhere, ValueError when it leads out of the document or to itself.
    """
    name, seen = "", set()
    while isinstance(value, Mapping) and "$ref" in value:
        target = value["$ref"]
        if target in seen or not target.startswith("#/"):
            raise ValueError(f"{target} leads out of the document or to itself")
        seen.add(target)
        rest = {key: one for key, one in value.items() if key not in ("$ref", "description", "summary")}
        value = document
        for part in target.removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            value = value[name]
        value = {**value, **rest} if rest else value
    return name, value


class _Comparison:
    """One walk through two schemas at once.

    `sub` is the side all of whose values the other one, `sup`, must allow: the old side of what is sent, the new side
    of what is read.
    """

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], direction: Direction) -> None:
        self._old, self._new = old, new
        self._sent = direction is Direction.SENT
        # The pairs that the walk is inside of: a schema that holds itself is taken to be right where it is met again.
        self._inside: set[tuple[int, str, int, str]] = set()

    def changes(self, old: Any, new: Any, place: str) -> Iterator[SchemaChange]:
        """What breaks at `place` and below."""
        place = resolved(self._old, old)[0] or resolved(self._new, new)[0] or place
        olds, news = [*_branches(self._old, old)], [*_branches(self._new, new)]
        old_null, new_null = _has_null(olds), _has_null(news)
        if self._sent and old_null and not new_null:
            yield SchemaChange(place, "null is no longer taken")
        if not self._sent and new_null and not old_null:
            yield SchemaChange(place, "may be null now")
        olds, news = _without_null(olds), _without_null(news)
        subs, sups = (olds, news) if self._sent else (news, olds)
        for sub in subs:
            yield from self._fitted(sub, sups, place)
        if self._sent:
            yield from self._default(old, new, place)

    def _default(self, old: Any, new: Any, place: str) -> Iterator[SchemaChange]:
        before, after = resolved(self._old, old)[1], resolved(self._new, new)[1]
        if not isinstance(before, Mapping) or not isinstance(after, Mapping) or "default" not in before:
            return
        if "default" not in after:
            yield SchemaChange(place, f"the default was {before['default']!r} and is gone")
        elif before["default"] != after["default"]:
            yield SchemaChange(place, f"the default was {before['default']!r} and is {after['default']!r}")

    def _fitted(self, sub: "_Branch", sups: Sequence["_Branch"], place: str) -> list[SchemaChange]:
        """What keeps `sub` from fitting into the one of `sups` that it fits best."""
        fitting = [sup for sup in sups if _types(sub.schema) <= _types(sup.schema)]
        if not fitting:
            were, are = ([sub], sups) if self._sent else (sups, [sub])
            return [SchemaChange(place, f"was {_type_names(were)} and is {_type_names(are)}")]
        return min((self._one(sub, sup, place) for sup in fitting), key=len)

    def _one(self, sub: "_Branch", sup: "_Branch", place: str) -> list[SchemaChange]:
        pair = (id(sub.source), _type_name(sub.schema), id(sup.source), _type_name(sup.schema))
        if pair in self._inside:
            return []
        self._inside.add(pair)
        try:
            return list(self._inner(sub, sup, sub.name or sup.name or place))
        finally:
            self._inside.discard(pair)

    def _inner(self, sub: "_Branch", sup: "_Branch", place: str) -> Iterator[SchemaChange]:
        old, new = (sub.schema, sup.schema) if self._sent else (sup.schema, sub.schema)
        for what in (*_values(old, new, sent=self._sent), *_limits(sub.schema, sup.schema, old, new)):
            yield SchemaChange(place, what)
        yield from self._fields(old, new, place)
        for key in ("items", "propertyNames"):
            if key in old or key in new:
                yield from self.changes(old.get(key, _ANY), new.get(key, _ANY), f"{place}/{key}")
        yield from self._other_fields(old, new, place)

    def _fields(self, old: Schema, new: Schema, place: str) -> Iterator[SchemaChange]:
        before, after = old.get("properties", _ANY), new.get("properties", _ANY)
        required, now_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            if name in after:
                yield from self.changes(before[name], after[name], f"{place}/{name}")
            elif not self._sent or new.get("additionalProperties", True) is False:
                yield SchemaChange(f"{place}/{name}", "is no longer taken" if self._sent else "is no longer there")
            else:
                yield SchemaChange(f"{place}/{name}", "means nothing any more")
        newly = sorted(now_required - required) if self._sent else sorted((required - now_required) & after.keys())
        for name in newly:
            yield SchemaChange(f"{place}/{name}", "is required now" if self._sent else "may be left out now")

    def _other_fields(self, old: Schema, new: Schema, place: str) -> Iterator[SchemaChange]:
        before, after = (one.get("additionalProperties", True) for one in (old, new))
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self.changes(before, after, f"{place}/*")
        elif self._sent and before is not False and after is not True and "object" in _types(old):
            yield SchemaChange(place, "fields that it does not name are no longer taken as they were")
        elif not self._sent and isinstance(before, Mapping):
            yield SchemaChange(place, "fields that it does not name are no longer what they were")


class _Branch(NamedTuple):
    """One alternative of a schema: the name of its component, if it is one, as it stands in the document, and whole."""

    name: str
    source: Any
    schema: Schema


def _branches(document: Mapping[str, Any], schema: Any, above: frozenset[int] = frozenset()) -> Iterator[_Branch]:
    """The alternatives of a schema, each of one type where types are told; `allOf` is taken as one schema."""
    if schema is True or schema is False:
        yield _Branch("", schema, _ANY if schema else _NEVER)
        return
    if id(schema) in above:
        return
    above |= {id(schema)}
    name, source = resolved(document, schema)
    whole = _together(document, source) if "allOf" in source else source
    if options := whole.get("anyOf") or whole.get("oneOf"):
        rest = {key: one for key, one in whole.items() if key not in ("anyOf", "oneOf", "title", "description")}
        for option in options:
            for branch in _branches(document, option, above):
                schema = _together(document, {**rest, "allOf": [branch.schema]}) if rest else branch.schema
                yield branch._replace(schema=schema, name=branch.name or name)
    elif isinstance(whole.get("type"), list):
        for one in whole["type"]:
            yield _Branch(name, source, {**whole, "type": one})
    else:
        yield _Branch(name, source, whole)


def _together(document: Mapping[str, Any], schema: Schema) -> Schema:
    """The parts of an `allOf` as one: all their fields, and of a limit that two parts set, the later."""
    found: dict[str, Any] = {}
    for part in (*schema["allOf"], {key: one for key, one in schema.items() if key != "allOf"}):
        _, one = resolved(document, part)
        one = _together(document, one) if "allOf" in one else one
        properties = {**found.get("properties", {}), **one.get("properties", {})}
        required = [*found.get("required", ()), *one.get("required", ())]
        found |= one
        if properties:
            found |= {"properties": properties, "required": required}
    return found


def _values(old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
    """Enumerations: of what is sent no value may go; of what is read a constant must stay, and the rest is open."""
    if not sent:
        if "const" in old and new.get("const", old) != old["const"]:
            yield f"was always {old['const']!r}"
        return
    before, after = _enumerated(old), _enumerated(new)
    if after is None:
        return
    if before is None:
        yield f"takes only {', '.join(map(repr, after))} now"
    elif gone := [one for one in before if one not in after]:
        yield f"{', '.join(map(repr, gone))} {'is' if len(gone) == 1 else 'are'} no longer taken"


def _limits(sub: Schema, sup: Schema, old: Schema, new: Schema) -> Iterator[str]:
    broken = [key for key in _LOWER if _tighter(sup.get(key), sub.get(key), key, 1)]
    broken += [key for key in _UPPER if _tighter(sup.get(key), sub.get(key), key, -1)]
    broken += [key for key in _EXACT if key in sup and sub.get(key) != sup[key]]
    broken += [key for key in ("uniqueItems",) if sup.get(key, False) and not sub.get(key, False)]
    broken += [key for key in _NOT_WEIGHED if old.get(key) != new.get(key)]
    for key in broken:
        yield f"{key} was {_told(old.get(key))} and is {_told(new.get(key))}"


def _tighter(asked: Any, given: Any, key: str, sign: int) -> bool:
    """Whether a limit refuses what another one lets through."""
    if asked is None or (given is None and key in ("minLength", "minItems", "minProperties") and asked == 0):
        return False
    return given is None or bool(sign * given < sign * asked)


def _told(value: Any) -> str:
    return "not set" if value is None else repr(value)


def _enumerated(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _types(schema: Schema) -> frozenset[str]:
    """The types of the values that it allows."""
    if "type" in schema:
        found = {schema["type"]}
    elif (values := _enumerated(schema)) is not None:
        found = {_JSON_TYPES[type(value)] for value in values}
    else:
        found = {*_ALL_TYPES}
    return frozenset(found | {"integer"} if "number" in found else found)


def _type_names(branches: Sequence[_Branch]) -> str:
    return " or ".join(sorted({_type_name(one.schema) for one in branches})) or "null"


def _type_name(schema: Schema) -> str:
    names = [str(schema["type"])] if "type" in schema else sorted(_types(schema))
    return "any type" if len(names) == len(_ALL_TYPES) else " or ".join(names)


def _has_null(branches: Sequence[_Branch]) -> bool:
    return any("null" in _types(one.schema) for one in branches)


def _without_null(branches: Sequence[_Branch]) -> list[_Branch]:
    return [one for one in branches if _types(one.schema) != {"null"}]
