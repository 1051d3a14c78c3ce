"""Charts by Matplotlib, without pyplot and its state. A report is added with one line in `_DRAWINGS`."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from adapters.matplotlib.affinity import draw_affinity
from adapters.matplotlib.cohorts import draw_cohorts
from adapters.matplotlib.lifetime_value import draw_lifetime_value
from adapters.matplotlib.pareto import draw_pareto
from adapters.matplotlib.revenue import draw_revenue
from adapters.matplotlib.rfm import draw_rfm
from adapters.matplotlib.style import RC, SIZE, adaptive, head
from application.ports.charts import Chart, Picture

# Draws the data of a report into an empty figure, whose size it may change, and returns what is to stand above it.
Drawing = Callable[[Figure, Any], str]

_DRAWINGS: Final[Mapping[str, Drawing]] = {
    "revenue": draw_revenue,
    "cohorts": draw_cohorts,
    "rfm": draw_rfm,
    "pareto": draw_pareto,
    "affinity": draw_affinity,
    "lifetime-value": draw_lifetime_value,
}
_PNG_DPI: Final = 160
# The settings of Matplotlib are those of the process, and its fonts are not for several threads at once.
_lock = Lock()


class MatplotlibPainter:
    """Draws one chart at a time."""

    def draw(self, chart: Chart, picture: Picture) -> bytes:
        """As the port says; a PNG is white."""
        drawing = _DRAWINGS[chart.report]
        with _lock, mpl.rc_context():
            # What a user has set for charts of their own is not for ours.
            mpl.rcdefaults()
            mpl.rcParams.update(RC)
            figure = Figure(figsize=SIZE)
            chart = replace(chart, title=drawing(figure, chart.data))
            head(figure, chart)
            return _svg(figure, chart) if picture == "svg" else _png(figure, chart)


def _svg(figure: Figure, chart: Chart) -> bytes:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Title": chart.title, "Creator": "Daybook", "Date": None})
    return adaptive(out.getvalue(), chart).encode()


def _png(figure: Figure, chart: Chart) -> bytes:
    out = io.BytesIO()
    about = f"{chart.scope}. {chart.origin}"
    figure.savefig(
        out, format="png", dpi=_PNG_DPI, metadata={"Title": chart.title, "Description": about, "Software": "Daybook"}
    )
    return out.getvalue()
