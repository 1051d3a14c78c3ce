"""Reports as files: what a format is given, and what it makes of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Protocol

import msgspec


class Kind(StrEnum):
    """What the values of a column are; every one of them may be None.

    TEXT: str, or a StrEnum. INTEGER: int. DECIMAL: Decimal, exact. NUMBER: float. FLAG: bool. DAY: date. MOMENT:
    datetime with a zone. ID: UUID. LIST: a sequence, whose items the one inner column describes. RECORD (of a list
    only): an object with the inner columns. JSON: a mapping, told as JSON.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    ID = "id"
    LIST = "list"
    RECORD = "record"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its name (dotted where the value is an inner one), its kind, and how it is read from a row."""

    name: str
    kind: Kind
    read: Callable[[Any], Any]
    inner: tuple["Column", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows, which are read models that msgspec encodes, and the columns that may be read of each."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TabularReport:
    """A report to be written to a file.

    `about` is what was asked, of whom and when, and what the answer says beside its lists, as text by dotted names.
    `main` is the list that the report is asked for, `others` are the other lists of the answer.
    """

    title: str
    about: Mapping[str, str]
    main: Table
    others: Sequence[Table] = ()


def cell_text(column: Column, value: Any) -> str:
    """A value as text, the same in every file of text: words joined with semicolons, and what is deeper as JSON."""
    if value is None:
        return ""
    match column.kind:
        case Kind.FLAG:
            return "true" if value else "false"
        case Kind.NUMBER:
            return repr(float(value))
        case Kind.LIST:
            words = column.inner[0].kind is Kind.TEXT and all(";" not in one for one in value)
            return "; ".join(value) if words else msgspec.json.encode(value).decode()
        case Kind.JSON:
            return msgspec.json.encode(value).decode()
        case Kind.DAY | Kind.MOMENT:
            return str(value.isoformat())
    return str(value.value if isinstance(value, Enum) else value)


class ReportFormat(Protocol):
    """A form of files."""

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """The file, piece by piece, from the first to the last row, each value exact.

        Rows are read as the pieces are taken, so that there is never more than a piece of the file in memory. The same
        report gives the same bytes. What a spreadsheet would take for a formula is not one for it.
        """
        ...
