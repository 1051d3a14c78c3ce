"""Every question asked of everybody in turns, the answers compared, and the figures beside the goals."""

import argparse
import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.analytics.contenders import Asked, Told
from tests.benchmarks.analytics.peers.figures import Figures, Given, difference
from tests.benchmarks.analytics.questions import QUESTIONS, Question

Say = Callable[[str], None]
POSTGRES: Final = "PostgreSQL"
EMBEDDED: Final = "embedded warehouse"
DUCKDB, PANDAS, POLARS = "DuckDB by hand", "pandas by hand", "Polars by hand"
SEGMENTS: Final = "DuckDB by hand, same files"
EVERYBODY: Final = (EMBEDDED, POSTGRES, DUCKDB, PANDAS, POLARS, SEGMENTS)
LEAST_GOAL: Final = 0.030
"""Seconds that no peer makes less of."""
TIMES_DUCKDB, TIMES_FROM_POSTGRES, MOST_MEMORY = 2, 15, 1_000_000_000
_SLOW, _VERY_SLOW = 4.0, 15.0
# What takes so little is asked several times in a row, as on a page that shows it: a median of three would be chance.
_QUICK, _IN_A_ROW = 0.05, 20


@dataclass(slots=True, kw_only=True)
class Measured:
    """The seconds of one who was asked, those of CPU, the most memory meanwhile, and why there is no answer if so."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int = 0
    why_not: str = ""

    @property
    def median(self) -> float | None:
        """Of all rounds."""
        return statistics.median(self.seconds) if self.seconds else None


Found = dict[str, dict[str, Measured]]


def ask_everything(
    everybody: Sequence[Asked], given: Given, options: argparse.Namespace, console: Console, say: Say
) -> Found:
    """Prints the tables. Stops the run when figures differ."""
    found: Found = {}
    for question in QUESTIONS:
        if options.only and question.name not in options.only:
            continue
        say(f"{question.name} (load {os.getloadavg()[0]:.1f})")
        measured = found[question.name] = _asked(question, everybody, given, options.rounds, console)
        # At once, so that a run that is broken off has told what it knew.
        told = (f"{name} {_milliseconds(one)} ms, CPU {_cpu_milliseconds(one)}" for name, one in measured.items())
        say("; ".join(told))
    _show(found, [one.name for one in everybody], console)
    show_goals(found, console)
    return found


def _asked(
    question: Question, everybody: Sequence[Asked], given: Given, rounds: int, console: Console
) -> dict[str, Measured]:
    measured: dict[str, Measured] = {}
    answers: dict[str, Figures] = {}
    for one in everybody:
        told, measured[one.name] = _first(question, one, given, console)
        if told.figures is not None:
            answers[one.name] = told.figures
    _compare(question, answers)
    for _ in range(rounds):
        for one in everybody:
            mine = measured[one.name]
            if mine.why_not or len(mine.seconds) >= _enough(mine, rounds):
                continue
            told = _told(question, one, given, mine)
            for _ in range(_IN_A_ROW if told.seconds < _QUICK else 0):
                _told(question, one, given, mine)
    return measured


def _first(question: Question, one: Asked, given: Given, console: Console) -> tuple[Told, Measured]:
    """The first time is for warming up, unless it takes so long that it is the last time too."""
    measured = Measured()
    told = _told(question, one, given, measured)
    if told.figures is None:
        measured.why_not = told.why_not
        console.print(f"[bold]{question.name}[/bold] is not measured on {one.name}: {told.why_not}")
    if told.figures is None or told.seconds < _VERY_SLOW:
        measured.seconds.clear()
        measured.cpu.clear()
    return told, measured


def _told(question: Question, one: Asked, given: Given, measured: Measured) -> Told:
    one.processes.forget_peak()
    before = one.processes.cpu_seconds()
    told = one.ask(question, given)
    measured.seconds.append(told.seconds)
    measured.cpu.append(one.processes.cpu_seconds() - before)
    measured.peak = max(measured.peak, one.processes.peak_memory())
    return told


def _enough(measured: Measured, rounds: int) -> int:
    """How many times are enough of one who takes so long."""
    slowest = max(measured.seconds, default=0)
    return 1 if slowest >= _VERY_SLOW else 2 if slowest >= _SLOW else rounds


def _compare(question: Question, answers: Mapping[str, Figures]) -> None:
    for (first, figures), (name, other) in pairwise(answers.items()):
        if found := difference(figures, other, within=question.within):
            raise SystemExit(f"{question.name}: {first} and {name} differ at {found}")


def _show(found: Found, names: Sequence[str], console: Console) -> None:
    titles = {
        "ms": _milliseconds,
        "ms of CPU, without that of PostgreSQL": _cpu_milliseconds,
        "peak memory without that of PostgreSQL, MB": _megabytes,
    }
    for title, cell in titles.items():
        table = Table(title=title, title_justify="left", box=box.MARKDOWN)
        table.add_column("report")
        for name in names:
            table.add_column(name, justify="right")
        for question, measured in found.items():
            table.add_row(question, *(cell(measured[name]) for name in names))
        console.print(table)


def _milliseconds(one: Measured) -> str:
    return "-" if one.median is None else f"{one.median * 1000:,.0f}"


def _cpu_milliseconds(one: Measured) -> str:
    return f"{statistics.median(one.cpu) * 1000:,.0f}" if one.cpu else "-"


def _megabytes(one: Measured) -> str:
    return f"{one.peak / 1e6:,.0f}" if one.seconds else "-"


def show_goals(found: Found, console: Console) -> None:
    """Each report of each store beside what it may take."""
    table = Table(title="goals, in ms", title_justify="left", box=box.MARKDOWN)
    table.add_column("report")
    for name in ("took", "goal", "took / goal", ""):
        table.add_column(name, justify="right")
    limits = {one.name: one.most_seconds for one in QUESTIONS}
    for question, measured in found.items():
        for what, took, most in _goals(measured, limits[question]):
            verdict = "met" if took <= most else "missed"
            table.add_row(
                f"{question}: {what}", f"{took * 1000:,.0f}", f"{most * 1000:,.0f}", f"{took / most:.2f}", verdict
            )
    console.print(table)
    for name in (EMBEDDED, POSTGRES):
        peaks = [one[name].peak for one in found.values() if name in one]
        if peaks:
            verdict = "met" if max(peaks) < MOST_MEMORY else "missed"
            console.print(f"memory of the server on {name}: at most {max(peaks) / 1e6:,.0f} MB (goal 1,000: {verdict})")


def _goals(measured: Mapping[str, Measured], limit: float | None) -> list[tuple[str, float, float]]:
    """What, the seconds it took and the most it may take."""

    def median(name: str) -> float | None:
        return measured[name].median if name in measured else None

    embedded, direct, pandas = median(EMBEDDED), median(POSTGRES), median(PANDAS)
    same_files, duckdb = median(SEGMENTS), median(DUCKDB)
    goals = []
    if embedded is not None and limit is not None:
        goals.append((f"{EMBEDDED}, as stated", embedded, limit))
    for name, seconds in ((DUCKDB, duckdb), (SEGMENTS, same_files)):
        if embedded is not None and seconds is not None:
            most = max(TIMES_DUCKDB * seconds, LEAST_GOAL)
            goals.append((f"{EMBEDDED}, {TIMES_DUCKDB} times {name}", embedded, most))
    if embedded is not None and pandas is not None:
        goals.append((f"{EMBEDDED}, no more than {PANDAS}", embedded, pandas))
    if direct is not None and duckdb is not None:
        goals.append((f"{POSTGRES}, {TIMES_FROM_POSTGRES} times {DUCKDB}", direct, TIMES_FROM_POSTGRES * duckdb))
    return goals
