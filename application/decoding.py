"""From outside data to a command, with every problem named at once.

The fast path is one strict msgspec decode. Only when it fails is the input read a second time, field by field
(application/explaining.py), so that all bad fields are named.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

import msgspec

from application.explaining import explain
from domain.shared.errors import Invalid

T = TypeVar("T")

_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}
_LONGEST_INT = 40
_LONGEST_NAME = 80


class Malformed(Exception):
    """The bytes are not the JSON that they should be: not JSON, too deep, a key twice, no object (HTTP 400)."""

    code = "malformed-json"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def decode(kind: type[T], data: bytes) -> T:
    """A `kind` from JSON. Raises Malformed, or Invalid that names every bad field."""
    raw = _parsed(data)
    if not isinstance(raw, dict):
        raise Malformed("the body must be a JSON object: {...}")
    try:
        found: T = _decoder(kind).decode(data)
    except msgspec.ValidationError as error:
        raise Invalid(explain(kind, raw, error)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(f"the body is not valid JSON: {error}") from None
    return found


def convert(kind: type[T], raw: Mapping[str, Any]) -> T:
    """A `kind` from plain values (text where JSON has no type). Raises Invalid that names every bad field."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise Invalid(explain(kind, raw, error)) from None


def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return _DECODERS.get(kind) or _DECODERS.setdefault(kind, msgspec.json.Decoder(kind))


def _parsed(data: bytes) -> Any:
    # msgspec does not see a key that stands twice, and gives up the last one's rivals without a word.
    if not data or data.isspace():
        raise Malformed("the body is empty: it must be a JSON object: {...}")
    try:
        return _STRICT.decode(data.decode("utf-8"))
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"the body is not valid JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Malformed(f"the key {name[:_LONGEST_NAME]!r} stands twice in one object")
            seen.add(name)
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _small_int(text: str) -> int:
    # A number of a million digits takes seconds to convert; msgspec finds its field out of range either way.
    return int(text[:_LONGEST_INT])


# Made once: json.loads would make one for each body.
_STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_small_int)
