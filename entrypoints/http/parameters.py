"""Query parameters: how lists describe theirs, and the few that single resources take."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.types import Scope

from application.categories.models import level
from application.errors import BadQuery
from application.listing import (
    DEFAULT_LIMIT,
    LARGEST_NUMBER,
    MAX_LIMIT,
    FilterField,
    ListSpec,
    identifier,
    moment,
    truth,
    whole_number,
)
from application.reviews.models import stars
from domain.books.category import MAX_DEPTH
from domain.books.review import HIGHEST_RATING, LOWEST_RATING
from domain.shared.errors import Problems
from domain.shared.money import currency_code
from entrypoints.http.operations import Parameter
from entrypoints.http.requests import query_pairs

_RANGES = {"gte": "from", "gt": "after", "lte": "up to", "lt": "before"}
_TEXT = {"type": "string", "pattern": "^[^\\u0000]*$"}
CURSOR: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
_SHAPES: Mapping[Callable[[str], Any], Mapping[str, Any]] = {
    moment: {"type": "string", "format": "date-time"},
    truth: {"type": "boolean"},
    identifier: {"type": "string", "format": "uuid"},
    whole_number: {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
    currency_code: {"type": "string", "pattern": "^[A-Z]{3}$"},
    level: {"type": "integer", "minimum": 1, "maximum": MAX_DEPTH},
    stars: {"type": "integer", "minimum": LOWEST_RATING, "maximum": HIGHEST_RATING},
}
_EXAMPLES: Mapping[str, str] = {
    "author": "George Eliot",
    "category": "Fiction",
    "channel": "web",
    "currency": "EUR",
    "email": "ada@example.org",
    "language": "en",
    "phone": "+442079460958",
    "published_date": "1871",
    "publisher": "Penguin Classics",
    "reference": "K-1815",
    "series": "Discworld",
    "tag": "newsletter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A parameter of a single resource: what it is called for callers and in the use case, and how its text is read."""

    parameter: Parameter
    argument: str
    read: Callable[[str], Any]


def expansion(known: frozenset[str]) -> Callable[[str], frozenset[str]]:
    """Reads `expand`: names of related objects, with commas between."""

    def read(text: str) -> frozenset[str]:
        asked = frozenset(text.split(","))
        if asked - known:
            raise ValueError(f"must be of: {', '.join(sorted(known))}")
        return asked

    return read


INCLUDE_DELETED = Flag(
    parameter=Parameter(
        name="include_deleted", about="Find it also when it is deleted.", schema={"type": "boolean", "default": False}
    ),
    argument="include_deleted",
    read=truth,
)


def expand_flag(known: frozenset[str]) -> Flag:
    """`expand` of a single resource."""
    return Flag(parameter=_expand(known), argument="expand", read=expansion(known))


def read_flags(scope: Scope, flags: tuple[Flag, ...]) -> dict[str, Any]:
    """The keyword arguments that the query gives. Raises BadQuery that names every problem."""
    known = {flag.parameter.name: flag for flag in flags}
    problems = Problems()
    given: dict[str, Any] = {}
    for name, text in query_pairs(scope):
        flag = known.get(name)
        if flag is None:
            takes = f"which takes: {', '.join(sorted(known))}" if known else "which takes none"
            problems.add(name, "unknown-parameter", f"is not a parameter of this path, {takes}")
        elif flag.argument in given:
            problems.add(name, "repeated-parameter", "must be given once")
        else:
            try:
                given[flag.argument] = flag.read(text)
            except ValueError as error:
                given[flag.argument] = None
                problems.add(name, "bad-value", str(error))
    if problems.found:
        raise BadQuery(problems.found)
    return given


def list_parameters(spec: ListSpec, *, without: frozenset[str] = frozenset()) -> tuple[Parameter, ...]:
    """What may be asked of a list, as the document describes it."""
    found = [
        Parameter(
            name="limit",
            about=f"How many at most; more than {MAX_LIMIT} is taken as {MAX_LIMIT}.",
            schema={"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": DEFAULT_LIMIT},
            example=50,
        ),
        Parameter(
            name="cursor",
            about="`next_cursor` of the page before, asked for with the same filters and the same sort.",
            schema=CURSOR,
        ),
        _sort(spec),
        Parameter(
            name="include",
            about="`total`: count all that match, too.",
            schema={"type": "string", "enum": ["total"]},
            example="total",
        ),
    ]
    if spec.searchable:
        found.append(Parameter(name="q", about="Words, in any case and without accents.", schema=_TEXT, example="sea"))
    if spec.deletable:
        found.append(INCLUDE_DELETED.parameter)
    if spec.expansions:
        found.append(_expand(spec.expansions))
    for name, filtered in spec.filters.items():
        if name not in without:
            found.extend(_filter(name, filtered))
    return tuple(found)


def _filter(name: str, filtered: FilterField) -> list[Parameter]:
    schema = _SHAPES.get(filtered.read, _TEXT)
    example = _EXAMPLES.get(name)
    if filtered.choices:
        schema, example = {"type": "string", "enum": [*map(str, filtered.choices)]}, str(filtered.choices[0])
    if filtered.read is moment:
        example = "2026-01-31T12:00:00Z"
    found = [Parameter(name=name, about=f"Only those with this {name}.", schema=schema, example=example)]
    if filtered.ranges:
        found += [
            Parameter(name=f"{name}[{op}]", about=f"Only those {word} this {name}.", schema=schema, example=example)
            for op, word in _RANGES.items()
        ]
    return found


def _sort(spec: ListSpec) -> Parameter:
    names = [*sorted(set(spec.sorts) - {spec.key}), spec.key]
    default = [f"{'-' if key.descending else ''}{key.field}" for key in spec.default_sort]
    schema = {**_names(name for one in names for name in (one, f"-{one}")), "maxItems": 3}
    return Parameter(
        name="sort",
        about="Up to three different fields, the first weighs most; `-` before one reverses it."
        + (" Without it the best matches of `q` come first." if spec.ranked else ""),
        schema={**schema, "default": default},
        example=default,
    )


def _expand(known: frozenset[str]) -> Parameter:
    return Parameter(
        name="expand",
        about="Related objects that the answer shall hold, with commas between.",
        schema=_names(sorted(known)),
        example=[min(known)],
    )


def _names(names: Iterable[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": [*names]}, "minItems": 1, "uniqueItems": True}
