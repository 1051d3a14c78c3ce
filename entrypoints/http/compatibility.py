"""What a new OpenAPI document breaks for those who call by an old one, and for whom.

A document may grow: paths, operations, optional parameters and fields, statuses and values may come to it. What it had,
it keeps. Errors are answered in one form with a `code`, so a new status of an error breaks nobody.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from entrypoints.http.schema_compatibility import Direction, SchemaChange, resolved, schema_changes

Document = Mapping[str, Any]
CALLERS: Final = "all callers"
SENDERS: Final = "who sends it"
READERS: Final = "who reads it"
GENERATED: Final = "generated clients"
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PLACE: Final = re.compile(r"\{[^}]*\}")
_WHOM: Final = {Direction.SENT: SENDERS, Direction.READ: READERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakingChange:
    """One thing that breaks.

    `where` is the parameter, the status or the field (`BookResponse/price`), `what` has become of it, `whom` it breaks,
    and `operations` are those that it is part of, such as `GET /v1/books`.
    """

    where: str
    what: str
    whom: str
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Break:
    where: str
    what: str
    whom: str


def breaking_changes(old: Document, new: Document) -> list[BreakingChange]:
    """What `new` breaks, in the order of the old document; what is shared by several operations is told once."""
    found: dict[_Break, list[str]] = {}
    for name, broken in _Documents(old, new).breaks():
        names = found.setdefault(broken, [])
        if name not in names:
            names.append(name)
    return [
        BreakingChange(where=one.where, what=one.what, whom=one.whom, operations=tuple(names))
        for one, names in found.items()
    ]


@dataclass(frozen=True, slots=True)
class _Documents:
    """Both documents, and the walk through them."""

    old: Document
    new: Document

    def breaks(self) -> Iterator[tuple[str, _Break]]:
        news = {_shape(path): path for path in self.new.get("paths", {})}
        for path, item in self.old.get("paths", {}).items():
            before = resolved(self.old, item)[1]
            methods = [method for method in _METHODS if method in before]
            if _shape(path) not in news:
                for method in methods:
                    yield f"{method.upper()} {path}", _Break("path", "is no longer there", CALLERS)
                continue
            after = resolved(self.new, self.new["paths"][news[_shape(path)]])[1]
            for method in methods:
                name = f"{method.upper()} {path}"
                if method not in after:
                    yield name, _Break("operation", "is no longer there", CALLERS)
                    continue
                for broken in self._operation(path, news[_shape(path)], (before, method), (after, method)):
                    yield name, broken

    def _operation(
        self, path: str, new_path: str, before: tuple[Document, str], after: tuple[Document, str]
    ) -> Iterator[_Break]:
        old, new = before[0][before[1]], after[0][after[1]]
        if old.get("operationId") != new.get("operationId"):
            now = f"is {new['operationId']}" if "operationId" in new else "is gone"
            yield _Break("operationId", f"was {old.get('operationId')} and {now}", GENERATED)
        renamed = dict(zip(_PLACE.findall(path), _PLACE.findall(new_path), strict=True))
        for was, now in renamed.items():
            if was != now:
                yield _Break(f"path parameter {was.strip('{}')}", f"is called {now.strip('{}')}", GENERATED)
        olds = _parameters(self.old, before[0], old)
        names = {was.strip("{}"): now.strip("{}") for was, now in renamed.items()}
        olds = {(place, names.get(name, name) if place == "path" else name): one for (place, name), one in olds.items()}
        yield from self._parameters(olds, _parameters(self.new, after[0], new))
        yield from self._body(old, new)
        yield from self._responses(old, new)
        yield from self._security(old, new)

    def _parameters(
        self, olds: Mapping[tuple[str, str], Document], news: Mapping[tuple[str, str], Document]
    ) -> Iterator[_Break]:
        for key, old in olds.items():
            where = " parameter ".join(key)
            if key not in news:
                yield _Break(where, "is no longer taken", SENDERS)
                continue
            new = news[key]
            if new.get("required", False) and not old.get("required", False):
                yield _Break(where, "is required now", CALLERS)
            for setting in ("style", "explode", "allowReserved"):
                if old.get(setting) != new.get(setting):
                    yield _Break(where, f"{setting} was {old.get(setting)} and is {new.get(setting)}", SENDERS)
            yield from self._schema(old.get("schema", {}), new.get("schema", {}), where, Direction.SENT)
            yield from self._content(old, new, where, Direction.SENT)
        for key, new in news.items():
            if key not in olds and new.get("required", False):
                yield _Break(" parameter ".join(key), "is new and required", CALLERS)

    def _body(self, old: Document, new: Document) -> Iterator[_Break]:
        before = resolved(self.old, old.get("requestBody", {}))[1]
        after = resolved(self.new, new.get("requestBody", {}))[1]
        if before and not after:
            yield _Break("body", "is no longer taken", SENDERS)
        elif after.get("required", False) and not before.get("required", False):
            yield _Break("body", "is required now", CALLERS)
        if before and after:
            yield from self._content(before, after, "body", Direction.SENT)

    def _responses(self, old: Document, new: Document) -> Iterator[_Break]:
        befores, afters = old.get("responses", {}), new.get("responses", {})
        for status, response in befores.items():
            where = f"status {status}"
            if status not in afters:
                yield _Break(where, "is no longer answered", READERS)
                continue
            before = resolved(self.old, response)[1]
            after = resolved(self.new, afters[status])[1]
            yield from self._headers(before, after, where)
            yield from self._content(before, after, where, Direction.READ)

    def _headers(self, before: Document, after: Document, where: str) -> Iterator[_Break]:
        news = {name.lower(): header for name, header in after.get("headers", {}).items()}
        for name, header in before.get("headers", {}).items():
            place = f"{where} header {name}"
            if name.lower() not in news:
                yield _Break(place, "is no longer there", READERS)
                continue
            old, new = resolved(self.old, header)[1], resolved(self.new, news[name.lower()])[1]
            if old.get("required", False) and not new.get("required", False):
                yield _Break(place, "may be left out now", READERS)
            yield from self._schema(old.get("schema", {}), new.get("schema", {}), place, Direction.READ)

    def _content(self, before: Document, after: Document, where: str, direction: Direction) -> Iterator[_Break]:
        afters = after.get("content", {})
        for media_type, content in before.get("content", {}).items():
            if media_type not in afters:
                gone = "taken" if direction is Direction.SENT else "answered"
                yield _Break(f"{where} {media_type}", f"is no longer {gone}", _WHOM[direction])
            else:
                new = afters[media_type].get("schema", {})
                yield from self._schema(content.get("schema", {}), new, f"{where} {media_type}", direction)

    def _schema(self, old: Any, new: Any, where: str, direction: Direction) -> Iterator[_Break]:
        changes: list[SchemaChange] = schema_changes(
            old, new, where, documents=(self.old, self.new), direction=direction
        )
        for one in changes:
            yield _Break(one.place, one.what, _WHOM[direction])

    def _security(self, old: Document, new: Document) -> Iterator[_Break]:
        """Whoever was let in by one of the old ways has to be let in by one of the new ones."""
        befores = old.get("security", self.old.get("security", [])) or [{}]
        afters = new.get("security", self.new.get("security", [])) or [{}]
        for before in befores:
            if not any(_admits(after, before) for after in afters):
                ways = " and ".join(sorted(before)) or "no authentication"
                yield _Break("security", f"{ways} is no longer enough", CALLERS)


def _admits(after: Mapping[str, list[str]], before: Mapping[str, list[str]]) -> bool:
    return all(scheme in before and set(scopes) <= set(before[scheme]) for scheme, scopes in after.items())


def _parameters(document: Document, item: Document, operation: Document) -> dict[tuple[str, str], Document]:
    """Those of the path and of the operation by place and name; names of headers know no case."""
    found = {}
    for given in (*item.get("parameters", ()), *operation.get("parameters", ())):
        one = resolved(document, given)[1]
        found[one["in"], one["name"].lower() if one["in"] == "header" else one["name"]] = one
    return found


def _shape(path: str) -> str:
    """A path without the names of its parameters, which no URL shows."""
    return _PLACE.sub("{}", path)
