"""Reports as Parquet files and as Arrow IPC streams: their main list, or the one row that they are.

What else there is to say stands in the metadata of the schema, under `daybook.` and the name.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
from pyarrow import parquet

from application.ports.report_files import Column, Kind, TabularReport, cell_text

_ROWS = 50_000
_DIGITS = 38
# Of decimals: as many places as amounts have in a store; as means to twelve digits have; else as many as are there.
_SCALES = (4, 16)
_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.ID: pa.string(),
    Kind.JSON: pa.string(),
}
_AS_THEY_ARE = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.FLAG, Kind.DAY, Kind.MOMENT})


class ParquetReport:
    """Compressed with zstd, a row group for fifty thousand rows."""

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """A piece is a row group."""
        schema = _schema(report)
        sink = _Sink()
        return _pieces(report, schema, sink, parquet.ParquetWriter(sink, schema, compression="zstd"))


class ArrowReport:
    """The streaming form, which is read from its beginning as it comes."""

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """A piece is a record batch."""
        schema = _schema(report)
        sink = _Sink()
        return _pieces(report, schema, sink, pa.ipc.new_stream(sink, schema))


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found = b"".join(self._written)
        self._written.clear()
        return found


def _pieces(
    report: TabularReport, schema: pa.Schema, sink: _Sink, opened: AbstractContextManager[Any]
) -> Iterator[bytes]:
    columns, rows = report.main.columns, report.main.rows
    with opened as writer:
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            arrays = [pa.array(_values(column, part), kind) for column, kind in zip(columns, schema.types, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _values(column: Column, rows: Sequence[Any]) -> list[Any]:
    if column.kind in _AS_THEY_ARE:
        return list(map(column.read, rows))
    return [_value(column, column.read(row)) for row in rows]


def _schema(report: TabularReport) -> pa.Schema:
    table = report.main
    own = {column.name for column in table.columns}
    about = dict(report.about) | {
        f"answer.{other.name}": msgspec.json.encode(other.rows).decode()
        for other in report.others
        if other.name not in own
    }
    return pa.schema(
        [(column.name, _type(column, (column.read(row) for row in table.rows))) for column in table.columns],
        metadata={f"daybook.{name}": text for name, text in {"title": report.title, **about}.items()},
    )


def _type(column: Column, values: Iterable[Any]) -> pa.DataType:
    match column.kind:
        case Kind.DECIMAL:
            return pa.decimal128(_DIGITS, _scale(values))
        case Kind.LIST:
            (item,) = column.inner
            return pa.list_(_type(item, (one for value in values for one in value or ())))
        case Kind.RECORD:
            there = list(values)
            return pa.struct([(one.name, _type(one, (one.read(value) for value in there))) for one in column.inner])
    return _TYPES[column.kind]


def _scale(values: Iterable[Decimal | float | None]) -> int:
    needed = max((_places(_decimal(value)) for value in values if isinstance(value, Decimal | float)), default=0)
    return next((scale for scale in _SCALES if scale >= needed), needed)


def _decimal(value: Decimal | float) -> Decimal:
    """A float is the number that it is written as, here as in JSON."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    match column.kind:
        case Kind.TEXT | Kind.ID | Kind.JSON:
            return cell_text(column, value)
        case Kind.LIST:
            return [_value(column.inner[0], one) for one in value]
        case Kind.RECORD:
            return {one.name: _value(one, one.read(value)) for one in column.inner}
        case Kind.DECIMAL:
            return _decimal(value)
    return value
