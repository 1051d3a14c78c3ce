"""`make bench-analytics`: a generated shop, and each report asked of Daybook's stores and of its peers.

The shop is made once, loaded into PostgreSQL and written as Parquet for the peers. Each report is then asked over HTTP
of a server on each store, and of pandas, DuckDB and Polars by hand, in turns, so that a change of the machine's mood
meets everybody; the figures are the medians. No server keeps an answer from one question to the next. A peer whose
figures are not those of Daybook stops the run: a fast wrong answer is none. See docs/performance.md.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from rich.console import Console

from tests.benchmarks.analytics.events import measure_events
from tests.benchmarks.analytics.lag import measure_lag
from tests.benchmarks.analytics.loading import shop_in_postgres
from tests.benchmarks.analytics.reports import EVERYBODY
from tests.benchmarks.analytics.shop import Size
from tests.benchmarks.analytics.stores import compare_reports
from tests.benchmarks.servers import ROOT

FULL, SMALL = 5_000_000, 100_000
_ISOLATION = "tests.benchmarks.isolation"
PARTS = ("reports", "lag", "events", "isolation")


class Progress:
    """Says on the terminal what is done, and how long it has taken so far."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = monotonic()

    def __call__(self, what: str) -> None:
        self._console.print(f"[dim]{monotonic() - self._began:7.1f} s  {what}[/dim]", highlight=False)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=FULL, help=f"order lines of the shop (default {FULL:,})")
    parser.add_argument("--small", action="store_const", const=SMALL, dest="lines", help=f"{SMALL:,} lines: a minute")
    parser.add_argument("--rounds", type=int, default=5, help="of each question, at most (default 5)")
    parser.add_argument("--only", action="append", metavar="REPORT", help="ask this question alone")
    parser.add_argument("--who", choices=EVERYBODY, action="append", help="ask this store or peer alone")
    parser.add_argument("--part", choices=PARTS, action="append", help="measure this part alone")
    parser.add_argument("--folder", type=Path, help="keep the shop here for other runs of the same size")
    return parser.parse_args()


def measure(folder: Path, given: argparse.Namespace, console: Console) -> None:
    """All parts, and what the machine had to do beside them."""
    say, parts = Progress(console), given.part or PARTS
    with shop_in_postgres(folder, Size(lines=given.lines), say) as shop:
        if "reports" in parts:
            compare_reports(shop, given, console, say)
        if "lag" in parts:
            measure_lag(shop, console, say)
        if "events" in parts:
            measure_events(shop, console, say)
    if "isolation" in parts:
        measure_isolation(console, say)
    loads = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    console.print(f"load of the machine in the last 1, 5 and 15 minutes: {loads} ({os.cpu_count()} cores)")


def measure_isolation(console: Console, say: Progress) -> None:
    """What heavy reports do to orders, on a shop of its own."""
    if importlib.util.find_spec(_ISOLATION) is None:
        console.print(f"[bold]isolation[/bold]: not measured, for {_ISOLATION} is not there")
        return
    say("orders at half load, without heavy reports and beside them")
    subprocess.run([sys.executable, "-m", _ISOLATION], cwd=ROOT, check=True)


def main() -> None:
    """Runs it all and prints the tables."""
    given, console = options(), Console(width=160)
    if given.folder is not None:
        given.folder.mkdir(parents=True, exist_ok=True)
        measure(given.folder, given, console)
        return
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        measure(Path(folder), given, console)


if __name__ == "__main__":
    main()
