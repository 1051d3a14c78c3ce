"""Reports as workbooks: a sheet that says what it is, the main list, and the other lists of the answer.

A list goes on in another sheet where one is full. Numbers are numbers, days are days; a number of more digits than a
spreadsheet's number holds is text, so that none is rounded.
"""

import math
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it brings no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # it brings no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # it brings no types

from application.ports.report_files import Column, Kind, Table, TabularReport, cell_text
from domain.shared.text import reads_as_formula

SHEET_ROWS: Final = 1_048_576
SHEET_COLUMNS: Final = 16_384
CELL_CHARACTERS: Final = 32_767
_PIECE = 65_536
# What a binary double gives back as it was given.
_DIGITS = 15
_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS: Mapping[Kind, int] = {Kind.TEXT: 28, Kind.ID: 38, Kind.LIST: 40, Kind.JSON: 40, Kind.DAY: 12, Kind.MOMENT: 20}
# As many places as there are, and at least those that prices have.
_FORMATS = {"amount": "#,##0.00##############", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}


class XlsxReport:
    """Office Open XML. Times are in UTC."""

    def write(self, report: TabularReport) -> Iterator[bytes]:
        """Rows go to a temporary file as they are read; it is handed out in pieces of 64 KiB when all are there."""
        with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
            # No file of the library's own is left behind when writing is stopped in between.
            with Workbook(file, {**_OPTIONS, "tmpdir": folder}) as workbook:
                _Writing(workbook, report).all()
            file.seek(0)
            while piece := file.read(_PIECE):
                yield piece


class _Writing:
    """One report on its way into a workbook."""

    def __init__(self, workbook: Workbook, report: TabularReport) -> None:
        self._workbook = workbook
        self._report = report
        self._head = workbook.add_format({"bold": True, "bottom": 1})
        # The quote says that it is text, also after somebody edited the cell.
        self._quoted = workbook.add_format({"quote_prefix": True})
        self._kept = {name: workbook.add_format({"num_format": form}) for name, form in _FORMATS.items()}
        self._names: set[str] = set()

    def all(self) -> None:
        report = self._report
        made = datetime.combine(date.fromisoformat(report.about["as_of"]), datetime.min.time())
        self._workbook.set_properties({"title": report.title, "author": "Daybook", "created": made})
        self._table(report.main, without={other.name for other in report.others})
        for other in report.others:
            self._table(other)
        self._about()

    def _table(self, table: Table, without: Collection[str] = ()) -> None:
        columns = [column for column in table.columns if column.name not in without]
        rows = SHEET_ROWS - 1
        for start in range(0, max(len(table.rows), 1), rows):
            sheet = self._sheet(table.name, start // rows + 1)
            part = table.rows[start : start + rows]
            self._header(sheet, columns, len(part))
            for place, row in enumerate(part, start=1):
                for number, column in enumerate(columns):
                    self._cell(sheet, place, number, column, column.read(row))

    def _header(self, sheet: Worksheet, columns: Sequence[Column], rows: int) -> None:
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, rows, len(columns) - 1)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, max(_WIDTHS.get(column.kind, 10), len(column.name) + 4))
            self._text(sheet, 0, number, column.name, self._head)

    def _about(self) -> None:
        sheet = self._sheet("about", 1)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, 90)
        for place, (name, text) in enumerate({"title": self._report.title, **self._report.about}.items()):
            self._text(sheet, place, 0, name, self._head)
            self._text(sheet, place, 1, text)

    def _sheet(self, name: str, number: int) -> Worksheet:
        """A sheet of a name that there is not yet, which Excel compares without case."""
        while True:
            suffix = "" if number == 1 else f" ({number})"
            tried = f"{name.translate(_NOT_IN_NAMES)[: _NAME - len(suffix)]}{suffix}"
            if tried.lower() not in self._names:
                self._names.add(tried.lower())
                return self._workbook.add_worksheet(tried)
            number += 1

    def _cell(self, sheet: Worksheet, place: int, number: int, column: Column, value: Any) -> None:
        if value is None:
            return
        match column.kind:
            case Kind.INTEGER | Kind.DECIMAL if _is_exact(value):
                sheet.write_number(place, number, value, self._kept["amount"] if column.kind is Kind.DECIMAL else None)
            case Kind.NUMBER if math.isfinite(value):
                sheet.write_number(place, number, value)
            case Kind.DECIMAL if isinstance(value, float):
                sheet.write_number(place, number, value)
            case Kind.FLAG:
                sheet.write_boolean(place, number, value)
            case Kind.DAY:
                sheet.write_datetime(place, number, value, self._kept["day"])
            case Kind.MOMENT:
                plain = value.astimezone(UTC).replace(tzinfo=None)
                sheet.write_datetime(place, number, plain, self._kept["moment"])
            case _:
                self._text(sheet, place, number, cell_text(column, value))

    def _text(self, sheet: Worksheet, place: int, number: int, text: str, form: Format | None = None) -> None:
        if len(text) > CELL_CHARACTERS:
            message = f"a cell of a workbook holds {CELL_CHARACTERS:,} characters, and this text has {len(text):,}"
            raise ValueError(f"{message}: ask for another format")
        if form is None and reads_as_formula(text):
            form = self._quoted
        sheet.write_string(place, number, text, form)


def _is_exact(value: int | Decimal) -> bool:
    # Most are short as they stand, and taking zeros away takes time.
    digits = Decimal(value).as_tuple().digits
    return len(digits) <= _DIGITS or len(Decimal(value).normalize().as_tuple().digits) <= _DIGITS
