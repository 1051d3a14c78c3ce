"""From outside data to a command, with every problem named at once.

The fast path is one strict msgspec decode. Only when it fails is the input read a second time, field by field, so that
all bad fields are named; a field whose annotation carries `Meta(extra={"value": build})` is then also checked as the
domain value that it will become, so that shape and meaning are reported together.
"""

import json
import re
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar, Union, get_args, get_origin

import msgspec

from domain.shared.errors import Invalid, Problems

T = TypeVar("T")

_AT_PATH = re.compile(r" - at `(?P<path>[^`]*)`$")


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
        raise Malformed("the body must be a JSON object")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        _explain(kind, raw, error)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(f"the body is not valid JSON: {error}") from None


def convert(kind: type[T], raw: Mapping[str, Any]) -> T:
    """A `kind` from plain values (text where JSON has no type). Raises Invalid that names every bad field."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        _explain(kind, raw, error)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_small_int)
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None
    except (ValueError, UnicodeError) as error:
        raise Malformed(f"the body is not valid JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {twice!r} stands twice in one object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _small_int(text: str) -> int:
    # A number of a million digits takes seconds to convert; msgspec names its field as out of range either way.
    return int(text[:40])


def _explain(kind: Any, raw: Any, error: msgspec.ValidationError) -> NoReturn:
    problems = Problems()
    _check(kind, raw, "", problems, None)
    if not problems.found:
        problems.add("", "invalid", str(error))
    raise Invalid(problems.found) from None


def _check(kind: Any, raw: Any, pointer: str, problems: Problems, build: Callable[[Any], object] | None) -> None:
    """Notes what is wrong with `raw` as a `kind`, deepest first."""
    kind, build = _unwrapped(kind, raw, build)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(raw, Mapping):
        _check_fields(kind, raw, pointer, problems)
    elif get_origin(kind) in (list, tuple, Sequence) and isinstance(raw, list):
        before = len(problems.found)
        for place, item in enumerate(raw):
            _check(get_args(kind)[0], item, f"{pointer}/{place}", problems, None)
        if len(problems.found) == before:
            _check_leaf(kind, raw, pointer, problems, build)
    else:
        _check_leaf(kind, raw, pointer, problems, build)


def _check_fields(kind: type[msgspec.Struct], raw: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    known = {f.encode_name: f for f in msgspec.structs.fields(kind)}
    for name in raw:
        if name not in known:
            problems.add(f"{pointer}/{_escaped(name)}", "unknown-field", "is not a field of this object")
    for name, info in known.items():
        if name in raw:
            _check(info.type, raw[name], f"{pointer}/{_escaped(name)}", problems, None)
        elif info.required:
            problems.add(f"{pointer}/{_escaped(name)}", "required", "is required")


def _check_leaf(kind: Any, raw: Any, pointer: str, problems: Problems, build: Callable[[Any], object] | None) -> None:
    try:
        value = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        inner = _AT_PATH.search(text)
        code = "out-of-range" if "range" in text or "length" in text or ">=" in text or "<=" in text else "wrong-type"
        problems.add(pointer, code, _AT_PATH.sub("", text) + (f" (in {inner['path']})" if inner else ""))
        return
    if build is not None and value is not None:
        problems.take(pointer, build, value)


def _unwrapped(
    kind: Any, raw: Any, build: Callable[[Any], object] | None
) -> tuple[Any, Callable[[Any], object] | None]:
    """The part of `X | None | UnsetType` and of `Annotated` that `raw` should be, with the domain value it names."""
    if get_origin(kind) in (Union, types.UnionType):
        members = [m for m in get_args(kind) if m is not msgspec.UnsetType]
        if raw is None or len([m for m in members if m is not type(None)]) != 1:
            return kind, build
        nullable = type(None) in members
        inner = next(m for m in members if m is not type(None))
        unwrapped, build = _unwrapped(inner, raw, build)
        struct = isinstance(unwrapped, type) and issubclass(unwrapped, msgspec.Struct)
        return (unwrapped if struct or get_origin(unwrapped) is list or not nullable else kind), build
    for meta in getattr(kind, "__metadata__", ()):
        extra = getattr(meta, "extra", None) or {}
        build = extra.get("value", build)
    origin = getattr(kind, "__origin__", None)
    if hasattr(kind, "__metadata__") and isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        return origin, build
    return kind, build


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
