"""How all charts look: colours, type, the lines that say what a chart shows, and where it stands.

The data has colours that are told apart with any eyes (Okabe, Ito 2008) and stand out on white and on near black. All
else has one of the `INKS`, which an SVG changes with the page around it.
"""

import re
import warnings
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any, Final, Literal

from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from application.ports.charts import Chart

PAPER, INK, MUTED, RULE = "#ffffff", "#1f2933", "#5f6c7b", "#dfe3e8"
INKS: Final[Mapping[str, str]] = {PAPER: "#16202a", INK: "#e8ecf0", MUTED: "#a3afbc", RULE: "#34424f"}
BLUE, VERMILION, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#8a94a0"
# More is darker; text on it is of the one of these two that stands out.
HEAT: Final = LinearSegmentedColormap.from_list("daybook", ["#e3eef8", "#9cc4e4", "#4a90c8", "#1a5a99", "#083561"])
_ON_PALE, _ON_DEEP = "#0d1b2a", "#fefefe"
RC: Final[Mapping[Any, Any]] = {
    # A dollar in a title is one, and begins no formula.
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "daybook",
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
SIZE: Final = (9.0, 5.4)
_LEFT, _TITLE, _SCOPE, _ORIGIN = 0.35, 0.38, 0.64, 0.2
_NAME = 34
# A title of a book may be in any script; an SVG leaves it to the fonts of its reader.
warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)


def panel(figure: Figure, *, left: float, right: float = 0.35, bottom: float = 0.95, top: float = 1.05) -> Axes:
    """Axes so many inches from the edges of the figure, without a frame."""
    width, height = figure.get_size_inches()
    place = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes(place)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    return axes


def rules(axes: Axes, axis: Literal["x", "y"] = "y") -> None:
    """Thin lines behind the data, to read values by."""
    axes.grid(axis=axis, color=RULE, linewidth=0.8)


def head(figure: Figure, chart: Chart) -> None:
    """What the chart is, above it, and where it comes from, below it."""
    width, height = figure.get_size_inches()
    left = _LEFT / width
    figure.text(left, 1 - _TITLE / height, chart.title, size=14, weight="bold", va="baseline")
    figure.text(left, 1 - _SCOPE / height, chart.scope, size=9, color=MUTED, va="baseline")
    figure.text(left, _ORIGIN / height, chart.origin, size=7, color=MUTED, va="baseline")


def on_heat(part: float) -> str:
    """The colour of text on this part, from 0 to 1, of the scale of heat."""
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in HEAT(min(part, 1.0))[:3]
    )
    # Where black and white stand out alike, by the relative luminance of WCAG 2.
    return _ON_PALE if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else _ON_DEEP


def heat_scale(
    figure: Figure, axes: Axes, mesh: QuadMesh, label: str, ticks: FuncFormatter, *, more: bool = False
) -> None:
    """The scale of heat beside axes that leave it room; `more`: there are values above it."""
    width, _ = figure.get_size_inches()
    place = axes.get_position()
    beside = figure.add_axes((place.x1 + 0.2 / width, place.y0, 0.14 / width, place.height))
    bar = figure.colorbar(mesh, ax=axes, cax=beside, extend="max" if more else "neither")
    bar.set_label(label, color=MUTED)
    bar.outline.set_edgecolor(RULE)
    bar.ax.tick_params(length=0)
    bar.ax.yaxis.set_major_formatter(ticks)


def nothing(axes: Axes, text: str = "nothing was bought") -> None:
    """Instead of data."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED, size=11)


def shortened(name: str, most: int = _NAME) -> str:
    """A name that fits beside a bar."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def amounts() -> FuncFormatter:
    """Ticks as amounts: 1,500, 2.5k, 3M."""
    return FuncFormatter(lambda value, _: short_amount(value))


def percents() -> FuncFormatter:
    """Ticks of shares from 0 to 1."""
    return FuncFormatter(lambda value, _: f"{100 * value:.0f} %")


def short_amount(value: float | Decimal) -> str:
    """An amount in few characters."""
    number = float(value)
    for size, divisor, unit in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(number) >= size:
            return f"{number / divisor:,.4g}{unit}"
    return f"{number:,.0f}" if abs(number) >= 1e3 else f"{number:,.4g}"


def adaptive(svg: str, chart: Chart) -> str:
    """An SVG that says what it is to who does not see it, and whose inks follow the page's light or dark."""
    dark = "".join(
        f'[style*="{name}: {light}"]{{{name}:{ink}!important}}'
        for light, ink in INKS.items()
        for name in ("fill", "stroke")
    )
    about = (
        f'<title id="daybook-title">{escape(chart.title)}</title>\n'
        f' <desc id="daybook-desc">{escape(f"{chart.scope}. {chart.origin}")}</desc>\n'
        f" <style>@media (prefers-color-scheme: dark){{{dark}}}</style>"
    )
    svg = re.sub(r"<svg ", '<svg role="img" aria-labelledby="daybook-title daybook-desc" ', svg, count=1)
    svg = re.sub(r"<title>.*?</title>", lambda _: about, svg, count=1, flags=re.DOTALL)
    return svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
