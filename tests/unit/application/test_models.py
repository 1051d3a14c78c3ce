"""What holds for every model: commands are closed and bounded, read models are told alike and survive the wire."""

import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

import application
from application.books.models import BookResponse
from application.customers.models import CustomerRead
from application.orders.models import OrderRead, ReturnRead
from entrypoints.http import examples

MODULES = [
    importlib.import_module(one.name)
    for one in pkgutil.walk_packages(application.__path__, "application.")
    if one.name.endswith(".models") and ".imports." not in one.name
]
MODELS: list[type[msgspec.Struct]] = sorted(
    {
        one
        for module in MODULES
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == module.__name__
    },
    key=lambda one: one.__name__,
)
COMMANDS = [one for one in MODELS if one.__struct_config__.forbid_unknown_fields]
RECORDS = [one for one in MODELS if {"id", "version"} <= set(one.__struct_fields__)]
# E15 of the ledger: what every entity has, and what every entity that can change has.
MADE = {"id": UUID, "created_at": datetime, "created_by": str}
CHANGED = {"updated_at": datetime, "updated_by": str}
NAMES = {
    *("CustomerCreate", "CustomerUpdate", "CustomerRead", "BookCreate", "BookUpdate", "BookResponse"),
    *("OrderCreate", "OrderRead", "ReturnCreate", "ReturnRead"),
}


def unbounded(schema: Any, place: str, components: dict[str, Any]) -> list[str]:
    """The places in a schema where a caller may send as much as it likes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [] if place.count(name) > 1 else unbounded(components[name], f"{place}/{name}", components)
    found = [one for option in schema.get("anyOf", ()) for one in unbounded(option, place, components)]
    kind = schema.get("type")
    ends = {"string": "maxLength", "array": "maxItems", "integer": "maximum", "number": "maximum"}
    free = kind in ends and not {ends[kind], "enum", "format", "pattern"} & schema.keys()
    if kind == "object" and "properties" not in schema:
        free = "maxProperties" not in schema
    found += [place] if free else []
    for name, inner in schema.get("properties", {}).items():
        found += unbounded(inner, f"{place}/{name}", components)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            found += unbounded(
                {"type": "string", **schema[key]} if key == "propertyNames" else schema[key], place, components
            )
    return found


def test_they_are_found() -> None:
    assert {one.__name__ for one in MODELS} >= NAMES
    assert len({one.__name__ for one in MODELS}) == len(MODELS), "one name, one model"
    assert len(COMMANDS) >= 10
    assert len(RECORDS) >= 4


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
def test_none_can_be_changed_or_filled_by_position(model: type[msgspec.Struct]) -> None:
    assert model.__struct_config__.frozen
    with pytest.raises(TypeError):
        model(1)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_whatever_a_caller_may_send_has_an_end(command: type[msgspec.Struct]) -> None:
    (schema,), components = msgspec.json.schema_components([command], ref_template="#/{name}")
    assert unbounded(schema, "", components) == []


def test_what_has_no_end_is_seen() -> None:
    class Odd(msgspec.Struct):
        words: list[str]
        count: int
        notes: dict[str, str]

    (schema,), components = msgspec.json.schema_components([Odd], ref_template="#/{name}")
    assert set(unbounded(schema, "", components)) == {"/Odd/words", "/Odd/count", "/Odd/notes"}
    assert len(unbounded(schema, "", components)) == 5, "the list and its words, the number, the notes and each"


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: one.__name__)
def test_a_record_tells_who_made_and_changed_it_and_when(record: type[msgspec.Struct]) -> None:
    kinds = {field.name: field.type for field in msgspec.structs.fields(record)}
    assert {name: kinds.get(name) for name in MADE} == MADE
    assert kinds["version"] is int
    changes = "deleted_at" in kinds or record.__name__ in NAMES - {"ReturnRead"}
    if changes or CHANGED.keys() & kinds.keys():
        assert {name: kinds.get(name) for name in CHANGED} == CHANGED


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (BookResponse, examples.BOOK),
        (CustomerRead, examples.CUSTOMER),
        (OrderRead, examples.ORDER),
        (ReturnRead, examples.RETURN),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_record_survives_the_wire(kind: type[msgspec.Struct], shown: msgspec.Struct) -> None:
    raw = msgspec.json.encode(shown)
    again = msgspec.json.decode(raw, type=kind)
    assert again == shown
    assert msgspec.json.encode(again) == raw
    told = msgspec.json.decode(raw)
    assert told["created_at"].endswith("Z")
    assert msgspec.convert(told["created_at"], datetime).astimezone(UTC) == shown.created_at  # type: ignore[attr-defined]  # every record has it
