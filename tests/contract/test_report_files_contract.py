"""Every form of files gives back what was written, exactly, and holds no formula."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from adapters.arrow.report_files import ArrowReport, ParquetReport
from adapters.text.report_files import CsvReport, NdjsonReport
from adapters.xlsx.report_files import CELL_CHARACTERS, SHEET_ROWS, XlsxReport
from application.analytics.tables import columns_of
from application.ports.report_files import Kind, ReportFormat, Table, TabularReport, cell_text
from domain.shared.text import reads_as_formula

ABOUT = {
    "report": "anything",
    "as_of": "2026-02-01",
    "watermark": "4",
    "parameters.tz": "Europe/Berlin",
    "answer.n": "3",
}
SOME_ID = UUID("01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e01")
# What each of these does in a spreadsheet that takes it for a formula: OWASP, CSV injection; CWE-1236; ASVS 1.2.10.
FORMULAS = [
    "=1+1",
    "+49 30 1234",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    " =1",
    "\u200b=1",
    "'=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    '=1","=2',
]
PLAIN = ["", "O'Brien", "'t Hooft", "naïve; 北京 😀", 'a "quoted", one', "two\nlines", "1-2", "007", " ", "true"]


class Mood(StrEnum):
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    text: str | None
    mood: Mood
    whole: int | None
    amount: Decimal | None
    either: Decimal | float | int
    ratio: float | None
    flag: bool | None
    day: date | None
    moment: datetime | None
    id: UUID | None
    words: Sequence[str]
    numbers: Sequence[float]
    inner: Inner | None
    records: Sequence[Inner]
    mapping: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    name: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    name: str | None


def row(**changes: Any) -> Row:
    plain: dict[str, Any] = {
        "text": "plain",
        "mood": Mood.GOOD,
        "whole": 3,
        "amount": Decimal("19.99"),
        "either": 4,
        "ratio": 0.333333333333,
        "flag": True,
        "day": date(2026, 1, 31),
        "moment": datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC),
        "id": SOME_ID,
        "words": ["one", "two"],
        "numbers": [1.5, 2.0],
        "inner": Inner(name="inside", amount=Decimal("0.5000")),
        "records": [Inner(name="first", amount=Decimal("1.25")), Inner(name="second", amount=None)],
        "mapping": {"a": 1},
    }
    return Row(**(plain | changes))


NOTHING = {name.name: None for name in fields(Row)} | {
    "mood": Mood.GOOD,
    "either": Decimal("0.00"),
    "words": [],
    "numbers": [],
    "records": [],
    "mapping": {},
}
AMOUNTS = ["-0.01", "-1234.5", "0", "0.0001", "9999999999999.9999", "10000000000000", "0.333333333333", "1E+2"]


def report(rows: Sequence[Any], kind: type = Row, others: Sequence[Table] = ()) -> TabularReport:
    main = Table(name="rows", columns=columns_of(kind), rows=rows)
    return TabularReport(title="Anything", about=ABOUT, main=main, others=others)


def written(form: ReportFormat, given: TabularReport) -> bytes:
    return b"".join(form.write(given))


# How each form is read, by somebody else's reader: rows of plain values by column.
Rows = list[dict[str, Any]]


def unquoted(text: str) -> str:
    """As the documentation says: one quote less where a quote was put before what reads as a formula."""
    return text[1:] if text.startswith("'") and reads_as_formula(text[1:]) else text


def from_csv(data: bytes) -> Rows:
    return [
        {name: unquoted(text) for name, text in one.items()}
        for one in csv.DictReader(io.StringIO(data.decode(), newline=""))
    ]


def from_ndjson(data: bytes) -> Rows:
    return [json.loads(line) for line in data.splitlines()]


def from_parquet(data: bytes) -> Rows:
    found: Rows = parquet.read_table(io.BytesIO(data)).to_pylist()
    return found


def from_arrow(data: bytes) -> Rows:
    found: Rows = pa.ipc.open_stream(io.BytesIO(data)).read_all().to_pylist()
    return found


def lines_of(book: python_calamine.CalamineWorkbook, sheet: str) -> list[list[Any]]:
    found: list[list[Any]] = [*book.get_sheet_by_name(sheet).to_python()]
    return found


def from_xlsx(data: bytes) -> Rows:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    head, *lines = lines_of(book, book.sheet_names[0])
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def as_text(kind: type, row: Any) -> dict[str, Any]:
    return {column.name: cell_text(column, column.read(row)) for column in columns_of(kind)}


def as_json(_kind: type, row: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(row))
    return found


def as_values(kind: type, row: Any) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        match value:
            case UUID() | Mood():
                return str(value)
            case Mapping():
                return msgspec.json.encode(value).decode()
            case Inner():
                return {"name": value.name, "amount": value.amount}
            case list() | tuple():
                return [plain(one) for one in value]
        return value

    read = {column: column.read(row) for column in columns_of(kind)}
    return {
        column.name: Decimal(repr(value)) if column.kind is Kind.DECIMAL and isinstance(value, float) else plain(value)
        for column, value in read.items()
    }


def as_cells(kind: type, row: Any) -> dict[str, Any]:
    """Numbers of up to fifteen digits are numbers; a cell without a value is read as the empty text."""

    def plain(column: Any) -> Any:
        value = column.read(row)
        if isinstance(value, bool | float):
            return value
        if isinstance(value, int | Decimal) and len(Decimal(value).normalize().as_tuple().digits) <= 15:
            return float(value)
        if isinstance(value, datetime):
            return value.replace(tzinfo=None)
        return value if isinstance(value, date) else cell_text(column, value)

    return {column.name: plain(column) for column in columns_of(kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    make: Callable[[], ReportFormat]
    read: Callable[[bytes], Rows]
    expected: Callable[[type, Any], dict[str, Any]]


FORMS = [
    pytest.param(Form(make=CsvReport, read=from_csv, expected=as_text), id="csv"),
    pytest.param(Form(make=NdjsonReport, read=from_ndjson, expected=as_json), id="ndjson"),
    pytest.param(Form(make=ParquetReport, read=from_parquet, expected=as_values), id="parquet"),
    pytest.param(Form(make=ArrowReport, read=from_arrow, expected=as_values), id="arrow"),
    pytest.param(Form(make=XlsxReport, read=from_xlsx, expected=as_cells), id="xlsx"),
]
every_form = pytest.mark.parametrize("form", FORMS)


@every_form
def test_every_kind_of_value_comes_back(form: Form) -> None:
    rows = [row(), row(**NOTHING), row(words=["a; b", "c"], whole=-5, flag=False)]
    assert form.read(written(form.make(), report(rows))) == [form.expected(Row, one) for one in rows]


@every_form
def test_amounts_are_exact_and_stay_numbers(form: Form) -> None:
    rows = [row(amount=Decimal(amount), either=Decimal(amount)) for amount in AMOUNTS]
    assert form.read(written(form.make(), report(rows))) == [form.expected(Row, one) for one in rows]


@every_form
def test_ratios_among_amounts_are_what_they_are_written_as(form: Form) -> None:
    rows = [row(either=one) for one in (0.642857142857, 0.1, -2.5, 1e-05, 3, Decimal("32.178"))]
    assert form.read(written(form.make(), report(rows))) == [form.expected(Row, one) for one in rows]


@every_form
def test_text_is_what_it_was_and_no_formula(form: Form) -> None:
    rows = [row(text=text, words=[text], mapping={text: 1}) for text in (*FORMULAS, *PLAIN)]
    assert form.read(written(form.make(), report(rows))) == [form.expected(Row, one) for one in rows]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            row,
            text=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            whole=st.none() | st.integers(-(2**63), 2**63 - 1),
            amount=st.none() | st.decimals("-1e13", "1e13", places=4, allow_nan=False),
            ratio=st.none() | st.floats(allow_nan=False, allow_infinity=False).map(lambda one: float(f"{one:.12g}")),
            day=st.none() | st.dates(date(1900, 3, 1)),
        ),
        max_size=5,
    )
)
@pytest.mark.parametrize("form", [one for one in FORMS if one.id != "xlsx"])
def test_any_rows_come_back(form: Form, rows: list[Row]) -> None:
    assert form.read(written(form.make(), report(rows))) == [form.expected(Row, one) for one in rows]


@every_form
def test_many_rows_come_in_pieces_and_none_is_lost(form: Form) -> None:
    rows = [Point(name=f"n{number}", value=number) for number in range(100_001)]
    pieces = list(form.make().write(report(rows, Point)))
    assert len(pieces) >= 3
    back = form.read(b"".join(pieces))
    assert [int(one["value"]) for one in back] == list(range(100_001))


def test_a_row_of_nothing_is_a_line_of_csv() -> None:
    rows = [Name(name=None), Name(name="x"), Name(name=None)]
    assert from_csv(written(CsvReport(), report(rows, Name))) == [{"name": ""}, {"name": "x"}, {"name": ""}]


@every_form
def test_no_rows_are_a_file_all_the_same(form: Form) -> None:
    assert form.read(written(form.make(), report([]))) == []


@every_form
def test_the_same_report_is_the_same_bytes(form: Form) -> None:
    given = report([row(), row(text="=1")], others=[Table(name="more", columns=columns_of(Point), rows=[])])
    assert written(form.make(), given) == written(form.make(), given)


@every_form
def test_a_reader_that_stops_leaves_nothing_behind(form: Form, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = form.make().write(report([Point(name="a" * 30, value=number) for number in range(60_000)], Point))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # every form is a generator
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_that_opens_the_csv_meets_no_formula(text: str) -> None:
    data = written(CsvReport(), report([Point(name=text, value=-5)], Point)).decode()
    (cells,) = list(csv.reader(io.StringIO(data, newline="")))[1:]
    assert cells == [f"'{text}", "-5"]


def test_a_workbook_has_formulas_nowhere_and_says_which_cells_are_text() -> None:
    others = [Table(name="=1+1", columns=columns_of(Point), rows=[Point(name="@x", value=1)])]
    data = written(XlsxReport(), report([row(text=text) for text in FORMULAS], others=others))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        styles = packed.read("xl/styles.xml").decode()
    assert len(sheets) == 3
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    quoted = re.findall(r'<xf [^>]*quotePrefix="1"', styles)
    assert len(quoted) == 1


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.xlsx.report_files.SHEET_ROWS", 4)
    others = [Table(name="Rows", columns=columns_of(Point), rows=[Point(name="x", value=9)])]
    data = written(XlsxReport(), report([Point(name="n", value=number) for number in range(7)], Point, others))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["rows", "rows (2)", "rows (3)", "Rows (4)", "about"]
    parts = [lines_of(book, name) for name in book.sheet_names[:3]]
    assert [part[0] for part in parts] == [["name", "value"]] * 3
    assert [line[1] for part in parts for line in part[1:]] == list(range(7))


@pytest.mark.long
def test_more_rows_than_a_sheet_of_excel_holds_are_all_there() -> None:
    count = SHEET_ROWS + 1_000
    data = written(XlsxReport(), report([Point(name="n", value=number) for number in range(count)], Point))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["rows", "rows (2)", "about"]
    first, second = (lines_of(book, name) for name in book.sheet_names[:2])
    assert (len(first), len(second)) == (SHEET_ROWS, 1_002)
    assert [int(line[1]) for line in (*first[1:], *second[1:])] == list(range(count))


def test_a_text_that_no_cell_holds_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="ask for another format"):
        written(XlsxReport(), report([Point(name="x" * (CELL_CHARACTERS + 1), value=1)], Point))
    assert written(XlsxReport(), report([Point(name="x" * CELL_CHARACTERS, value=1)], Point))


def test_what_a_file_says_of_itself() -> None:
    others = [Table(name="more", columns=columns_of(Point), rows=[Point(name="x", value=9)])]
    given = report([row()], others=others)
    expected = {f"daybook.{name}": text for name, text in {"title": "Anything", **ABOUT}.items()}
    expected["daybook.answer.more"] = '[{"name":"x","value":9}]'
    for schema in (
        parquet.read_schema(io.BytesIO(written(ParquetReport(), given))),
        pa.ipc.open_stream(io.BytesIO(written(ArrowReport(), given))).schema,
    ):
        assert {key.decode(): text.decode() for key, text in schema.metadata.items()} == expected
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(written(XlsxReport(), given)))
    assert book.sheet_names == ["rows", "more", "about"]
    assert dict(lines_of(book, "about")) == {"title": "Anything", **ABOUT}
    assert lines_of(book, "more") == [["name", "value"], ["x", 9.0]]


def test_the_types_of_arrow_do_not_hang_on_the_rows() -> None:
    def types(rows: Sequence[Row]) -> dict[str, str]:
        schema = parquet.read_schema(io.BytesIO(written(ParquetReport(), report(rows))))
        return {field.name: str(field.type) for field in schema}

    empty = types([])
    assert types([row()]) == empty
    assert (empty["amount"], empty["day"], empty["moment"]) == (
        "decimal128(38, 4)",
        "date32[day]",
        "timestamp[us, tz=UTC]",
    )
    assert types([row(amount=Decimal("0.333333333333"))])["amount"] == "decimal128(38, 16)"
    assert types([row(amount=Decimal("1E-20"))])["amount"] == "decimal128(38, 20)"


def test_times_are_told_in_utc() -> None:
    there = row(moment=datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(microseconds=1))
    assert from_parquet(written(ParquetReport(), report([there])))[0]["moment"] == there.moment
