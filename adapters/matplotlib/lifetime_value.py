"""Lifetime value: how well its model of purchases does on weeks that it has not seen."""

from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adapters.matplotlib.style import BLUE, MUTED, VERMILION, nothing, panel, rules
from domain.analytics.calibration import Calibration
from domain.analytics.lifetime_value import LifetimeValue

_WIDTH = 90


def draw_lifetime_value(figure: Figure, data: LifetimeValue) -> str:
    """Purchases predicted for the holdout and those that came, by how often customers had come again before it."""
    title = "Lifetime value: what its model predicted, and what came"
    held = data.calibration
    if held is None:
        nothing(panel(figure, left=0.95), fill(data.no_calibration or "", _WIDTH))
        return title
    axes = panel(figure, left=0.95, bottom=1.2, top=1.25)
    rules(axes)
    _lines(axes, held)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.04)
    axes.set_xticks(
        [one.repeats for one in held.rows],
        [f"{one.repeats}{' or more' if one.and_more else ''}\n({one.customers:,})" for one in held.rows],
    )
    axes.set_xlabel(f"repeat purchases before {held.holdout_from} (and how many customers)", labelpad=8)
    axes.set_ylabel(f"purchases a customer in the {held.holdout_weeks} weeks since")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2)
    axes.set_title(_whole(held), size=9, color=MUTED, loc="left", pad=8)
    return title


def _lines(axes: Axes, held: Calibration) -> None:
    came = [one for one in held.rows if one.actual is not None]
    axes.plot(
        [one.repeats for one in came],
        [one.actual or 0.0 for one in came],
        color=BLUE,
        linewidth=1.8,
        marker="o",
        markersize=5,
        label="actual",
    )
    axes.plot(
        [one.repeats for one in held.rows],
        [one.predicted for one in held.rows],
        color=VERMILION,
        linewidth=1.8,
        linestyle=(0, (4, 2)),
        marker="D",
        markersize=4.5,
        label="predicted",
    )


def _whole(held: Calibration) -> str:
    text = f"{held.customers:,} customers: {held.predicted:,.0f} purchases predicted, {held.actual:,} came"
    return f"{text} ({100 * (held.predicted / held.actual - 1):+.1f} %)" if held.actual else text
