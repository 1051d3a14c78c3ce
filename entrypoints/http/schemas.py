"""The schemas of the document: those of msgspec, with what only the domain knows of a text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import Any, Final

import msgspec

_REF = "#/components/schemas/"
_PAGE = re.compile(r"^(?:Listed|AnswerPage)_(.+?)(?:Read|Response)?_$")
_ANSWER = re.compile(r"^Answer_(.+)_$")
# As domain.shared.text has it: one line, or text of several lines where a field is named here.
LINE: Final = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"
_TEXT = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$"
_OF_SEVERAL_LINES = {
    *((name, "description") for name in ("BookCreate", "BookUpdate")),
    *((name, "text") for name in ("BookReviewCreate", "ReviewCreate", "ReviewUpdate")),
}
# What is no letter and no digit is left out of it, whatever it is.
_MADE_OF_ANY_TEXT = ("slug",)
_FORMATS = {"isbn": "isbn", "email": "idn-email", "phone": "phone", "language": "language-tag", "url": "uri"}
_INNER = ("items", "propertyNames", "additionalProperties")


def reference(kind: Any) -> dict[str, Any]:
    """The schema of a type: a reference to its component, where it has one."""
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=_REF + "{name}")
    renamed: dict[str, Any] = _renamed(schema)
    return renamed


def component_schemas(kinds: Sequence[Any]) -> dict[str, Any]:
    """The components of these types, by the names that people would give them."""
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF + "{name}")
    # Commands of which one of several fields is needed say so themselves.
    either = {kind.__name__: kind.either for kind in kinds if hasattr(kind, "either")}
    for name, schema in components.items():
        schema["title"] = _name(name)
        if name in either:
            schema["anyOf"] = [{"required": [field]} for field in either[name]]
        for place, given in schema.get("properties", {}).items():
            if place.endswith("_at"):
                _add_time_format(given)
            if schema.get("additionalProperties") is False:
                _add_text_rules(name, place, given)
    return {_name(name): _renamed(components[name]) for name in sorted(components, key=_name)}


def _add_time_format(schema: dict[str, Any]) -> None:
    # msgspec leaves the format out where a time may lack its offset; those that we tell always have it.
    for given in (schema, *schema.get("anyOf", ())):
        if given.get("type") == "string":
            given.setdefault("format", "date-time")


def _add_text_rules(name: str, place: str, schema: dict[str, Any]) -> None:
    for text in _texts(schema):
        if place in _FORMATS:
            text["format"] = _FORMATS[place]
        elif "format" not in text and "pattern" not in text and place not in _MADE_OF_ANY_TEXT:
            text["pattern"] = _TEXT if (name, place) in _OF_SEVERAL_LINES else LINE


def _texts(schema: Any) -> Iterator[dict[str, Any]]:
    """The schemas of texts within one, those of the keys of an object included."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "string":
        yield schema
    if "propertyNames" in schema:
        schema["propertyNames"].setdefault("type", "string")
    for inner in (*schema.get("anyOf", ()), *(schema.get(key) for key in _INNER)):
        yield from _texts(inner)


def _name(name: str) -> str:
    if page := _PAGE.match(name):
        return f"{page[1]}Page"
    if answer := _ANSWER.match(name):
        return f"{answer[1]}Answer"
    return name


def _renamed(value: Any) -> Any:
    """With references to the new names, and texts without the margin of the source."""
    if isinstance(value, Mapping):
        found = {key: _renamed(one) for key, one in value.items()}
        if isinstance(found.get("description"), str):
            found["description"] = cleandoc(found["description"])
        if isinstance(found.get("$ref"), str):
            found["$ref"] = _REF + _name(found["$ref"].removeprefix(_REF))
        return found
    if isinstance(value, list | tuple):
        return [_renamed(one) for one in value]
    return value
