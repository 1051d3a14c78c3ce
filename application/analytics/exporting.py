"""Reports in other forms than JSON: as files, and as pictures."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, get_args

from application.analytics.lifetime_reports import CHURN_CUSTOMERS
from application.analytics.models import Answer
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from application.analytics.specs import ReportSpec
from application.analytics.tables import tabular
from application.errors import NotAcceptable, NotFound
from application.ports.charts import Chart, ChartPainter, Picture
from application.ports.report_files import ReportFormat

SPECS: Final[Mapping[str, ReportSpec]] = {
    spec.name: spec for spec in (*REPORTS.values(), RFM_CUSTOMERS, CHURN_CUSTOMERS)
}
PICTURES: Final[Sequence[str]] = get_args(Picture)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileType:
    """A form by its name: its media type, and whether people can read it as text."""

    name: str
    media_type: str
    binary: bool = True


FILE_TYPES: Final[Mapping[str, FileType]] = {
    one.name: one
    for one in (
        FileType(name="csv", media_type="text/csv; charset=utf-8; header=present", binary=False),
        FileType(name="ndjson", media_type="application/x-ndjson", binary=False),
        FileType(name="parquet", media_type="application/vnd.apache.parquet"),
        FileType(name="arrow", media_type="application/vnd.apache.arrow.stream"),
        FileType(name="xlsx", media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        FileType(name="svg", media_type="image/svg+xml", binary=False),
        FileType(name="png", media_type="image/png"),
    )
}


def file_types(spec: ReportSpec) -> list[FileType]:
    """The forms that a report has beside JSON."""
    return [one for name, one in FILE_TYPES.items() if spec.charted or name not in PICTURES]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """An answer as a file. `about` says what it is, as text by dotted names.

    `pieces` makes the file, piece by piece, as it is read; that takes time, and belongs in a thread of its own.
    """

    answer: Answer[Any]
    type: FileType
    name: str
    about: Mapping[str, str]
    pieces: Callable[[], Iterator[bytes]]


class ReportFileService:
    """Each method is one use case. `formats` and `painter` load what they need when they are first asked for.

    Those raise NotAcceptable when it is not installed.
    """

    def __init__(
        self,
        *,
        analytics: AnalyticsService,
        formats: Mapping[str, Callable[[], ReportFormat]],
        painter: Callable[[], ChartPainter],
    ) -> None:
        self._analytics = analytics
        self._formats = formats
        self._painter = painter

    async def export(self, report: str, parameters: Iterable[tuple[str, str]], form: str) -> ReportFile:
        """The answer of one report in one of the `FILE_TYPES`.

        - Of a report that comes in pages, the file has all of them, so that `limit` and `cursor` are refused.
        - Raises as the report does, and NotAcceptable when it has no such form, or the form's library is not installed.
        """
        spec = SPECS.get(report)
        if spec is None:
            raise NotFound("report", report)
        type_ = FILE_TYPES.get(form)
        if type_ is None or type_ not in file_types(spec):
            names = ", ".join(("json", *(one.name for one in file_types(spec))))
            raise NotAcceptable(f"{report} has no form {form}: it has {names}")
        # The first time a library is loaded, for which nobody else shall wait.
        made: Any = await asyncio.to_thread(self._painter if form in PICTURES else self._formats[form])
        answer = await self._answer(spec, list(parameters))
        tables = tabular(spec, answer)
        drawn = partial(_drawn, made, spec, answer, form)
        pieces = drawn if form in PICTURES else partial(made.write, tables)
        name = f"{report}-{answer.as_of}.{form}"
        return ReportFile(answer=answer, type=type_, name=name, about=tables.about, pieces=pieces)

    async def _answer(self, spec: ReportSpec, parameters: Sequence[tuple[str, str]]) -> Answer[Any]:
        match spec.name:
            case RFM_CUSTOMERS.name:
                return await self._analytics.every_rfm_customer(parameters)
            case CHURN_CUSTOMERS.name:
                return await self._analytics.every_churn_customer(parameters)
        return await self._analytics.ask(spec.name, parameters)


def _drawn(painter: ChartPainter, spec: ReportSpec, answer: Answer[Any], picture: Any) -> Iterator[bytes]:
    yield painter.draw(chart_of(spec, answer), picture)


def chart_of(spec: ReportSpec, answer: Answer[Any]) -> Chart:
    """What there is to draw of an answer, and the lines that say what it is: of parameters, those not left as usual."""
    asked = answer.parameters
    own = [
        f"{name.replace('_', ' ')} {asked[name]}"
        for name, parameter in spec.parameters.items()
        if name not in _TOLD_ELSEWHERE and asked.get(name) is not None and str(asked[name]) != parameter.default
    ]
    since = f"from {asked['from']} " if asked["from"] else ""
    scope = [asked["currency"] or "no currency", f"{since}as of {answer.as_of} ({asked['tz']})", *own]
    definition = answer.definition
    origin = (
        f"{definition.name}, version {definition.version} · {answer.store}, event {answer.watermark} · "
        f"{answer.answer_digest[:19]}…"
    )
    return Chart(
        report=spec.name,
        title=spec.definition.title,
        scope=" · ".join(map(str, scope)),
        origin=origin,
        data=answer.data,
    )


_TOLD_ELSEWHERE = frozenset({"from", "as_of", "tz", "currency"})
