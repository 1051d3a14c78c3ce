"""Answers as tables: which of their parts are lists, and the columns of each, read from the types of the answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Struct

from application.analytics.models import Answer
from application.analytics.specs import ReportSpec
from application.ports.report_files import Column, Kind, Table, TabularReport, cell_text

# In this order, since a bool is an int, and a moment a date.
_KINDS: Sequence[tuple[type, Kind]] = (
    (bool, Kind.FLAG),
    (Enum, Kind.TEXT),
    (str, Kind.TEXT),
    (int, Kind.INTEGER),
    (float, Kind.NUMBER),
    (Decimal, Kind.DECIMAL),
    (datetime, Kind.MOMENT),
    (date, Kind.DAY),
    (UUID, Kind.ID),
)
_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL)


def tabular(spec: ReportSpec, answer: Answer[Any]) -> TabularReport:
    """The answer of a report as its tables.

    Lists of records become tables, and all else is told about them. The data of an answer may be a list itself.
    """
    data_type = get_args(spec.answer)[0]
    if isinstance(answer.data, list | tuple):
        main = Table(name=spec.name, columns=columns_of(data_type), rows=answer.data)
        return TabularReport(title=spec.definition.title, about=_head(answer), main=main)
    tables = {
        column.name: Table(name=column.name, columns=column.inner[0].inner, rows=column.read(answer.data) or ())
        for column in columns_of(data_type)
        if is_table(column)
    }
    beside = {
        f"answer.{column.name}": cell_text(column, column.read(answer.data))
        for column in columns_of(data_type)
        if not is_table(column)
    }
    if spec.rows is None:
        main, beside = Table(name=spec.name, columns=columns_of(data_type), rows=[answer.data]), {}
    else:
        main = tables.pop(spec.rows)
    return TabularReport(
        title=spec.definition.title, about=_head(answer) | beside, main=main, others=list(tables.values())
    )


@cache
def columns_of(owner: Any) -> tuple[Column, ...]:
    """The columns of a read model, an answer or a part of one. Raises TypeError for a kind of value without any."""
    return tuple(_columns(owner, ()))


def is_table(column: Column) -> bool:
    """Whether its values are lists of records."""
    return column.kind is Kind.LIST and column.inner[0].kind is Kind.RECORD


def _head(answer: Answer[Any]) -> dict[str, str]:
    """What makes an answer understood, and checked, as text by dotted names."""
    raw: Mapping[str, Any] = msgspec.to_builtins(answer.definition)
    found = {"report": answer.report}
    found |= {f"definition.{name}": str(value) for name, value in _leaves(raw)}
    found |= {f"parameters.{name}": "" if value is None else str(value) for name, value in answer.parameters.items()}
    found |= {"as_of": answer.as_of.isoformat(), "watermark": str(answer.watermark), "store": answer.store}
    return found | {"answer_digest": answer.answer_digest}


def _leaves(raw: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in raw.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _columns(owner: Any, path: tuple[str, ...]) -> Iterator[Column]:
    for name, hint in get_type_hints(owner, include_extras=True).items():
        kind, place = _present(hint), (*path, name)
        if _is_record(kind):
            yield from _columns(kind, place)
        else:
            yield _column(".".join(place), kind, _reader(place))


def _column(name: str, hint: Any, read: Any) -> Column:
    if _is_record(hint):
        return Column(name=name, kind=Kind.RECORD, read=read, inner=columns_of(hint))
    if get_origin(hint) in (list, tuple, Sequence):
        item = _column("item", _present(get_args(hint)[0]), _itself)
        return Column(name=name, kind=Kind.LIST, read=read, inner=(item,))
    return Column(name=name, kind=_kind(hint), read=read)


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is Literal:
        return Kind.TEXT
    if get_origin(hint) in (dict, Mapping):
        return Kind.JSON
    if get_origin(hint) in (Union, UnionType):
        # Of several kinds of numbers the last can hold all: a whole number is a number, and exact as a decimal.
        kinds = {_kind(one) for one in get_args(hint)}
        if kinds <= set(_NUMBERS):
            return max(kinds, key=_NUMBERS.index)
    for known, kind in _KINDS:
        if isinstance(hint, type) and issubclass(hint, known):
            return kind
    raise TypeError(f"no column holds {hint}")


def _present(hint: Any) -> Any:
    """What a value is when it is there."""
    if get_origin(hint) is Annotated:
        return _present(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        kept = [_present(one) for one in get_args(hint) if one is not NoneType]
        return Union[tuple(kept)]  # noqa: UP007  # made when it runs
    return hint


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Struct))


def _reader(path: tuple[str, ...]) -> Any:
    if len(path) == 1:
        return attrgetter(path[0])

    def read(row: Any) -> Any:
        for name in path:
            row = None if row is None else getattr(row, name)
        return row

    return read


def _itself(value: Any) -> Any:
    return value
