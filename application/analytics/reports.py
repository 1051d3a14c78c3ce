"""The reports there are: what each means, and what may be asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from application.analytics.models import Answer, AnswerPage, DefinitionRef, Parameter, ReportDefinition, SegmentTableRef
from application.listing import DEFAULT_LIMIT, MAX_LIMIT
from domain.analytics.digest import answer_digest
from domain.analytics.facts import By, Metric
from domain.analytics.periods import Period
from domain.analytics.products import TopProducts
from domain.analytics.revenue import RevenueSeries
from domain.analytics.rfm import Method, Rfm, RfmCustomer
from domain.analytics.scope import Customers, Lines, Returns
from domain.analytics.segments import SegmentTable
from domain.analytics.summary import Summary

DEFAULT_WINDOWS: Mapping[Period, int] = {Period.DAY: 7, Period.WEEK: 4, Period.MONTH: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """A report's definition, the type of its answer, and whether it names segments."""

    definition: ReportDefinition
    answer: Any
    segmented: bool = False

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


def _choice(name: str, kind: type[StrEnum], default: StrEnum, description: str) -> Parameter:
    choices = [one.value for one in kind]
    return Parameter(
        name=name, kind="choice", choices=choices, default=default.value, description=description, example=default.value
    )


def _whole(
    name: str, description: str, *, most: int, default: int | None, example: int, clamped: bool = False
) -> Parameter:
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
    _choice(
        "returns",
        Returns,
        Returns.NET,
        "net: returns lower money and units on their own day. ignore: they are left out.",
    ),
    _choice(
        "lines", Lines, Lines.ALL, "paid: only lines with a unit price above 0, and orders with such a line, count."
    ),
    _choice("customers", Customers, Customers.ALL, "known: orders and returns without a customer are left out."),
)

_METHOD = _choice("method", Method, Method.QUANTILE, "How values become scores; the definition says what each means.")

_RFM_WORDS = (
    "Every known customer with a purchase is scored from 1 to 5 (best) for how recently, how often and for how much "
    "they bought. method=quantile: 1 and one more for each quantile cut strictly below the value. method=ntile: groups "
    "of equal size, ties broken by the customer's key. method=rank: customers with equal values share a score. The "
    "segment is found by R and by the rounded-up mean of F and M in the table, the standard one or the shop's own. "
    "Prospects are the living customers without a purchase."
)
_RFM_FORMULA = (
    "R = days from the last purchase day to as_of, F = orders, M = revenue less returns. quantile: cuts are the type 7 "
    "(linear) quantiles at .2 .4 .6 .8, score = 1 + number of cuts < value, for R 6 less that. ntile: NTILE(5) over R "
    "descending then key, F and M ascending then key. rank: min(5, 1 + floor(5 (rank - 1) / n)), worst first. "
    "Score = 100 R + 10 F + M, FM = ceil((F + M) / 2)."
)
_RFM_SOURCE = (
    "Hughes, Strategic Database Marketing (1994), for scores by fifths; Hyndman, Fan 1996, The American Statistician "
    "50(4), for type 7; segment names as Shopify publishes them."
)


def _spec(
    report: str,
    title: str,
    answer: Any,
    own: tuple[Parameter, ...],
    *,
    words: str,
    formula: str,
    source: str,
    segmented: bool = False,
) -> ReportSpec:
    return ReportSpec(
        answer=answer,
        segmented=segmented,
        definition=ReportDefinition(
            report=report,
            title=title,
            definition=DefinitionRef(name=report, version=1),
            words=words,
            formula=formula,
            source=source,
            parameters=[*own, *COMMON],
        ),
    )


_SUMMARY = _spec(
    "summary",
    "A shop in a few numbers",
    Answer[Summary],
    (),
    words=(
        "Known customers who bought, orders that are not cancelled, units and revenue after discounts, before tax and "
        "shipping, less what came back; how much an order is worth and how much it holds."
    ),
    formula=(
        "average_order_value = revenue / orders; basket_size = mean of the distinct SKUs of an order; "
        "units_per_order = units / orders"
    ),
    source="Daybook's own; average order value as retail practice has it.",
)

_REVENUE = _spec(
    "revenue",
    "Revenue by day, week or month",
    Answer[RevenueSeries],
    (
        _choice("period", Period, Period.DAY, "Days, ISO weeks (from Monday) or months."),
        _whole(
            "window",
            "How many periods the moving average takes. 7 for days, 4 for weeks, 3 for months when it is not given.",
            most=366,
            default=None,
            example=7,
        ),
    ),
    words=(
        "Orders, units, revenue, customers and new customers (whose first purchase ever falls into it) of every period "
        "from the first to the last before as_of, those without a sale included. A period is unfinished when it goes "
        "on past as_of, or past yesterday."
    ),
    formula="moving_average = sum of the revenue of this and the window - 1 periods before it / window",
    source="Weeks by ISO 8601; the moving average is the trailing simple mean.",
)

_TOP_PRODUCTS = _spec(
    "top-products",
    "Top products, authors and categories",
    Answer[TopProducts],
    (
        _choice("by", By, By.PRODUCT, "Products by SKU, or authors or categories of the linked books."),
        _choice("metric", Metric, Metric.REVENUE, "What they are compared by."),
        _whole("limit", "How many.", most=1_000, default=10, example=10),
    ),
    words=(
        "Descending by the metric, then by key in the order of its bytes. An author or a category gets the full amount "
        "of a line, so shares by category may add up to more than 1; so may shares of orders and of customers."
    ),
    formula=(
        "share = max(value, 0) / whole; whole = the sum of the values above 0 of all products for revenue and units, "
        "all orders or all known customers who bought for orders and customers"
    ),
    source="Daybook's own.",
)

_RFM = _spec(
    "rfm",
    "Recency, frequency, money",
    Answer[Rfm],
    (_METHOD,),
    words=_RFM_WORDS,
    formula=_RFM_FORMULA,
    source=_RFM_SOURCE,
    segmented=True,
)

RFM_CUSTOMERS = _spec(
    "rfm-customers",
    "The customers behind RFM",
    AnswerPage[RfmCustomer],
    (
        _METHOD,
        Parameter(
            name="segment",
            kind="text",
            description="Only the customers of this segment of the table.",
            example="CHAMPIONS",
        ),
        _whole(
            "limit",
            f"How many on a page; more than {MAX_LIMIT} is taken as {MAX_LIMIT}.",
            most=MAX_LIMIT,
            default=DEFAULT_LIMIT,
            example=DEFAULT_LIMIT,
            clamped=True,
        ),
        Parameter(
            name="cursor",
            kind="text",
            description="The next_cursor of the page before; it holds as_of and currency of the first page.",
            example="WyI0ZjU2Il0",
        ),
    ),
    words=_RFM_WORDS,
    formula=_RFM_FORMULA,
    source=_RFM_SOURCE,
    segmented=True,
)

REPORTS: Mapping[str, ReportSpec] = {spec.name: spec for spec in (_SUMMARY, _REVENUE, _TOP_PRODUCTS, _RFM)}


def definitions(segments: SegmentTable) -> Sequence[ReportDefinition]:
    """What each report means and takes, with this table of segments."""
    return [spec.defined(segments) for spec in (*REPORTS.values(), RFM_CUSTOMERS)]
