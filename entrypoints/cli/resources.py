"""The commands that kinds of records have in common: list, get, delete and restore."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cyclopts import App
from msgspec import Struct

from application.listing import ListSpec
from entrypoints.cli.inputs import (
    CursorOption,
    DeletedOption,
    ExpandOption,
    FieldsOption,
    IdArgument,
    LimitOption,
    QueryOption,
    SortOption,
    TotalOption,
    listing,
    only,
    related,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, use
from entrypoints.services import Services

# Parameters of HTTP whose names options of every list have already.
_TAKEN = frozenset({"format"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of record: `one` is what a single one is called, `columns` are those of a table.

    Each method adds a command to the group; `about` is its help. What the list of the kind does not take (words to
    be found, deleted ones, related records) is no option of its commands either.
    """

    group: App
    one: str
    service: Callable[[Services], Any]
    model: type[Struct]
    spec: ListSpec
    columns: Sequence[str]

    def lists(self, about: str) -> None:
        """Adds `list`, whose help ends with the filters there are."""

        def list_page(
            *,
            q: QueryOption = None,
            sort: SortOption = None,
            limit: LimitOption = None,
            cursor: CursorOption = None,
            include_deleted: DeletedOption = False,
            total: TotalOption = False,
            expand: ExpandOption = None,
            fields: FieldsOption = None,
            format: FormatOption = "table",  # noqa: A002  # the name of the option
            **filters: str,
        ) -> None:
            asked = listing(
                self.spec,
                filters,
                q=q,
                sort=sort,
                limit=limit,
                cursor=cursor,
                include_deleted=include_deleted,
                total=total,
                expand=expand,
            )
            found = use(lambda services: self.service(services).list(asked))
            show(found, format, columns=self.columns, fields=only(self.model, fields))

        self._add("list", list_page, f"{inspect.cleandoc(about)}\n\n{filters_of(self.spec)}")

    def gets(self, about: str, *names: str) -> None:
        """Adds `get`, or what it is called by these names."""

        def get(
            record_id: IdArgument,
            /,
            *,
            include_deleted: DeletedOption = False,
            expand: ExpandOption = None,
            fields: FieldsOption = None,
            format: FormatOption = "table",  # noqa: A002  # the name of the option
        ) -> None:
            asked: dict[str, Any] = {"include_deleted": include_deleted} if self.spec.deletable else {}
            if self.spec.expansions:
                asked["expand"] = related(self.spec, expand)
            found = use(lambda services: self.service(services).get(record_id, **asked))
            show(found, format, fields=only(self.model, fields))

        self._add(names or "get", get, about)

    def deletes(self, about: str) -> None:
        """Adds `delete`."""

        def delete(record_id: IdArgument, /, *, version: VersionOption = None, yes: Yes = False) -> None:
            confirm(f"Delete the {self.one} {record_id}?", yes=yes)
            use(lambda services: self.service(services).delete(record_id, CALLER, version=version))
            message(f"deleted; `daybook {self.group.name[0]} restore {record_id}` brings it back")

        self._add("delete", delete, about)

    def restores(self, about: str) -> None:
        """Adds `restore`."""

        def restore(
            record_id: IdArgument,
            /,
            *,
            version: VersionOption = None,
            format: FormatOption = "table",  # noqa: A002  # the name of the option
        ) -> None:
            show(use(lambda services: self.service(services).restore(record_id, CALLER, version=version)), format)

        self._add("restore", restore, about)

    def _add(self, name: str | Sequence[str], command: Callable[..., None], about: str) -> None:
        takes = {"q": self.spec.searchable, "include_deleted": self.spec.deletable, "expand": self.spec.expansions}
        signature = inspect.signature(command)
        names = {"record_id": f"{self.one}_id"}
        kept = [
            one.replace(name=names.get(one.name, one.name))
            for one in signature.parameters.values()
            if takes.get(one.name, True)
        ]
        command.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]  # functions may have one
        self.group.command(command, name=name, help=inspect.cleandoc(about))


def filters_of(spec: ListSpec) -> str:
    """What a list may be asked for, as the help of a command tells it."""
    plain = [f"--{name}" for name, one in spec.filters.items() if name not in _TAKEN and not one.ranges]
    ranged = [f"--{name}" for name, one in spec.filters.items() if one.ranges]
    told = f"Filters are those of the HTTP API: {', '.join([*plain, *ranged])}"
    if not ranged:
        return f"{told}."
    which = "all" if not plain else f"the last {len(ranged)}" if len(ranged) > 1 else "the last"
    return f"{told}, {which} also with [gte], [gt], [lte] and [lt]."
