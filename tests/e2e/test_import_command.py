"""`daybook import` as a person or a script uses it, on PostgreSQL."""

import asyncio
import gzip
import json
import re
import signal
import time
from pathlib import Path

import asyncpg
import pytest

from application.imports.formats import FORMATS
from entrypoints.cli.main import run
from tests.support.builders import isbn
from tests.support.forked import Piped

ROOT = Path(__file__).parents[2]
OF_FILES = {"unreadable-file", "empty-file", "unknown-format", "repeated-column", "unknown-time-zone", "no-updates"}
OF_HTTP = {"invalid-date"}
BOOKS = f"isbn,title,author\n{isbn(1)},Middlemarch,George Eliot\n{isbn(2)},,George Eliot\nnone,A,B\n"


@pytest.fixture(autouse=True)
def _database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("STORAGE", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def books(tmp_path: Path) -> Path:
    path = tmp_path / "books.csv"
    path.write_text(BOOKS, encoding="utf-8")
    return path


def count(database_url: str, query: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(database_url)
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_a_summary_goes_to_standard_output_and_the_warning_beside_it(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(books)]) == 0
    shown = capsys.readouterr()
    assert "books.csv: books, 3 rows" in shown.out
    assert "1 created, 0 updated, 0 unchanged, 2 rejected" in shown.out
    assert "isbn-length" in shown.out
    assert shown.err == "warning: 2 of 3 rows were rejected; --report FILE.csv lists all of them\n"
    assert run(["import", str(books)]) == 0
    assert "0 created, 0 updated, 1 unchanged, 2 rejected" in capsys.readouterr().out


def test_json_is_for_scripts_and_strict_says_it_with_the_exit_code(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(books), "--output", "json", "--quiet", "--strict"]) == 1
    shown = capsys.readouterr()
    assert shown.err == ""
    summary = json.loads(shown.out)
    assert {name: summary[name] for name in ("format", "dry_run", "rows", "created", "rejected", "stored")} == {
        "format": "books",
        "dry_run": False,
        "rows": 3,
        "created": 1,
        "rejected": 2,
        "stored": {"books": 1, "authors": 1},
    }
    assert [(one["code"], one["rows"], one["examples"][0]["line"]) for one in summary["reasons"]] == [
        ("blank", 1, 3),
        ("isbn-length", 1, 4),
    ]


def test_a_dry_run_says_so_and_writes_nothing(
    books: Path, capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    assert run(["import", str(books), "--dry-run"]) == 0
    assert "dry run: nothing was written" in capsys.readouterr().out
    assert count(database_url, "SELECT count(*) FROM books") == 0


def test_a_report_has_every_rejected_row(books: Path, tmp_path: Path) -> None:
    assert run(["import", str(books), "--report", str(tmp_path / "rejected.csv")]) == 0
    assert (tmp_path / "rejected.csv").read_text(encoding="utf-8").splitlines() == [
        "line,code,message",
        '4,isbn-length,"isbn must have 10 or 13 digits, hyphens and spaces aside"',
        "3,blank,title must not be blank",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "missing.csv cannot be read: No such file or directory"),
        (["."], "cannot be read: Is a directory"),
        (["books.csv", "--tz", "Mars"], "tz: must be an IANA time zone"),
        (["books.csv", "--format", "marc"], "there is no format marc; there are: goodbooks, online-retail"),
        (["books.csv", "--format", "orders"], "for orders the header misses reference"),
        (["books.csv", "--report", "no/such/folder.csv"], "cannot be written: No such file or directory"),
        (["empty.csv"], "is empty"),
        (["other.csv"], "goodbooks (books of goodbooks-10k"),
    ],
)
def test_what_cannot_be_done_as_typed(
    books: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    books.with_name("empty.csv").write_bytes(b"")
    books.with_name("other.csv").write_text("one,two\n1,2\n", encoding="utf-8")
    assert run(["import", *arguments]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""


def test_a_header_alone_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.csv").write_text("isbn,title,author\r\n", encoding="utf-8")
    assert run(["import", "none.csv"]) == 0
    shown = capsys.readouterr()
    assert "books, 0 rows" in shown.out
    assert shown.err == ""


def test_a_file_that_breaks_off_is_an_error_after_the_rows_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    rows = "isbn,title,author\n" + "".join(f"{isbn(n)},Title {n * n * n},Author {n * 7919}\n" for n in range(3_000))
    whole = gzip.compress(rows.encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) * 2 // 3])
    assert run(["import", "cut.csv.gz"]) == 1
    shown = capsys.readouterr()
    kept = count(database_url, "SELECT count(*) FROM books")
    assert 500 < kept < 3_000
    assert f"{kept:,} created" in shown.out
    assert "error: cut.csv.gz breaks off or is damaged after line" in shown.err


def test_an_export_of_books_can_be_imported(books: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(["import", str(books)])
    capsys.readouterr()
    assert run(["books", "list", "--format", "csv"]) == 0
    (tmp_path / "export.csv").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["import", "export.csv"]) == 0
    assert "1 unchanged, 0 rejected" in capsys.readouterr().out


def test_every_column_and_every_code_is_documented() -> None:
    page = (ROOT / "docs/reference/csv.md").read_text(encoding="utf-8").lower()
    for one in FORMATS.values():
        assert f"## {one.name}" in page
        missing = [name for name in (*one.required, *one.any_of, *one.optional, *one.unread) if name not in page]
        assert not missing, one.name
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "application/imports").glob("*.py"))
    codes = re.findall(
        r'because\(\s*"([a-z0-9-]+)"|rejected\([\w.]+, "([a-z-]+)"|BadRecord\([\w.]+, "([a-z-]+)"', sources
    )
    of_rows = {code for found in codes for code in found if code} - OF_FILES - OF_HTTP
    assert len(of_rows) > 15
    assert not [code for code in of_rows if code not in page]


def test_standard_input_and_no_progress_bar_in_a_pipe() -> None:
    process = Piped("import", "-", "--strict")
    code, out, error = process.communicate(gzip.compress(f"isbn,title,author\n{isbn(1)},A,B\n".encode()))
    process.close()
    assert code == 0, error
    assert "standard input: books, 1 rows" in out
    assert error == ""


def test_killed_in_the_middle_and_run_again_it_completes_and_doubles_nothing(tmp_path: Path, database_url: str) -> None:
    orders, half = 2_000, 1_000
    header = "reference,placed_at,currency,sku,quantity,unit_price\n"
    lines = [f"W-{n},2026-01-31,EUR,MUG,1,7.50\nW-{n},2026-01-31,EUR,CUP,2,5.00\n" for n in range(orders)]
    path = tmp_path / "orders.csv"
    path.write_text(header + "".join(lines), encoding="utf-8")

    process = Piped("import", "-")
    process.stdin.write((header + "".join(lines[:half])).encode())
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not (kept := count(database_url, "SELECT count(*) FROM orders")):
        assert time.monotonic() < deadline, "nothing was kept before the input ended"
        time.sleep(0.05)
    process.close()
    kept = count(database_url, "SELECT count(*) FROM orders")
    assert 0 < kept < orders

    assert run(["import", str(path), "--quiet"]) == 0
    assert count(database_url, "SELECT count(*) FROM orders") == orders
    assert count(database_url, "SELECT count(*) FROM order_lines") == orders * 2
    assert count(database_url, "SELECT count(*) FROM events") == orders
    assert count(database_url, "SELECT count(DISTINCT reference) FROM orders") == orders


def test_ctrl_c_stops_at_once_and_says_what_was_done(database_url: str) -> None:
    header = "reference,placed_at,currency,sku,quantity,unit_price\n"
    rows = "".join(f"W-{n},2026-01-31,EUR,MUG,1,7.50\n" for n in range(1_000))
    process = Piped("import", "-")
    process.stdin.write((header + rows).encode())
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not count(database_url, "SELECT count(*) FROM orders"):
        assert time.monotonic() < deadline, "nothing was kept before the input ended"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    code, _, told = process.communicate(timeout=30)
    assert code == 130
    assert "stopped after" in told
    assert "goes on from there" in told
    assert "Traceback" not in told
