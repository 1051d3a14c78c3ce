"""Revenue: a column a period, and the moving average."""

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from adapters.matplotlib.style import BLUE, VERMILION, amounts, nothing, panel, rules
from domain.analytics.revenue import RevenuePeriod, RevenueSeries

# As many columns can be told apart.
_COLUMNS = 130
_EPOCH = date(1970, 1, 1)


def draw_revenue(figure: Figure, data: RevenueSeries) -> str:
    """Revenue by period; a period that is not over is pale."""
    title = f"Revenue by {data.period}"
    axes = panel(figure, left=0.95, bottom=0.75)
    if not data.periods:
        nothing(axes)
        return title
    rules(axes)
    _columns(axes, data.periods)
    _average(axes, data)
    axes.axhline(0, color=BLUE, linewidth=0.8)
    axes.set_ylabel(f"revenue a {data.period} ({data.currency or 'no currency'})")
    axes.yaxis.set_major_formatter(amounts())
    locator = AutoDateLocator(maxticks=12)  # type: ignore[no-untyped-call]  # Matplotlib gives it no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]  # likewise
    axes.margins(x=0.01)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)
    return title


def _columns(axes: Axes, periods: Sequence[RevenuePeriod]) -> None:
    gap = 0.8 if len(periods) <= _COLUMNS else 1.0
    over = [one for one in periods if one.finished]
    for part, label, style in (
        (over, "revenue", {"color": BLUE}),
        (periods[len(over) :], "not over yet", {"facecolor": (*to_rgb(BLUE), 0.3), "edgecolor": BLUE}),
    ):
        if part:
            starts = [_number(one.start) for one in part]
            widths = [(one.end - one.start + timedelta(days=1)).days * gap for one in part]
            heights = [float(one.revenue) for one in part]
            axes.bar(starts, heights, widths, align="edge", label=label, **style)


def _average(axes: Axes, data: RevenueSeries) -> None:
    known = [one for one in data.periods if one.moving_average is not None and one.finished]
    if known:
        axes.plot(
            [_number(one.start) + ((one.end - one.start).days + 1) * 0.4 for one in known],
            [float(one.moving_average or 0) for one in known],
            color=VERMILION,
            linewidth=1.8,
            label=f"moving average of {data.window}",
        )


def _number(day: date) -> int:
    """A day as Matplotlib counts them."""
    return (day - _EPOCH).days
