"""RFM: the grid of the table of segments, with the customers of each place."""

from collections import Counter

import numpy as np
from matplotlib.figure import Figure

from adapters.matplotlib.style import BLUE, HEAT, INK, PAPER, on_heat, panel
from domain.analytics.rfm import Rfm

_PLACES = 5


def draw_rfm(figure: Figure, data: Rfm) -> str:
    """Recency down, frequency and money across; and the segments beside it, by how many customers they have."""
    figure.set_size_inches(11, 5.4)
    counts: Counter[tuple[int, int]] = Counter()
    for cell in data.cells:
        r, f, m = cell.score // 100, cell.score // 10 % 10, cell.score % 10
        counts[r, (f + m + 1) // 2] += cell.customers
    _grid(figure, data, counts)
    _bars(figure, data)
    return "Recency, frequency, money"


def _grid(figure: Figure, data: Rfm, counts: Counter[tuple[int, int]]) -> None:
    axes = panel(figure, left=0.95, right=4.3)
    values = np.array([[counts[r, fm] for fm in range(1, _PLACES + 1)] for r in range(1, _PLACES + 1)], dtype=float)
    most = values.max() or 1.0
    axes.pcolormesh(values, cmap=HEAT, vmin=0, vmax=most, edgecolors=PAPER, linewidth=2)
    for row in data.segment_table.rows:
        for fm, segment in enumerate(row.segments, start=1):
            count = counts[row.r, fm]
            color = on_heat(count / most)
            share = f" ({100 * count / data.customers:.0f} %)" if data.customers else ""
            for shift, text, size in ((0.64, _named(segment), 7.2), (0.3, f"{count:,}{share}", 8.5)):
                axes.text(fm - 0.5, row.r - 1 + shift, text, ha="center", va="center", size=size, color=color)
    axes.set_xticks([place + 0.5 for place in range(_PLACES)], ["1", "2", "3", "4", "5 (most)"])
    axes.set_yticks([place + 0.5 for place in range(_PLACES)], ["1", "2", "3", "4", "5 (latest)"])
    axes.set_xlabel("frequency and money (mean score, rounded up); customers in each place")
    axes.set_ylabel("recency (score)")
    axes.spines["bottom"].set_visible(False)


def _bars(figure: Figure, data: Rfm) -> None:
    axes = panel(figure, left=8.15, right=0.75)
    ranked = sorted(data.segments, key=lambda one: one.customers)
    places = range(len(ranked))
    axes.barh(places, [one.customers for one in ranked], color=BLUE, height=0.66)
    for place, one in zip(places, ranked, strict=True):
        axes.annotate(
            f"{one.customers:,}", (one.customers, place), (4, 0), textcoords="offset points", va="center", size=8
        )
    axes.set_yticks(places, [_named(one.segment) for one in ranked], color=INK)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel(f"customers a segment; {data.prospects:,} have no purchase", labelpad=16)


def _named(segment: str) -> str:
    """A segment as people write it."""
    name = segment.replace("_", " ")
    return name.capitalize() if name.isupper() else name
