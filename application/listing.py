"""Lists: what may be asked of one, and the cursor that goes on where a page ended.

A list is asked for by text parameters (`q`, `sort`, `limit`, `cursor`, `include`, and the filters of the resource, such
as `status=active` or `created_at[gte]=2026-01-01T00:00:00Z`), the same over HTTP and on the command line. `Listing`
is what they mean, and what a reader port takes. Sort values are never null (a missing one sorts as ""), and every sort
ends with the id, so that the order is total and a keyset can stand for a place in it.
"""

import base64
import binascii
import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec

from application.errors import BadQuery
from domain.shared.errors import Invalid, Problem, Problems
from domain.shared.search import Term, beginnings, ranks, whole
from domain.shared.text import tokens

T = TypeVar("T")
Option = TypeVar("Option", bound=StrEnum)
SortValue = str | int | datetime | UUID
AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
AWARE_TIME = "an RFC 3339 time with its offset, such as 2026-01-31T12:00:00Z"

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_MAX_SORTS = 3
RELEVANCE = "relevance"
"""The sort key of a search: the rank of a row, from 1 for the best."""
LARGEST_NUMBER = 2**63 - 1
_RANGE = ("gte", "gt", "lte", "lt")


@dataclass(frozen=True, slots=True)
class Filter:
    """`field op value`; `op` is eq, gte, gt, lte or lt. On a field of several values eq asks that it has this one.

    No caller can ask for `any`, which on such a field asks that it has one of the values, a tuple of them.
    """

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field to sort by. Text sorts by its bytes."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list.

    `words` are the folded words that were asked for and `terms` what a row must meet for them, `after` holds the sort
    values of the row before the page, in the order of `sort`, and `expand` names related objects that the answer shall
    hold. When RELEVANCE is the first key, rows come by how well they fit `words` (domain/shared/search.py, `ranks`).
    """

    words: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[SortKey, ...] = (SortKey("id"),)
    after: tuple[SortValue, ...] | None = None
    limit: int = DEFAULT_LIMIT
    include_deleted: bool = False
    count: bool = False
    expand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """The rows of one page, in order; whether more follow; how many there are in all, when that was asked.

    `rank` is that of the last row, where rows come by rank.
    """

    items: Sequence[T]
    has_more: bool
    total: int | None = None
    rank: int | None = None


class Listed(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A page as callers see it. `next_cursor` is null on the last page."""

    data: Sequence[T]
    has_more: bool
    next_cursor: str | None = None
    total: int | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterField:
    """A field that may be filtered on.

    `read` turns its text into a value (raising Invalid or ValueError), `ranges` allows [gte], [gt], [lte], [lt],
    `upper` reads the text of [lte] and [gt] where a value stands for a span (a year, up to its last day), and `choices`
    are all the texts that there are, where they are few.
    """

    read: Callable[[str], Any]
    ranges: bool = False
    upper: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """What may be asked of one resource's list: the allow lists of filters, sorts and expansions.

    `sorts` gives the type of each field's value, for the cursor; a text field that may be missing sorts as "".
    `key` is the field that no two rows share, with which every sort ends.
    `searchable` lists take `q`: whole words, or the beginnings of words with `beginnings`, and the best first with
    `ranked` unless another order is asked for.
    """

    name: str
    filters: Mapping[str, FilterField]
    sorts: Mapping[str, type]
    default_sort: tuple[SortKey, ...]
    key: str = "id"
    searchable: bool = False
    beginnings: bool = False
    ranked: bool = False
    deletable: bool = True
    expansions: frozenset[str] = frozenset()
    parameters: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = {"limit", "cursor", "sort", "include"}
        names |= {"q"} if self.searchable else set()
        names |= {"include_deleted"} if self.deletable else set()
        names |= {"expand"} if self.expansions else set()
        for name, spec in self.filters.items():
            names.add(name)
            names |= {f"{name}[{op}]" for op in _RANGE} if spec.ranges else set()
        object.__setattr__(self, "parameters", frozenset(names))


def moment(text: str) -> datetime:
    """An RFC 3339 time with its offset, in UTC. Raises ValueError."""
    try:
        return msgspec.convert(text, AwareTime).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise ValueError(f"must be {AWARE_TIME}") from None


def identifier(text: str) -> UUID:
    """An id. Raises ValueError."""
    try:
        return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        raise ValueError("must be an id such as 019543d2-7a00-7000-8000-000000000000") from None


def whole_number(text: str) -> int:
    """A whole number from 0 to what 64 bits hold. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_NUMBER):
        raise ValueError(f"must be a whole number from 0 to {LARGEST_NUMBER}")
    return int(text)


def as_kept(text: str) -> str:
    """Text as it would be kept: trimmed and in Unicode NFC, so that it can equal what is."""
    return unicodedata.normalize("NFC", text.strip())


def one_of(options: type[Option]) -> Callable[[str], Option]:
    """A reader of one of these options. It raises ValueError."""

    def read(text: str) -> Option:
        try:
            return options(text)
        except ValueError:
            raise ValueError(f"must be one of: {', '.join(options)}") from None

    return read


def truth(text: str) -> bool:
    """`true` or `false`. Raises ValueError."""
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def read_listing(spec: ListSpec, parameters: Iterable[tuple[str, str]]) -> Listing:
    """What `parameters` (pairs of a name and a text) ask of a list. Raises BadQuery that names every problem."""
    problems = Problems()
    given: dict[str, str] = {}
    for name, text in parameters:
        if name not in spec.parameters:
            known = ", ".join(sorted(spec.parameters))
            problems.add(name, "unknown-parameter", f"is not a parameter of this list, which takes: {known}")
        elif name in given:
            problems.add(name, "repeated-parameter", "must be given once")
        elif "\x00" in text:
            problems.add(name, "control-character", "must not hold control characters")
        else:
            given[name] = text
    expand = frozenset(given["expand"].split(",")) if "expand" in given else frozenset()
    if expand - spec.expansions:
        problems.add("expand", "unknown-expansion", f"must be of: {', '.join(sorted(spec.expansions))}")
    if given.get("include", "total") != "total":
        problems.add("include", "unknown-include", "must be: total")
    words = tokens(given.get("q"))
    asked = Listing(
        words=words,
        terms=beginnings(words) if spec.beginnings else whole(words),
        filters=_filters(spec, given, problems),
        sort=_sort(spec, given.get("sort"), problems, ranked=spec.ranked and bool(words)),
        limit=_limit(given.get("limit"), problems),
        include_deleted=bool(_read(given, "include_deleted", truth, problems)),
        count="include" in given,
        expand=expand,
    )
    if problems.found:
        raise BadQuery(problems.found)
    return _after(spec, asked, given["cursor"]) if "cursor" in given else asked


def listed(spec: ListSpec, asked: Listing, page: Page[T]) -> Listed[T]:
    """The page as callers see it, with the cursor to the next one."""
    cursor = None
    if page.has_more:
        last = page.items[-1]
        values = [page.rank if key.field == RELEVANCE else _sort_value(last, key) for key in asked.sort]
        cursor = (
            base64.urlsafe_b64encode(msgspec.json.encode([_fingerprint(spec, asked), *values])).decode().rstrip("=")
        )
    total = msgspec.UNSET if page.total is None else page.total
    return Listed(data=page.items, has_more=page.has_more, next_cursor=cursor, total=total)


def _sort_value(item: object, key: SortKey) -> SortValue:
    value = getattr(item, key.field)
    return "" if value is None else value


def _fingerprint(spec: ListSpec, asked: Listing) -> str:
    question = (
        spec.name,
        asked.words,
        sorted((f.field, f.op, str(f.value)) for f in asked.filters),
        [(key.field, key.descending) for key in asked.sort],
        asked.include_deleted,
    )
    return hashlib.blake2b(repr(question).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _after(spec: ListSpec, asked: Listing, cursor: str) -> Listing:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        mark, *values = msgspec.json.decode(raw, type=list[Any])
        kinds = [int if key.field == RELEVANCE else spec.sorts.get(key.field, UUID) for key in asked.sort]
        after = tuple(_cursor_value(*told) for told in zip(values, asked.sort, kinds, strict=True))
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, ValueError, RecursionError):
        mark, after = "", ()
    if mark != _fingerprint(spec, asked):
        message = "is not a cursor of this list with these filters and this sort: leave it out to begin anew"
        raise BadQuery([Problem(pointer="cursor", code="bad-cursor", message=message)])
    return replace(asked, after=after)


def _cursor_value(value: object, key: SortKey, kind: type) -> SortValue:
    # A cursor is not secret, so anybody may write one: a store must be able to compare what it holds.
    if kind is datetime:
        return moment(msgspec.convert(value, str))
    found: SortValue = msgspec.convert(value, kind)
    if isinstance(found, int) and not 0 <= found <= LARGEST_NUMBER:
        raise ValueError("no number in a store is so large")
    if key.field == RELEVANCE and found not in range(1, len(ranks(())) + 1):
        raise ValueError("no row has such a rank")
    if isinstance(found, str) and "\x00" in found:
        raise ValueError("no text in a store holds a NUL")
    return found


def _limit(text: str | None, problems: Problems) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        problems.add("limit", "bad-limit", f"must be a whole number from 1 to {MAX_LIMIT}")
        return DEFAULT_LIMIT
    return min(int(text), MAX_LIMIT)


def _sort(spec: ListSpec, text: str | None, problems: Problems, *, ranked: bool) -> tuple[SortKey, ...]:
    if text is None:
        keys = (SortKey(RELEVANCE), *spec.default_sort) if ranked else spec.default_sort
    else:
        keys = tuple(SortKey(name.removeprefix("-"), name.startswith("-")) for name in text.split(","))
        names = [key.field for key in keys]
        if len(names) > _MAX_SORTS or len(set(names)) < len(names) or set(names) - set(spec.sorts) - {spec.key}:
            allowed = ", ".join([*sorted(set(spec.sorts) - {spec.key}), spec.key])
            problems.add(
                "sort", "bad-sort", f"must be at most {_MAX_SORTS} different fields of: {allowed} (- reverses)"
            )
    if any(key.field == spec.key for key in keys):
        return keys[: [key.field for key in keys].index(spec.key) + 1]
    return (*keys, SortKey(spec.key, keys[-1].descending))


def _read(given: Mapping[str, str], name: str, read: Callable[[str], Any], problems: Problems) -> Any:
    if name not in given:
        return None
    try:
        return read(given[name])
    except Invalid as error:
        problems.add(name, error.problems[0].code, error.problems[0].message)
    except ValueError as error:
        problems.add(name, "bad-value", str(error))
    return None


def _filters(spec: ListSpec, given: Mapping[str, str], problems: Problems) -> tuple[Filter, ...]:
    found = []
    for name in given:
        bare, _, rest = name.partition("[")
        op = rest.rstrip("]") or "eq"
        if bare in spec.filters and name in spec.parameters:
            kind = spec.filters[bare]
            read = kind.upper if kind.upper is not None and op in ("lte", "gt") else kind.read
            value = _read(given, name, read, problems)
            if value is not None:
                found.append(Filter(bare, op, value))
    return tuple(found)
