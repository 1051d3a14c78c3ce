"""Reports as CSV and as newline-delimited JSON: their main list, or the one row that they are."""

import re
from collections.abc import Iterator

import msgspec

from application.ports.report_files import Column, Kind, TabularReport, cell_text
from domain.shared.text import reads_as_formula

_ROWS = 1_000
_QUOTE, _NOTHING = '"', '""'
_SPECIAL = re.compile(r'[",\r\n]')
# What a person wrote, or may have. A number is left one, a negative one too.
_PLAIN = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.ID})
_WRITTEN = frozenset({Kind.TEXT, Kind.LIST, Kind.JSON})


class CsvReport:
    """UTF-8, a header, and a row a line; None is nothing, as the empty text is.

    Text that a spreadsheet would take for a formula begins with a single quote more.
    """

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """A piece is a thousand rows."""
        columns, rows = report.main.columns, report.main.rows
        yield _lines([[defused(column.name) for column in columns]])
        for start in range(0, len(rows), _ROWS):
            yield _lines([[_cell(column, row) for column in columns] for row in rows[start : start + _ROWS]])


class NdjsonReport:
    """A JSON object a line, as the JSON of the answer has it."""

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """A piece is a thousand rows."""
        rows, encode = report.main.rows, msgspec.json.Encoder().encode
        for start in range(0, len(rows), _ROWS):
            yield b"".join([encode(row) + b"\n" for row in rows[start : start + _ROWS]])


def defused(text: str) -> str:
    """`text` as no formula: what `reads_as_formula` has a single quote before it."""
    return f"'{text}" if reads_as_formula(text) else text


def _cell(column: Column, row: object) -> str:
    value = column.read(row)
    if column.kind not in _WRITTEN:
        return str(value) if column.kind in _PLAIN and value is not None else cell_text(column, value)
    return defused(value if type(value) is str else cell_text(column, value))


def _lines(rows: list[list[str]]) -> bytes:
    # A line without anything would be none to most readers.
    return "".join([f"{','.join(map(_field, row)) or _NOTHING}\n" for row in rows]).encode()


def _field(text: str) -> str:
    """As RFC 4180 has it. The standard library (3.11) leaves a bare CR unquoted, where most readers end the row."""
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _SPECIAL.search(text) else text
