"""What is wrong with an input, field by field, in words for people and codes for programs.

msgspec stops at the first bad field. Here the input is held against the same type, whole: a field whose annotation
carries `Meta(extra={"value": build})` is also tried as the domain value that it will become, so that its shape and its
meaning are reported together, and where both are wrong the domain's more telling word is given.

Codes: `required`, `unknown-field`, `wrong-type`, `too-short`, `too-long`, `too-few`, `too-many`, `out-of-range`,
`pattern`, `not-an-option`, `invalid-id`, `invalid-time`, and those of the domain.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from numbers import Real
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from application.listing import AWARE_TIME, AwareTime
from domain.shared.errors import Problem, Problems

Build = Callable[[Any], object]

_NAMES = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
    inspect.DictType: "an object of names and values",
    inspect.StructType: "an object",
}
_RAW: Mapping[type, type] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.FloatType: Real,
    inspect.BoolType: bool,
    inspect.ListType: list,
    inspect.DictType: Mapping,
    inspect.StructType: Mapping,
}


def explain(kind: Any, raw: object, error: msgspec.ValidationError) -> Sequence[Problem]:
    """Everything that keeps `raw` from being a `kind`; what msgspec said when nothing else is found."""
    problems = Problems()
    _check(_type(kind), raw, "", problems)
    return problems.found or [_unexplained(error)]


@cache
def _type(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _check(kind: inspect.Type, raw: object, pointer: str, problems: Problems, build: Build | None = None) -> None:
    """Notes what is wrong with `raw` as a `kind`."""
    if isinstance(kind, inspect.Metadata):
        _check(kind.type, raw, pointer, problems, (kind.extra or {}).get("value", build))
    elif isinstance(kind, inspect.UnionType):
        _check_union(kind, raw, pointer, problems, build)
    elif isinstance(kind, inspect.StructType) and isinstance(raw, Mapping):
        _check_fields(kind, raw, pointer, problems)
    elif isinstance(kind, inspect.ListType) and isinstance(raw, list):
        _check_items(kind, raw, pointer, problems, build)
    elif isinstance(kind, inspect.DictType) and isinstance(raw, Mapping):
        _check_entries(kind, raw, pointer, problems, build)
    elif isinstance(kind, inspect.StrType) and isinstance(raw, str):
        _check_text(kind, raw, pointer, problems, build)
    elif isinstance(kind, inspect.IntType) and isinstance(raw, int) and not isinstance(raw, bool):
        _check_number(kind, raw, pointer, problems)
    elif type(kind) in _NAMES:
        if not (isinstance(kind, inspect.BoolType | inspect.FloatType) and _is_a(kind, raw)):
            problems.add(pointer, "wrong-type", f"must be {_NAMES[type(kind)]}; it is {_said(raw)}")
    else:
        _check_value(kind, raw, pointer, problems, build)


def _check_union(kind: inspect.UnionType, raw: object, pointer: str, problems: Problems, build: Build | None) -> None:
    """Of the unions a command may have: one kind of value, or null."""
    if raw is None and kind.includes_none:
        return
    members = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    if len(members) == 1:
        _check(members[0], raw, pointer, problems, build)
    elif raw is None:
        problems.add(pointer, "wrong-type", "must not be null")
    elif not any(_is_a(one, raw) for one in members):
        names = [_NAMES[type(one)] for one in members if type(one) in _NAMES]
        if len(names) == len(members):
            others = " or null" if kind.includes_none else ""
            problems.add(pointer, "wrong-type", f"must be {' or '.join(names)}{others}; it is {_said(raw)}")


def _is_a(kind: inspect.Type, raw: object) -> bool:
    """Whether it is so much as of that kind."""
    if isinstance(raw, bool):
        return isinstance(kind, inspect.BoolType)
    return isinstance(raw, _RAW.get(type(kind), object))


def _check_fields(kind: inspect.StructType, raw: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    known = {one.encode_name: one for one in kind.fields}
    if kind.forbid_unknown_fields:
        for name in raw:
            if name not in known and name != kind.tag_field:
                message = f"is not a field of this object, which has{_listed(known)}"
                problems.add(f"{pointer}/{pointer_part(name)}", "unknown-field", message)
    for name, field in known.items():
        if name in raw:
            _check(field.type, raw[name], f"{pointer}/{pointer_part(name)}", problems)
        elif field.required:
            problems.add(f"{pointer}/{pointer_part(name)}", "required", "is required")
    # A command that takes one thing in several forms names them, the usual one first.
    usual, *others = getattr(kind.cls, "either", None) or ("",)
    if usual and usual not in raw and not any(name in raw for name in others):
        problems.add(f"{pointer}/{usual}", "required", f"is required, unless there is one of: {', '.join(others)}")


def _check_items(kind: inspect.ListType, raw: list[Any], pointer: str, problems: Problems, build: Build | None) -> None:
    if not _fits(len(raw), kind.min_length, kind.max_length, "items", ("too-few", "too-many"), pointer, problems):
        return
    before = len(problems.found)
    for place, item in enumerate(raw):
        _check(kind.item_type, item, f"{pointer}/{place}", problems)
    if build is not None and len(problems.found) == before:
        problems.take(pointer, build, raw)


def _check_entries(
    kind: inspect.DictType, raw: Mapping[str, Any], pointer: str, problems: Problems, build: Build | None
) -> None:
    if not _fits(len(raw), kind.min_length, kind.max_length, "names", ("too-few", "too-many"), pointer, problems):
        return
    before = len(problems.found)
    for name, value in raw.items():
        _check(kind.key_type, name, f"{pointer}/{pointer_part(name)}", problems)
        _check(kind.value_type, value, f"{pointer}/{pointer_part(name)}", problems)
    if build is not None and len(problems.found) == before:
        problems.take(pointer, build, raw)


def _check_text(kind: inspect.StrType, raw: str, pointer: str, problems: Problems, build: Build | None) -> None:
    before = len(problems.found)
    if build is not None:
        problems.take(pointer, build, raw)
    if len(problems.found) > before:
        return
    codes = ("too-short", "too-long")
    if not _fits(len(raw), kind.min_length, kind.max_length, "characters", codes, pointer, problems):
        return
    if kind.pattern is not None and not re.search(kind.pattern, raw):
        problems.add(pointer, "pattern", f"must match {kind.pattern}")


def _check_number(kind: inspect.IntType, raw: int, pointer: str, problems: Problems) -> None:
    low = kind.ge if kind.gt is None else kind.gt + 1
    high = kind.le if kind.lt is None else kind.lt - 1
    if (low is not None and raw < low) or (high is not None and raw > high):
        bounds = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
        problems.add(pointer, "out-of-range", f"must be {' and '.join(bounds)}")


def _check_value(kind: inspect.Type, raw: object, pointer: str, problems: Problems, build: Build | None) -> None:
    """Values that JSON holds as text: options, ids, times. Other kinds are left to msgspec's own word."""
    meant: Any
    if isinstance(kind, inspect.EnumType):
        meant, code, message = (
            kind.cls,
            "not-an-option",
            f"must be one of: {', '.join(str(one.value) for one in kind.cls)}",
        )
    elif isinstance(kind, inspect.UUIDType):
        meant, code, message = UUID, "invalid-id", "must be an id such as 019543d2-7a00-7000-8000-000000000000"
    elif isinstance(kind, inspect.DateTimeType):
        meant, code, message = AwareTime, "invalid-time", f"must be {AWARE_TIME}"
    else:
        return
    try:
        value = msgspec.convert(raw, meant)
    except msgspec.ValidationError:
        if isinstance(raw, str):
            problems.add(pointer, code, message)
        else:
            problems.add(pointer, "wrong-type", f"{message}; it is {_said(raw)}")
    else:
        if build is not None:
            problems.take(pointer, build, value)


def _fits(
    size: int,
    least: int | None,
    most: int | None,
    things: str,
    codes: tuple[str, str],
    pointer: str,
    problems: Problems,
) -> bool:
    if least is not None and size < least:
        problems.add(pointer, codes[0], f"must have at least {least} {things}, has {size}")
    elif most is not None and size > most:
        problems.add(pointer, codes[1], f"must have at most {most} {things}, has {size}")
    else:
        return True
    return False


def _listed(names: Mapping[str, object]) -> str:
    return f": {', '.join(names)}" if names else " none"


def _said(raw: object) -> str:
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return str(raw).lower()
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return next((name for kind, name in names.items() if isinstance(raw, kind)), "something else")


def pointer_part(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _unexplained(error: msgspec.ValidationError) -> Problem:
    text, _, path = str(error).partition(" - at `$")
    steps = re.findall(r"\.([^.\[`]+)|\[(\d+)\]", path)
    pointer = "".join(f"/{pointer_part(name or place)}" for name, place in steps)
    return Problem(pointer=pointer, code="invalid", message=text)
