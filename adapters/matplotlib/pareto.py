"""Pareto: the first items by revenue, and how much of all of it the first part of them brings."""

from collections.abc import Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adapters.matplotlib.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    RULE,
    amounts,
    nothing,
    panel,
    percents,
    rules,
    short_amount,
    shortened,
)
from domain.analytics.facts import Dimension
from domain.analytics.pareto import Pareto

_SHOWN = 15
_CLASSES: Final[Mapping[str, str]] = {"A": BLUE, "B": GREEN, "C": GREY}
_ITEMS: Final = {
    Dimension.PRODUCT: "products",
    Dimension.AUTHOR: "authors",
    Dimension.CATEGORY: "categories",
    Dimension.CUSTOMER: "customers",
}


def draw_pareto(figure: Figure, data: Pareto) -> str:
    """Two panels; classes A, B and C have a colour each in both."""
    title = f"How much comes from how few {_ITEMS[data.by]}"
    figure.set_size_inches(11, 5.4)
    if not data.items or data.whole <= 0:
        nothing(panel(figure, left=0.95))
        return title
    _top(panel(figure, left=2.75, right=5.15), data)
    _curve(panel(figure, left=7.0, right=0.45), data)
    return title


def _top(axes: Axes, data: Pareto) -> None:
    shown = list(reversed(data.items[:_SHOWN]))
    places = range(len(shown))
    axes.barh(places, [float(one.revenue) for one in shown], color=[_CLASSES[one.abc] for one in shown], height=0.7)
    for place, one in zip(places, shown, strict=True):
        label = short_amount(one.revenue)
        axes.annotate(label, (float(one.revenue), place), (4, 0), textcoords="offset points", va="center", size=8)
    axes.set_yticks(places, [shortened(one.name) for one in shown], color=INK)
    axes.xaxis.set_major_formatter(amounts())
    axes.margins(x=0.14)
    axes.set_xlabel(f"revenue ({data.currency or 'no currency'}) of the first {len(shown)} of {data.count:,}")
    rules(axes, "x")


def _curve(axes: Axes, data: Pareto) -> None:
    positive = data.count - data.not_positive
    parts = [0.0, *(point.top_percent / 100 for point in data.curve)]
    shares = [0.0, *(point.share or 0.0 for point in data.curve)]
    start = 0.0
    for one in data.classes:
        # What is not above 0 is of class C, and of no part of the curve.
        items = one.items - (data.not_positive if one.abc == "C" else 0)
        end = start + items / positive if positive else 0.0
        axes.axvspan(start, end, color=_CLASSES[one.abc], alpha=0.16, linewidth=0)
        if items / positive > 0.04:
            label = f"{one.abc}\n{one.items:,}"
            axes.text((start + end) / 2, 0.03, label, ha="center", va="bottom", size=8.5, color=INK)
        start = end
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.plot(parts, shares, color=INK, linewidth=1.8, marker="o", markersize=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(percents())
    axes.yaxis.set_major_formatter(percents())
    axes.set_xlabel(f"part of the {_ITEMS[data.by]}, the most first")
    axes.set_ylabel("part of the revenue")
    axes.grid(color=RULE, linewidth=0.8)
    twenty = f"the top 20 % bring {100 * (data.top_20_percent_share or 0):.0f} %"
    axes.set_title(f"{twenty}; Gini {data.gini or 0:.2f}", size=9, color=MUTED, loc="left", pad=8)
