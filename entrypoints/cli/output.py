"""Answers on standard output, as a table for people or in a form for programs; messages on standard error."""

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from entrypoints.projection import Projection

Format = Literal["table", "json", "csv", "ndjson"]
FormatOption = Annotated[Format, Parameter(help="How the answer is shown; json is that of the HTTP API.")]
# Wide enough for a pipe not to cut anything.
_PIPE_WIDTH: Final = 10_000


def message(text: str) -> None:
    """One message for the person, on standard error."""
    print(text, file=sys.stderr, flush=True)


def show(answer: object, form: Format, *, columns: Sequence[str] = (), fields: Projection | None = None) -> None:
    """One answer: a record, a page of records (a Struct with `data`), or a list of records.

    `columns` are those of the table, by dotted names; without them it has all. `fields` are what is shown of each
    record, in every form.
    """
    if fields is not None:
        answer, columns = fields(answer), ()
    if form == "json":
        _write(as_json(answer))
        return
    rows = rows_of(answer)
    if form == "ndjson":
        _write(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    elif form == "csv":
        _write(_csv([flat(row) for row in rows]))
    elif isinstance(answer, list | tuple) or hasattr(answer, "data"):
        _table([flat(row) for row in rows], columns)
    else:
        _record(answer)


def as_json(answer: object) -> bytes:
    """The answer as HTTP has it, for people to read."""
    return msgspec.json.format(msgspec.json.encode(answer), indent=2) + b"\n"


def rows_of(answer: Any) -> Sequence[Any]:
    """The records of an answer."""
    if isinstance(answer, list | tuple):
        return answer
    data = getattr(answer, "data", None)
    return data if isinstance(data, list | tuple) else [answer]


def flat(record: object) -> dict[str, str]:
    """A record as one row of text: names of inner values are dotted, a price becomes `price` and `currency`, lists of
    words are joined with semicolons, and what is deeper stays JSON. Books and customers in this form can be imported.
    """
    raw = msgspec.json.decode(msgspec.json.encode(record))
    found: dict[str, str] = {}
    _flatten(raw, "", found)
    return found


def _flatten(raw: Mapping[str, Any], prefix: str, found: dict[str, str]) -> None:
    for name, value in raw.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            found[key] = str(value["amount"])
            found.setdefault("currency", str(value["currency"]))
        elif isinstance(value, dict) and name != "metadata":
            _flatten(value, f"{key}.", found)
        else:
            found[key] = _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) and ";" not in one for one in value):
        return "; ".join(value)
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else str(value)


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    if names:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def console() -> Console:
    """Standard output for tables. NO_COLOR is rich's own business."""
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(width=width, highlight=False)


def _table(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> None:
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if not columns or name in columns]
    names.sort(key=lambda name: columns.index(name) if columns else 0)
    if not rows:
        message("nothing found")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(row.get(name, "")) for name in names))
    _print(table)


def _record(record: object) -> None:
    """Names and values below each other, and then each list of records that it holds."""
    raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    inner = {name: value for name, value in raw.items() if _are_records(value)}
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in flat({name: value for name, value in raw.items() if name not in inner}).items():
        table.add_row(name, escape(value))
    _print(table)
    for name, rows in inner.items():
        _print(Text(f"\n{name}", style="bold"))
        _table([flat(row) for row in rows], ())


def _are_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _print(thing: Table | Text) -> None:
    out = console()
    with out.capture() as captured:
        out.print(thing)
    # Columns are filled up with blanks to the right, the last one too.
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
