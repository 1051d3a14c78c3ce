"""The import of Online Retail, December 2010, by the command line, beside a bare COPY of the same rows.

Each run is a process of its own on one core, into a new database of one PostgreSQL that syncs to disk, from command to
prompt. A file of ten times the rows, made of the same ones under shifted invoice numbers, shows whether memory grows.
"""

import asyncio
import contextlib
import csv
import gzip
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.console import Console
from rich.table import Table

from adapters.embedded.server import EmbeddedPostgres
from entrypoints.bootstrap.migrate import upgrade
from tests.benchmarks.servers import ROOT, high_water
from tests.support.data import VARIABLE, data_folder

DECEMBER = "purchases/online_retail_2010-12.csv.gz"
ROWS, REFUSED, CUSTOMERS, ORDERS, RETURNS = 42_481, 70, 948, 1_629, 326
TIMES = 10
_SHIFT = 1_000_000
_BARE, _DAYBOOK, _AGAIN = "bare COPY", "daybook import", "daybook import, again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One process from its start to its end; `peak` is the most memory it had, in bytes."""

    rows: int
    seconds: float
    cpu: float
    peak: int


def compare_imports(console: Console, rounds: int, core: int | None) -> None:
    """Runs all and prints the table; says so when the data is not there."""
    source = data_folder() / DECEMBER
    if not source.is_file():
        console.print(f"[bold]import[/bold]: not measured, for there is no {source} (set {VARIABLE} to its folder)\n")
        return
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        tenfold = Path(folder) / "tenfold.csv.gz"
        _repeat(source, tenfold, TIMES)
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            bench = _Bench(postgres.dsn, core)
            found: dict[tuple[str, int], list[Figures]] = {}
            for turn in range(rounds):
                console.print(f"[dim]import, round {turn + 1} of {rounds}[/dim]")
                for name, figures in bench.round(source, 1).items():
                    found.setdefault((name, 1), []).append(figures)
            console.print(f"[dim]import, {TIMES} times the rows[/dim]")
            for name, figures in bench.round(tenfold, TIMES).items():
                found[name, TIMES] = [figures]
    _show(console, {key: _median(runs) for key, runs in found.items()})


class _Bench:
    """Processes on databases of one server."""

    def __init__(self, dsn: str, core: int | None) -> None:
        self._dsn = dsn
        self._core = core
        self._made = 0

    def round(self, file: Path, times: int) -> dict[str, Figures]:
        """Everybody once."""
        with self._database() as dsn:
            bare = self._copy(file, times, dsn)
        with self._database() as dsn:
            upgrade(dsn)
            return {
                _BARE: bare,
                _DAYBOOK: self._import(file, times, dsn, "created"),
                _AGAIN: self._import(file, times, dsn, "unchanged"),
            }

    def _copy(self, file: Path, times: int, dsn: str) -> Figures:
        command = [sys.executable, "-m", "tests.benchmarks.peers.copy_rows", str(file)]
        answer, figures = self._run(command, {"BENCH_DSN": dsn}, times)
        if int(answer) != times * ROWS:
            raise SystemExit(f"{_BARE}: {answer.strip()} rows in the table, of {times * ROWS}")
        return figures

    def _import(self, file: Path, times: int, dsn: str, verdict: str) -> Figures:
        command = [str(Path(sys.executable).with_name("daybook")), "import", str(file), "--quiet", "--output", "json"]
        answer, figures = self._run(command, {"DATABASE_URL": dsn}, times)
        summary: dict[str, Any] = json.loads(answer)
        new = verdict == "created"
        expected = {
            "rows": times * ROWS,
            verdict: times * (ROWS - REFUSED),
            "rejected": times * REFUSED,
            "stored": {"customers": CUSTOMERS, "orders": times * ORDERS, "returns": times * RETURNS}
            if new
            else dict.fromkeys(("customers", "orders", "returns"), 0),
        }
        if any(summary[name] != value for name, value in expected.items()):
            raise SystemExit(f"{_DAYBOOK}: unexpected summary {answer}")
        return figures

    def _run(self, command: list[str], environment: Mapping[str, str], times: int) -> tuple[str, Figures]:
        """What a process printed, and what it took. Its memory is read while it runs.

        The peak that the kernel tells of an ended child may be that of the parent it was forked from.
        """
        begun = time.monotonic()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out)
            if self._core is not None:
                os.sched_setaffinity(process.pid, {self._core})
            peak = 0
            while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
                peak = max(peak, high_water(process.pid))
                time.sleep(0.005)
            seconds = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(ended[1])
            if process.returncode:
                raise SystemExit(f"{' '.join(command)} ended with code {process.returncode}")
            out.seek(0)
            used = ended[2].ru_utime + ended[2].ru_stime
            return out.read(), Figures(rows=times * ROWS, seconds=seconds, cpu=used, peak=peak)

    @contextlib.contextmanager
    def _database(self) -> Iterator[str]:
        self._made += 1
        name = f"bench_{self._made}"
        asyncio.run(_execute(self._dsn, f"CREATE DATABASE {name}"))
        yield urlunsplit(urlsplit(self._dsn)._replace(path=f"/{name}"))
        asyncio.run(_execute(self._dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def _repeat(source: Path, target: Path, times: int) -> None:
    """The rows of `source` so many times, each time under other invoice numbers."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    place = head.index("InvoiceNo")
    with gzip.open(target, "wb", compresslevel=1) as packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(head)
        for shift in range(0, times * _SHIFT, _SHIFT):
            writer.writerows([*row[:place], _shifted(row[place], shift), *row[place + 1 :]] for row in rows)


def _shifted(invoice: str, by: int) -> str:
    """Another number behind the same letter, if it has one: C marks a return."""
    digits = invoice.lstrip("CA")
    return invoice.removesuffix(digits) + str(int(digits) + by)


def _median(runs: list[Figures]) -> Figures:
    return Figures(
        rows=runs[0].rows,
        seconds=statistics.median(one.seconds for one in runs),
        cpu=statistics.median(one.cpu for one in runs),
        peak=max(one.peak for one in runs),
    )


def _show(console: Console, found: Mapping[tuple[str, int], Figures]) -> None:
    """One table, with the ratio of CPU to the bare limit, and what ten times the rows took of memory."""
    table = Table(title="import of Online Retail, December 2010, a process of its own", title_justify="left")
    table.add_column("what")
    for name in ("rows", "seconds", "rows/s", "CPU s", "CPU µs/row", "CPU / bare", "peak MB"):
        table.add_column(name, justify="right")
    for (name, times), one in sorted(found.items(), key=lambda item: item[0][1]):
        table.add_row(
            name, f"{one.rows:,}", f"{one.seconds:.1f}", f"{one.rows / one.seconds:,.0f}", f"{one.cpu:.1f}",
            f"{one.cpu / one.rows * 1e6:.0f}", f"{one.cpu / found[_BARE, times].cpu:.1f}", f"{one.peak / 1e6:.0f}",
        )  # fmt: skip
    console.print(table)
    once, more = found[_DAYBOOK, 1], found[_DAYBOOK, TIMES]
    console.print(
        f"Daybook takes {once.rows / once.seconds:,.0f} rows a second, its start included, and for {TIMES} times the "
        f"rows {(more.peak - once.peak) / 1e6:+.0f} MB of memory.\n"
    )
