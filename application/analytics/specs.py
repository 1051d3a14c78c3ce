"""What a report is made of: its definition, the parameters that all reports take, and those of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from application.analytics.models import DefinitionRef, Parameter, ReportDefinition, SegmentTableRef
from domain.analytics.digest import answer_digest
from domain.analytics.scope import Customers, Lines, Returns
from domain.analytics.segments import SegmentTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """A report's definition, the type of its answer, and whether it names segments, and customers.

    `completed` gives, from the values that were asked for (as_of among them), those of the others that follow from
    them. It raises Invalid. `computed`: a part of the answer takes a processor for long (ComputationTooLong).
    `rows` is the part of the answer that is its list: what a table, CSV and other files show. Without one it is the
    answer itself, as one row. `charted`: there is a picture of it.
    """

    definition: ReportDefinition
    answer: Any
    completed: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    computed: bool = False
    rows: str | None = None
    charted: bool = False
    segmented: bool = False
    names_customers: bool = False

    @property
    def name(self) -> str:
        """As it is asked for: `top-products`."""
        return self.definition.report

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What it takes, by name, in the order in which it is told."""
        return {parameter.name: parameter for parameter in self.definition.parameters}

    def defined(self, segments: SegmentTable) -> ReportDefinition:
        """The definition with this table of segments."""
        if not self.segmented:
            return self.definition
        table = SegmentTableRef(name=segments.name, digest=answer_digest(segments))
        return replace(self.definition, definition=replace(self.definition.definition, segment_table=table))


def choice(name: str, kind: Iterable[StrEnum], default: StrEnum, description: str) -> Parameter:
    """A parameter that is one of a few words."""
    choices = [one.value for one in kind]
    return Parameter(
        name=name, kind="choice", choices=choices, default=default.value, description=description, example=default.value
    )


def whole(
    name: str, description: str, *, most: int, default: int | None, example: int, clamped: bool = False
) -> Parameter:
    """A parameter that is a whole number from 1 to `most`; with `clamped`, more is taken as the most."""
    return Parameter(
        name=name,
        kind="integer",
        minimum=1,
        maximum=most,
        clamped=clamped,
        default=None if default is None else str(default),
        description=description,
        example=str(example),
    )


def decimal(name: str, description: str, *, most: int, default: str, example: str) -> Parameter:
    """A parameter that is a decimal from 0 to `most`, as text, exactly as it is written."""
    return Parameter(
        name=name,
        kind="decimal",
        minimum=0,
        maximum=most,
        default=default,
        description=description,
        example=example,
    )


COMMON = (
    Parameter(
        name="from",
        kind="date",
        description="The first day whose purchases count. Without it, all before as_of do.",
        example="2026-01-01",
    ),
    Parameter(
        name="as_of",
        kind="date",
        description="The exclusive end: purchases of this day and later do not count. Tomorrow when it is not given.",
        example="2026-07-01",
    ),
    Parameter(
        name="tz",
        kind="text",
        default="UTC",
        description="The IANA time zone in which days, weeks and months are cut.",
        example="Europe/Berlin",
    ),
    Parameter(
        name="currency",
        kind="text",
        description="The one currency of the answer (ISO 4217). Needed where the shop has several.",
        example="EUR",
    ),
    choice(
        "returns",
        Returns,
        Returns.NET,
        "net: returns lower money and units on their own day. ignore: they are left out.",
    ),
    choice(
        "lines", Lines, Lines.ALL, "paid: only lines with a unit price above 0, and orders with such a line, count."
    ),
    choice("customers", Customers, Customers.ALL, "known: orders and returns without a customer are left out."),
    Parameter(
        name="max_lag",
        kind="integer",
        minimum=0,
        maximum=604_800,
        description="For how many seconds the store that answers may be behind: beside a warehouse, the store of "
        "record answers when the warehouse is later than that. Without it, `ANALYTICS_MAX_LAG` holds.",
        example="60",
    ),
)


def report_spec(
    report: str,
    title: str,
    answer: Any,
    own: tuple[Parameter, ...],
    *,
    words: str,
    formula: str,
    source: str,
    completed: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    computed: bool = False,
    rows: str | None = None,
    charted: bool = False,
    segmented: bool = False,
    names_customers: bool = False,
) -> ReportSpec:
    """A report with its own parameters first, which may replace common ones, in the first version of its definition."""
    names = {parameter.name for parameter in own}
    return ReportSpec(
        answer=answer,
        completed=completed,
        computed=computed,
        rows=rows,
        charted=charted,
        segmented=segmented,
        names_customers=names_customers,
        definition=ReportDefinition(
            report=report,
            title=title,
            definition=DefinitionRef(name=report, version=1),
            words=words,
            formula=formula,
            source=source,
            parameters=[*own, *(parameter for parameter in COMMON if parameter.name not in names)],
        ),
    )
