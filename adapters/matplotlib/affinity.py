"""Affinity: a symmetric matrix of what is bought together, coloured by what the pairs are sorted by."""

from collections.abc import Mapping
from math import inf, isfinite
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from adapters.matplotlib.style import (
    HEAT,
    INK,
    MUTED,
    RULE,
    heat_scale,
    nothing,
    on_heat,
    panel,
    short_amount,
    shortened,
)
from domain.analytics.affinity import Affinity
from domain.analytics.affinity_matrix import AffinityMatrix, affinity_matrix
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, Unit

_ITEMS: Final = {By.PRODUCT: "products", By.AUTHOR: "authors", By.CATEGORY: "categories"}
_TOGETHER: Final = {Unit.BASKET: "in the same basket", Unit.CUSTOMER: "bought by the same customer"}
_UNITS: Final = {Unit.BASKET: "baskets", Unit.CUSTOMER: "customers"}
_LABELS: Final[Mapping[Measure, str]] = {
    Measure.SUPPORT: "support, % of all {units}",
    Measure.CONFIDENCE: "the greater confidence, %",
    Measure.LIFT: "lift (by chance: 1)",
    Measure.LEVERAGE: "leverage (by chance: 0)",
    Measure.CONVICTION: "the greater conviction",
    Measure.JACCARD: "Jaccard index",
    Measure.COSINE: "cosine",
}
_PERCENT: Final = frozenset({Measure.SUPPORT, Measure.CONFIDENCE})
_MOST = 20
_NAME = 28
_ROW, _COLUMN = 0.29, 0.46
_RIGHT, _TOP = 1.3, 1.25
# Inches that a letter of a name takes, level on the left and aslant below.
_LEVEL, _ASLANT = 0.077, 0.046
# As many characters fit in a cell.
_FIT = 7


def draw_affinity(figure: Figure, data: Affinity) -> str:
    """What occurs most stands first; a cell is empty where its pair is not told, and the diagonal says how many."""
    title = f"{_ITEMS[data.by].capitalize()} {_TOGETHER[data.unit]}"
    matrix = affinity_matrix(data, _MOST)
    if not matrix.items:
        nothing(panel(figure, left=0.95), "no pair is bought together so often")
        return title
    count, longest = len(matrix.items), max(len(shortened(one.name, _NAME)) for one in matrix.items)
    left, bottom = 0.45 + _LEVEL * longest, 0.7 + _ASLANT * longest
    figure.set_size_inches(
        max(9.0, left + _RIGHT + _COLUMN * count),
        max(5.4, _TOP + bottom + _ROW * count),
    )
    axes = panel(figure, left=left, right=_RIGHT, top=_TOP, bottom=bottom)
    _cells(figure, axes, data, matrix)
    _axes(axes, data, matrix)
    return title


def _cells(figure: Figure, axes: Axes, data: Affinity, matrix: AffinityMatrix) -> None:
    count = len(matrix.items)
    finite = [value for value in matrix.cells.values() if isfinite(value)]
    least, most = min([0.0, *finite]), max([0.0, *finite])
    most = most if most > least else least + 1.0
    values = np.full((count, count), np.nan)
    for cell, value in matrix.cells.items():
        values[cell] = min(value, most)
    mesh = axes.pcolormesh(np.ma.masked_invalid(values), cmap=HEAT, vmin=least, vmax=most)
    for (row, column), value in matrix.cells.items():
        text = _said(value, data.sort)
        if len(text) <= _FIT:
            _write(axes, row, column, text, on_heat((min(value, most) - least) / (most - least)))
    for place, item in enumerate(matrix.items):
        axes.add_patch(Rectangle((place, place), 1, 1, facecolor=RULE, linewidth=0))
        _write(axes, place, place, short_amount(item.n), INK)
    label = _LABELS[data.sort].format(units=_UNITS[data.unit])
    ticks = FuncFormatter(lambda value, _: _said(value, data.sort))
    heat_scale(figure, axes, mesh, label, ticks, more=inf in matrix.cells.values())


def _said(value: float, measure: Measure) -> str:
    """To three digits, percent where that is usual."""
    if value == inf:
        return "∞"
    return short_amount(float(f"{100 * value if measure in _PERCENT else value:.3g}"))


def _write(axes: Axes, row: int, column: int, text: str, color: str) -> None:
    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=7, color=color)


def _axes(axes: Axes, data: Affinity, matrix: AffinityMatrix) -> None:
    count = len(matrix.items)
    axes.set_xlim(0, count)
    axes.set_ylim(count, 0)
    axes.spines["bottom"].set_visible(False)
    names = [shortened(one.name, _NAME) for one in matrix.items]
    places = [place + 0.5 for place in range(count)]
    axes.set_yticks(places, names, color=INK)
    axes.set_xticks(places, names, color=INK, rotation=38, ha="right", rotation_mode="anchor")
    axes.set_xticks(range(count + 1), minor=True)
    axes.set_yticks(range(count + 1), minor=True)
    axes.tick_params(which="both", length=0)
    # Over the cells, so that they are told apart, and the empty ones are seen.
    axes.set_axisbelow(False)
    axes.grid(which="minor", color=RULE, linewidth=0.8)
    pairs = f"{matrix.pairs:,} of {data.count:,} pairs, by {data.sort}"
    axes.set_title(
        f"{pairs}; on grey, how many of {data.n:,} {_UNITS[data.unit]} have it", size=9, color=MUTED, loc="left", pad=8
    )
