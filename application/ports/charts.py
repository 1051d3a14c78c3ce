"""Charts of reports, for people to look at."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Picture = Literal["svg", "png"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is to be drawn: the `data` of a report's answer, with the lines that say what it is.

    `title` is that of the report, which a painter may say more exactly, `scope` what was asked (currency, days,
    zone), `origin` the definition, the store and the digest.
    """

    report: str
    title: str
    scope: str
    origin: str
    data: Any


class ChartPainter(Protocol):
    """Draws."""

    def draw(self, chart: Chart, picture: Picture) -> bytes:
        """The picture, the same bytes for the same chart. It may take a second, and any thread may ask for it.

        An SVG has its title and its scope as `title` and `desc`, text that is text, and suits light and dark pages.
        Raises LookupError for a report that it has no chart of.
        """
        ...
