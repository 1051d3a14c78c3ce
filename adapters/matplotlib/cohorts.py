"""Cohorts: a heat map of who is still there, a row a cohort and a column a period since."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adapters.matplotlib.style import HEAT, MUTED, PAPER, heat_scale, nothing, on_heat, panel, percents
from domain.analytics.cohorts import CohortCell, Cohorts
from domain.analytics.periods import Period

# Up to so many columns a number can be read in each cell.
_NUMBERED = 30
_ROW = 0.23
_LABELS = 40
# Points between the names of cohorts and their cells, where their customers stand.
_CUSTOMERS = 42


def draw_cohorts(figure: Figure, data: Cohorts) -> str:
    """Rates by colour, and as numbers where there is room; * where a period is not over."""
    title = f"Cohorts of customers, by the {data.period} of their first purchase"
    starts = [one.start for one in data.cohorts]
    if not starts:
        nothing(panel(figure, left=0.95))
        return title
    columns = 1 + max(cell.periods_since for cell in data.cells)
    few = max(len(starts), columns) <= _NUMBERED
    if few:
        figure.set_size_inches(max(9.0, 2.7 + 0.36 * columns), max(4.4, 2.2 + _ROW * len(starts)))
    axes = panel(figure, left=1.65, right=1.25)
    row_of = {start: number for number, start in enumerate(starts)}
    rates = np.full((len(starts), columns), np.nan)
    for cell in data.cells:
        rates[row_of[cell.cohort], cell.periods_since] = cell.rate or 0.0
    # Everybody is there at first, so that the scale is of what comes after.
    later = rates[:, 1:]
    most = float(np.nanmax(later)) if np.isfinite(later).any() and np.nanmax(later) > 0 else 1.0
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(rates),
        cmap=HEAT,
        vmin=0,
        vmax=most,
        edgecolors=PAPER if few else "none",
        linewidth=1.0 if few else 0,
        rasterized=not few,
    )
    if few:
        for cell in data.cells:
            _number(axes, cell, row_of[cell.cohort], most)
    _axes(axes, data)
    heat_scale(figure, axes, mesh, "part of the cohort", percents(), more=most < 1)
    return title


def _number(axes: Axes, cell: CohortCell, row: int, most: float) -> None:
    rate = cell.rate or 0.0
    axes.text(
        cell.periods_since + 0.5,
        row + 0.5,
        f"{100 * rate:.0f}{'' if cell.finished else '*'}",
        ha="center",
        va="center",
        size=7,
        color=on_heat(rate / most),
    )


def _axes(axes: Axes, data: Cohorts) -> None:
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    every = -(-len(data.cohorts) // _LABELS)
    shown = range(0, len(data.cohorts), every)
    form = "%Y-%m" if data.period is Period.MONTH else "%Y-%m-%d"
    axes.set_yticks([number + 0.5 for number in shown], [f"{data.cohorts[number].start:{form}}" for number in shown])
    axes.tick_params(axis="y", pad=_CUSTOMERS)
    for number in shown:
        _beside_row(axes, f"{data.cohorts[number].customers:,}", number + 0.5, size=8.5)
    _beside_row(axes, "customers", -0.3, size=7)
    columns = round(axes.get_xlim()[1])
    step = max(1, columns // 25)
    axes.set_xticks([number + 0.5 for number in range(0, columns, step)], [str(n) for n in range(0, columns, step)])
    kind = "bought in it" if data.retention == "classic" else "bought in it or later"
    axes.set_xlabel(f"{data.period}s since the first purchase; % of the cohort who {kind}, * not over yet")


def _beside_row(axes: Axes, text: str, place: float, size: float) -> None:
    axes.annotate(
        text,
        (0, place),
        (-5, 0),
        textcoords="offset points",
        annotation_clip=False,
        ha="right",
        va="center",
        size=size,
        color=MUTED,
    )
