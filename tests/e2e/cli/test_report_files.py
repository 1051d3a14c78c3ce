"""Reports written to files, and drawn, on the command line."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pytest
import python_calamine
from pyarrow import parquet

from application.analytics.lifetime_reports import FITTED
from entrypoints.cli.main import run
from entrypoints.cli.plots import PLOTS

DAY = ("--as_of", "2026-04-01")
Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def daybook(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Runs a command on a shop of three orders; gives its exit code and what it wrote."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, bytes, str]:
        capfdbinary.readouterr()
        code = run(arguments)
        out, error = capfdbinary.readouterr()
        return code, out, error.decode()

    code, out, _ = command("customers", "create", "--reference", "K-1", "--email", "k1@example.org", "--format", "json")
    assert code == 0
    customer = ("--customer-id", json.loads(out)["id"])
    for month, amount in ((1, "10.50"), (2, "7"), (3, "30.25")):
        line = ("--line", f"=SKU-{month},1,{amount}")
        day = ("--placed-at", f"2026-0{month}-03T12:00:00Z")
        made = command("orders", "create", "--currency", "EUR", *customer, *line, *day)
        assert made[0] == 0, made[2]
    return command


def test_each_form_goes_to_a_file_by_its_name(daybook: Run, tmp_path: Path) -> None:
    for name in ("json", "csv", "ndjson", "parquet", "arrow", "xlsx", "svg", "png"):
        code, out, error = daybook("analytics", "revenue", "--period", "month", *DAY, "--output", f"report.{name}")
        assert (code, out) == (0, b""), error
        assert f"report.{name}: {(tmp_path / f'report.{name}').stat().st_size:,} bytes" in error
    amounts = [str(one) for one in parquet.read_table(tmp_path / "report.parquet")["revenue"].to_pylist()]
    assert amounts == ["10.5000", "7.0000", "30.2500"]
    with pa.ipc.open_stream(tmp_path / "report.arrow") as stream:
        assert stream.read_all().num_rows == 3
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "report.xlsx"))
    assert book.sheet_names == ["periods", "about"]
    assert ET.parse(tmp_path / "report.svg").getroot().get("role") == "img"
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert oct((tmp_path / "report.csv").stat().st_mode & 0o777) == oct(0o666 & ~_umask())
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".report")) == []


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_form_may_be_named_and_go_down_a_pipe(daybook: Run) -> None:
    code, out, error = daybook("analytics", "top-products", *DAY, "--format", "parquet")
    assert code == 0
    assert error.startswith("as of 2026-04-01, from postgres, sha256:")
    assert parquet.read_table(io.BytesIO(out)).num_rows == 3
    code, out, error = daybook("analytics", "top-products", *DAY, "--format", "csv")
    assert [line.split(b",")[1] for line in out.splitlines()[1:]] == [b"'=SKU-3", b"'=SKU-1", b"'=SKU-2"]
    assert daybook("analytics", "summary", *DAY, "--output", "odd.name", "--format", "csv")[0] == 0


def test_a_list_in_pages_is_whole_in_a_file(daybook: Run) -> None:
    assert daybook("analytics", "rfm-customers", *DAY, "--format", "csv")[0] == 0
    code, _, error = daybook("analytics", "rfm-customers", *DAY, "--limit", "5", "--format", "csv")
    assert (code, error.startswith("error: limit: is of pages")) == (2, True)
    assert daybook("analytics", "rfm-customers", *DAY, "--limit", "5")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "report"], "a table is for the terminal"),
        (["--output", "report.txt"], "a table is for the terminal"),
        (["--output", "report.csv", "--format", "table"], "a table is for the terminal"),
        (["--output", "nowhere/report.csv"], "nowhere/report.csv cannot be written: No such file or directory"),
        (["--plot", "--format", "csv"], "--plot draws on the terminal"),
        (["--plot", "--output", "chart.svg"], "--plot draws on the terminal"),
    ],
)
def test_what_cannot_be_done_is_said(daybook: Run, arguments: Sequence[str], said: str) -> None:
    code, out, error = daybook("analytics", "revenue", *DAY, *arguments)
    assert (code, out) == (2, b"")
    assert said in error


def test_a_report_without_a_picture_says_which_have_one(daybook: Run) -> None:
    code, _, error = daybook("analytics", "summary", *DAY, "--plot")
    assert (code, "revenue, cohorts, rfm, pareto, affinity, lifetime-value" in error) == (2, True)
    code, _, error = daybook("analytics", "summary", *DAY, "--format", "svg")
    assert (code, "summary has no form svg: it has json, csv" in error) == (2, True)


# A model needs more customers than this shop has: test_lifetime.py draws one.
@pytest.mark.parametrize("report", [name for name in PLOTS if name not in FITTED])
def test_plots_are_drawn_with_their_numbers(daybook: Run, report: str) -> None:
    code, out, error = daybook(
        "analytics", report, *DAY, *(["--period", "month"] if report == "revenue" else []), "--plot"
    )
    assert code == 0
    assert error.startswith("as of 2026-04-01")
    shown = out.decode()
    assert max(map(len, shown.splitlines())) <= 100
    expected = {
        "revenue": "30.25",
        "cohorts": "2026-01            1  100  100  100",
        "rfm": "champions",
        "pareto": "Gini",
        "affinity": "support in % of what is bought in one basket, 0 of 0 pairs",
    }
    assert expected[report] in shown
    assert "\x1b" not in shown
    assert daybook("analytics", report, "--as_of", "2020-01-01", "--currency", "EUR", "--plot")[0] == 0


def test_a_matrix_of_pairs_is_drawn(daybook: Run) -> None:
    lines = [part for sku in ("TEA", "CUP", "SPOON") for part in ("--line", f"{sku},1,2")]
    assert daybook("orders", "create", "--currency", "EUR", *lines, "--placed-at", "2026-03-04T12:00:00Z")[0] == 0
    code, out, _ = daybook(
        "analytics", "affinity", *DAY, "--min-count", "1", "--sort", "lift", "--limit", "2", "--plot"
    )
    assert code == 0
    assert [line.rstrip() for line in out.decode().splitlines()] == [
        "lift of what is bought in one basket, 2 of 3 pairs",
        "              1     2     3",
        " 1 CUP        -     4     4",
        " 2 SPOON      4     -",
        " 3 TEA        4           -",
    ]
    pairs = ("--min-count", "1", "--sort", "conviction", "--unit", "customer", "--by", "product")
    assert daybook("analytics", "affinity", *DAY, *pairs, "--plot")[0] == 0


def test_bytes_are_not_thrown_at_a_terminal(database_url: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": database_url}
    command: list[Any] = [Path(sys.executable).with_name("daybook"), "analytics", "summary", "--format", "xlsx"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert "xlsx is no text to be read on a terminal: add --output report.xlsx" in done.stderr
