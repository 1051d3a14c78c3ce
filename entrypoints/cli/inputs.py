"""What was typed, as the commands and questions of the application."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from cyclopts import Parameter, Token
from msgspec import Struct

from application.decoding import convert, decode
from application.listing import Listing, ListSpec, read_listing
from entrypoints.cli.exits import UsageError
from entrypoints.projection import Projection

T = TypeVar("T")
IdArgument = Annotated[UUID, Parameter(help="Its id.")]
PriceOption = Annotated[str | None, Parameter(help='An amount and its currency, such as "19.99 EUR".')]
DateOption = Annotated[str | None, Parameter(help="A day, a month or a year, kept as precise as given.")]
TimeOption = Annotated[str | None, Parameter(help="RFC 3339 with its offset; now when it is not given.")]
ReferenceOption = Annotated[
    str | None, Parameter(help="The number another system gave it; unique among those of its channel.")
]
JsonOption = Annotated[
    str | None,
    Parameter(allow_leading_hyphen=True, help="A file with the JSON of the HTTP API; - is standard input."),
]
UnsetOption = Annotated[
    tuple[str, ...], Parameter(negative="", help="A field to take the value away from; may be repeated.")
]
QueryOption = Annotated[str | None, Parameter(name="--q", help="Words to be found, whatever their case and accents.")]
SortOption = Annotated[
    str | None,
    Parameter(allow_leading_hyphen=True, help="Fields with commas between, - reverses: --sort -created_at,title."),
]
LimitOption = Annotated[str | None, Parameter(help="How many, 1 to 100.")]
CursorOption = Annotated[str | None, Parameter(help="next_cursor of the page before.")]
DeletedOption = Annotated[bool, Parameter(negative="", help="Deleted ones too.")]
TotalOption = Annotated[bool, Parameter(negative="", help="Also count how many there are in all.")]
FieldsOption = Annotated[
    str | None,
    Parameter(help="Show these fields only, with commas between, by their names in the JSON of the HTTP API."),
]
ExpandOption = Annotated[str | None, Parameter(help="Related objects to show too, with commas between.")]


def whole_number(_kind: type, tokens: Sequence[Token]) -> int:
    """A whole number and nothing else: left to itself the command line takes 1.5 for 2."""
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f"{text} is not a whole number")
    return int(text)


def listing(spec: ListSpec, filters: Mapping[str, str], **asked: str | bool | None) -> Listing:
    """A page of a list. `filters` are parameters of the HTTP API by name. Raises BadQuery."""
    pairs = [(name.replace("-", "_"), text) for name, text in filters.items()]
    for name, value in asked.items():
        if value is True:
            pairs.append(("include", "total") if name == "total" else (name, "true"))
        elif isinstance(value, str):
            pairs.append((name, value))
    return read_listing(spec, pairs)


def related(spec: ListSpec, expand: str | None) -> frozenset[str]:
    """What `--expand` asks of one record. Raises BadQuery."""
    return read_listing(spec, [] if expand is None else [("expand", expand)]).expand


def only(model: type[Struct], fields: str | None) -> Projection | None:
    """What `--fields` leaves of records of this kind. Raises BadQuery."""
    return None if fields is None else Projection(model, fields)


def command(kind: type[T], json: str | None, fields: Mapping[str, Any], unset: Sequence[str] = ()) -> T:
    """A command from the JSON of the HTTP API, or from options. Raises Invalid, Malformed or UsageError."""
    given = {name: value for name, value in fields.items() if value not in (None, ())}
    given |= dict.fromkeys(unset)
    if json is None:
        return convert(kind, given)
    if given:
        raise UsageError("give --json or the single options, not both")
    return decode(kind, _read(json))


def money(text: str | None) -> dict[str, str] | None:
    """`19.99 EUR` as the JSON of the HTTP API. Raises UsageError."""
    if text is None:
        return None
    amount, _, currency = text.strip().partition(" ")
    if not currency:
        raise UsageError(f"an amount needs its currency, such as '19.99 EUR', not {text!r}")
    return {"amount": amount, "currency": currency.strip()}


def pairs(texts: Sequence[str]) -> dict[str, str] | None:
    """`name=value` texts as a mapping; None without any. Raises UsageError."""
    found = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError(f"must be name=value, not {text!r}")
        found[name] = value
    return found or None


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def read_lines(path: str) -> list[Any]:
    """What each line of a file says in JSON, blank lines left out. Raises UsageError that names a line that is none."""
    found = []
    for number, text in enumerate(_read(path).splitlines(), start=1):
        if text.strip():
            try:
                found.append(msgspec.json.decode(text))
            except (msgspec.DecodeError, RecursionError) as error:
                raise UsageError(f"line {number} of {path} is not JSON: {error}") from error
    if not found:
        raise UsageError(f"{path} has no lines")
    return found
