"""The reports there are: what each means, and what may be asked of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.analytics.affinity import AFFINITY, RECOMMENDATIONS, SIMILAR_PRODUCTS
from application.analytics.basket_rules import BASKET_RULES
from application.analytics.comparison import COMPARISON
from application.analytics.lifetime_reports import CHURN, CHURN_CUSTOMERS, CUSTOMER_PROFILE, LIFETIME_VALUE
from application.analytics.models import Answer, AnswerPage, Parameter, ReportDefinition
from application.analytics.specs import ReportSpec, choice, report_spec, whole
from application.listing import DEFAULT_LIMIT, MAX_LIMIT
from domain.analytics.cohorts import Cohorts, Retention
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.interpurchase import Interpurchase
from domain.analytics.pareto import Pareto
from domain.analytics.periods import Period
from domain.analytics.products import TopProducts
from domain.analytics.repeat import RepeatRate
from domain.analytics.revenue import RevenueSeries
from domain.analytics.rfm import Method, Rfm, RfmCustomer
from domain.analytics.segments import SegmentTable
from domain.analytics.summary import Summary

_WINDOWS: Mapping[Period, int] = {Period.DAY: 7, Period.WEEK: 4, Period.MONTH: 3}

COHORT_PERIODS: Sequence[Period] = (Period.WEEK, Period.MONTH)

_METHOD = choice("method", Method, Method.QUANTILE, "How values become scores; the definition says what each means.")

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


def _window(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"window": values["window"] or _WINDOWS[Period(values["period"])]}


_SUMMARY = report_spec(
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

_REVENUE = report_spec(
    "revenue",
    "Revenue by day, week or month",
    Answer[RevenueSeries],
    (
        choice("period", Period, Period.DAY, "Days, ISO weeks (from Monday) or months."),
        whole(
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
    completed=_window,
    rows="periods",
    charted=True,
)

_TOP_PRODUCTS = report_spec(
    "top-products",
    "Top products, authors and categories",
    Answer[TopProducts],
    (
        choice("by", By, By.PRODUCT, "Products by SKU, or authors or categories of the linked books."),
        choice("metric", Metric, Metric.REVENUE, "What they are compared by."),
        whole("limit", "How many.", most=1_000, default=10, example=10),
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
    rows="items",
)

_RFM = report_spec(
    "rfm",
    "Recency, frequency, money",
    Answer[Rfm],
    (_METHOD,),
    words=_RFM_WORDS,
    formula=_RFM_FORMULA,
    source=_RFM_SOURCE,
    rows="segments",
    charted=True,
    segmented=True,
)

RFM_CUSTOMERS = report_spec(
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
        whole(
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
    names_customers=True,
)

_REPEAT_RATE = report_spec(
    "repeat-rate",
    "How many customers come again",
    Answer[RepeatRate],
    (),
    words=(
        "The part of the known customers with a purchase who bought on two days or more, and how many bought on how "
        "many days. Several orders of one customer on one day are one purchase day."
    ),
    formula="repeat_rate = customers with >= 2 purchase days / customers with >= 1",
    source="The repeat rate as retail practice has it, over transactions as Fader and Hardie count them: one a day.",
    rows="frequencies",
)

_INTERPURCHASE = report_spec(
    "interpurchase",
    "Days between purchases",
    Answer[Interpurchase],
    (whole("bin_days", "How many days a bin of the histogram holds.", most=3_660, default=7, example=7),),
    words=(
        "The gaps between the purchase days of each known customer and the next ones: their mean, median, percentiles "
        "and histogram. Several orders on one day are one purchase day, so no gap is shorter than a day. A gap counts "
        "when both its ends do. Bins of the histogram without a gap are left out."
    ),
    formula=(
        "gap = a purchase day - the purchase day before it; percentile p stands at place (gaps - 1) p / 100 of the "
        "sorted gaps, counted from 0, on the line between its neighbours"
    ),
    source="Hyndman, Fan 1996, The American Statistician 50(4), type 7, for percentiles; transactions are one a day.",
    rows="histogram",
)

_COHORTS = report_spec(
    "cohorts",
    "Cohorts of customers",
    Answer[Cohorts],
    (
        choice("period", COHORT_PERIODS, Period.MONTH, "ISO weeks (from Monday) or months."),
        choice(
            "retention",
            Retention,
            Retention.CLASSIC,
            "Whom a cell counts. classic: who bought in its period. unbounded: who bought in it or later.",
        ),
    ),
    words=(
        "Known customers by the period of their first purchase ever, those whose first purchase lies within the scope; "
        "how many of each cohort are still there in each period since, their orders, and what they paid in all and a "
        "head of the whole cohort. A period is unfinished when it goes on past as_of, or past yesterday; unbounded "
        "counts may grow with every later purchase. Returns lower the revenue of the period in which they came; those "
        "from before a cohort's first period are told with the cohort and are in no cell."
    ),
    formula=(
        "cell k = distinct customers of the cohort with a purchase in the period k after that of the first one "
        "(classic), or in any period >= k (unbounded); rate = cell / customers of the cohort; "
        "cumulative_revenue_per_customer = revenue of the periods 0 to k / customers of the cohort"
    ),
    source=(
        "Cohort tables as retail and product analytics have them; classic and unbounded retention as commonly told "
        "apart. Weeks by ISO 8601."
    ),
    rows="cells",
    charted=True,
)

_PARETO = report_spec(
    "pareto",
    "How much comes from how few",
    Answer[Pareto],
    (
        choice("by", Dimension, Dimension.PRODUCT, "Products by SKU, authors, categories, or known customers."),
        whole("limit", "How many items are told; the rest is counted.", most=10_000, default=10, example=10),
    ),
    words=(
        "Items by revenue, descending, then by key in the order of its bytes: A are those with less than 80 % of the "
        "whole before them (so the one that crosses it is A), B those with less than 95 %, C the rest, and those that "
        "are not above 0. The whole, shares, the share of the top 20 % and the Gini coefficient are of the items with "
        "revenue above 0, which returns may have taken it from; the others are counted beside. An author or a category "
        "gets the full amount of a line, so that by category the whole may be more than what was sold."
    ),
    formula=(
        "share = max(revenue, 0) / whole; top 20 % = the first ceil(n / 5) of the n items above 0; "
        "Gini = ((n + 1) whole - 2 sum(rank x revenue)) / (n whole), rank 1 for the most"
    ),
    source=(
        "ABC analysis after Pareto and Juran (Dickie, ABC Inventory Analysis Shoots for Dollars, not Pennies, 1951); "
        "Gini 1912, in the discrete form over ranks."
    ),
    rows="items",
    charted=True,
    names_customers=True,
)

REPORTS: Mapping[str, ReportSpec] = {
    spec.name: spec
    for spec in (
        *(_SUMMARY, _REVENUE, _TOP_PRODUCTS, _RFM, _REPEAT_RATE, _INTERPURCHASE, _COHORTS, _PARETO),
        *(AFFINITY, SIMILAR_PRODUCTS, RECOMMENDATIONS),
        *(BASKET_RULES, COMPARISON),
        *(LIFETIME_VALUE, CHURN),
    )
}


def definitions(segments: SegmentTable) -> Sequence[ReportDefinition]:
    """What each report means and takes, with this table of segments."""
    return [spec.defined(segments) for spec in (*REPORTS.values(), RFM_CUSTOMERS, CHURN_CUSTOMERS, CUSTOMER_PROFILE)]
