"""Reports as pictures on a terminal, drawn with characters; each says its numbers, so that it is read without colours.

A report is added with a function of its data in `PLOTS`.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.style import Style
from rich.table import Table
from rich.text import Text

from domain.analytics.affinity import Affinity
from domain.analytics.affinity_matrix import affinity_matrix
from domain.analytics.cohorts import CohortCell, Cohorts
from domain.analytics.lifetime_value import LifetimeValue
from domain.analytics.pairs import Measure, Unit
from domain.analytics.pareto import Pareto
from domain.analytics.periods import Period
from domain.analytics.revenue import RevenueSeries
from domain.analytics.rfm import Rfm

Plot = Callable[[Any, int], Iterator[RenderableType]]
_WIDEST: Final = 120
_PIPE_WIDTH: Final = 100
# From pale to deep, so that more is darker, as in the pictures of files.
_PALE, _DEEP = (222, 235, 247), (8, 64, 129)
_BAR, _BELOW_ZERO, _PREDICTED = "steel_blue", "red", "dark_orange"
# Things in a matrix, characters of a cell of it, and of a name beside it.
_MATRIX, _CELL, _NAME = 20, 6, 24


def print_plot(plot: Plot, data: Any) -> None:
    """Draws on standard output, as wide as the terminal is, and a hundred columns in a pipe."""
    console = Console(highlight=False)
    width = min(console.width, _WIDEST) if sys.stdout.isatty() else _PIPE_WIDTH
    console = Console(highlight=False, width=width)
    for part in plot(data, width):
        console.print(part)


def _revenue(data: RevenueSeries, width: int) -> Iterator[RenderableType]:
    table = _grid()
    amounts = [float(one.revenue) for one in data.periods]
    most = max((abs(amount) for amount in amounts), default=0.0) or 1.0
    labels = [_period(one.start.isoformat(), data.period) + ("" if one.finished else "*") for one in data.periods]
    room = _room(width, labels, [f"{one.revenue:,}" for one in data.periods])
    for label, amount, one in zip(labels, amounts, data.periods, strict=True):
        color = _BAR if amount >= 0 else _BELOW_ZERO
        table.add_row(label, Bar(most, 0, abs(amount), width=room, color=color), f"{one.revenue:,}")
    yield Text(f"revenue by {data.period}, {data.currency or 'no currency'}", style="bold")
    yield table
    if any(not one.finished for one in data.periods):
        yield Text("* not over yet", style="dim")


def _cohorts(data: Cohorts, width: int) -> Iterator[RenderableType]:
    """The triangle, in blocks of as many periods as fit beside each other."""
    rows: dict[Any, list[CohortCell]] = {one.start: [] for one in data.cohorts}
    for cell in data.cells:
        rows[cell.cohort].append(cell)
    longest = max((len(row) for row in rows.values()), default=0)
    fit = max((width - 22) // 5, 1)
    yield Text(f"% of the cohort still there ({data.retention}), by {data.period}s since the first purchase", "bold")
    for first in range(0, longest, fit):
        table = Table(box=None, padding=(0, 0), pad_edge=False)
        table.add_column(data.period.value, min_width=10)
        table.add_column("customers", justify="right", min_width=10)
        for number in range(first, min(first + fit, longest)):
            table.add_column(str(number), justify="right", width=5)
        for cohort in data.cohorts:
            cells = rows[cohort.start][first : first + fit]
            if cells:
                label = _period(cohort.start.isoformat(), data.period)
                table.add_row(label, f"{cohort.customers:,} ", *(_heat(cell) for cell in cells))
        yield table
    if any(not cell.finished for cell in data.cells):
        yield Text("* not over yet", style="dim")


def _heat(cell: CohortCell) -> Text:
    rate = cell.rate or 0.0
    text = f"{100 * rate:.0f}{' ' if cell.finished else '*'}"
    # Half of a cohort is many of those who come again; at first it is all there.
    return Text(text.rjust(5), _shade(min(rate * 2, 1.0)))


def _rfm(data: Rfm, width: int) -> Iterator[RenderableType]:
    counts: dict[tuple[int, int], int] = {}
    for cell in data.cells:
        r, f, m = cell.score // 100, cell.score // 10 % 10, cell.score % 10
        place = (r, (f + m + 1) // 2)
        counts[place] = counts.get(place, 0) + cell.customers
    most = max(counts.values(), default=0) or 1
    table = Table(box=SIMPLE_HEAD, padding=(0, 0), show_lines=False)
    table.add_column("R \\ FM", justify="right", no_wrap=True)
    room = min((width - 10) // 5, 20)
    for fm in range(1, 6):
        table.add_column(str(fm), justify="center", width=room)
    for row in data.segment_table.rows:
        cells = []
        for fm, segment in enumerate(row.segments, start=1):
            count = counts.get((row.r, fm), 0)
            name = segment.replace("_", " ").lower()[:room]
            cells.append(Text(f"{name.center(room)}\n{f'{count:,}'.center(room)}", _shade((count / most) ** 0.5)))
        table.add_row(str(row.r), *cells)
    yield Text(f"customers by recency (down) and frequency and money (across), {data.method}", style="bold")
    yield table
    yield Text("segments", style="bold")
    bars, labels = _grid(), [one.segment for one in data.segments]
    values = [f"{one.customers:,}  {_percent(one.share)}" for one in data.segments]
    largest = max((one.customers for one in data.segments), default=0) or 1
    for label, value, one in zip(labels, values, data.segments, strict=True):
        bar = Bar(largest, 0, one.customers, width=_room(width, labels, values), color=_BAR)
        bars.add_row(escape(label), bar, value)
    yield bars
    yield Text(f"{data.customers:,} customers, and {data.prospects:,} prospects without a purchase", style="dim")


def _pareto(data: Pareto, width: int) -> Iterator[RenderableType]:
    items = {"product": "products", "author": "authors", "category": "categories", "customer": "customers"}[data.by]
    yield Text(f"share of the revenue ({data.currency or 'no currency'}) of the top {items}", style="bold")
    labels = [f"{point.top_percent} %" for point in data.curve]
    values = [f"{_percent(point.share)}  {point.items:,} {items}" for point in data.curve]
    yield _shares(labels, [point.share for point in data.curve], values, width)
    yield Text("classes", style="bold")
    labels = [f"{one.abc}" for one in data.classes]
    values = [f"{_percent(one.share)}  {one.items:,} {items}  {one.revenue:,}" for one in data.classes]
    yield _shares(labels, [one.share for one in data.classes], values, width)
    yield Text(f"Gini {'-' if data.gini is None else f'{data.gini:.3f}'}", style="dim")


def _affinity(data: Affinity, width: int) -> Iterator[RenderableType]:
    """The matrix of as many things as fit beside their names."""
    matrix = affinity_matrix(data, min((width - _NAME - 4) // _CELL, _MATRIX))
    finite = [value for value in matrix.cells.values() if isfinite(value)]
    least, most = min([0.0, *finite]), max([0.0, *finite])
    percent = data.sort in (Measure.SUPPORT, Measure.CONFIDENCE)
    shown = partial(_pair, percent=percent, least=least, most=most)
    table = Table(box=None, padding=(0, 0), pad_edge=False)
    table.add_column()
    for column in range(len(matrix.items)):
        table.add_column(str(column + 1), justify="right", width=_CELL)
    for row, item in enumerate(matrix.items):
        cells = [shown(matrix.cells.get((row, column))) for column in range(len(matrix.items))]
        cells[row] = Text("-", "dim")
        table.add_row(Text(f"{row + 1:>2} {_cut(item.name)} "), *cells)
    told = f"{matrix.pairs:,} of {data.count:,} pairs"
    where = "in one basket" if data.unit is Unit.BASKET else "by one customer"
    yield Text(f"{data.sort}{' in %' if percent else ''} of what is bought {where}, {told}", style="bold")
    if matrix.items:
        yield table


def _pair(value: float | None, *, percent: bool, least: float, most: float) -> Text:
    if value is None:
        return Text("")
    part = (min(value, most) - least) / (most - least) if most > least else 1.0
    said = [f"{100 * value if percent else value:.{digits}g}" for digits in (3, 2, 1)]
    return Text(next((text for text in said if len(text) < _CELL), said[-1]).rjust(_CELL), _shade(part))


def _lifetime_value(data: LifetimeValue, width: int) -> Iterator[RenderableType]:
    """The calibration: a bar of what was predicted above one of what came."""
    held = data.calibration
    if held is None:
        yield Text(f"no calibration: {data.no_calibration}")
        return
    bars: list[tuple[str, float, str, str]] = []
    for one in held.rows:
        actual = one.actual or 0.0
        label = f"{one.repeats}{'+' if one.and_more else ''}"
        bars.append((label, one.predicted, f"predicted {one.predicted:,.2f}", _PREDICTED))
        bars.append(("", actual, f"actual {actual:,.2f}", _BAR))
    most = max((number for _, number, _, _ in bars), default=0.0) or 1.0
    table, room = _grid(), _room(width, [label for label, *_ in bars], [value for _, _, value, _ in bars])
    for label, number, value, color in bars:
        table.add_row(label, Bar(most, 0, number, width=room, color=color), value)
    since = f"in the {held.holdout_weeks} weeks from {held.holdout_from}"
    yield Text(f"purchases a customer {since}, by repeat purchases before", style="bold")
    yield table
    yield Text(f"{held.customers:,} customers: {held.predicted:,.0f} predicted, {held.actual:,} actual", style="dim")


def _shares(labels: Sequence[str], shares: Sequence[float | None], values: Sequence[str], width: int) -> Table:
    table, room = _grid(), _room(width, labels, values)
    for label, share, value in zip(labels, shares, values, strict=True):
        table.add_row(label, Bar(1, 0, share or 0.0, width=room, color=_BAR), value)
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    return table


def _room(width: int, *columns: Sequence[str]) -> int:
    """What other columns leave to the bars."""
    return max(width - sum(max((len(text) for text in column), default=0) + 1 for column in columns) - 1, 10)


def _period(start: str, period: Period) -> str:
    return start[:7] if period is Period.MONTH else start


def _percent(share: float | Decimal | None) -> str:
    return "-".rjust(6) if share is None else f"{100 * share:.1f} %".rjust(7)


def _shade(part: float) -> Style:
    """A background between pale and deep, with a colour of text that is read on it."""
    red, green, blue = (round(low + (high - low) * part) for low, high in zip(_PALE, _DEEP, strict=True))
    # What a terminal calls black and white is often grey.
    ink = "rgb(255,255,255)" if part > 0.65 else "rgb(0,0,0)"
    return Style.parse(f"{ink} on rgb({red},{green},{blue})")


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"


PLOTS: Final[Mapping[str, Plot]] = {
    "revenue": _revenue,
    "cohorts": _cohorts,
    "rfm": _rfm,
    "pareto": _pareto,
    "affinity": _affinity,
    "lifetime-value": _lifetime_value,
}
PlotOption = Annotated[bool, Parameter(negative="", help=f"Draw it on the terminal: {', '.join(PLOTS)}.")]
