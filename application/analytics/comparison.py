"""The report that sets one period beside another."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from application.analytics.models import Answer, Parameter
from application.analytics.questions import Question
from application.analytics.specs import choice, report_spec, whole
from application.ports.purchases import PurchaseView
from domain.analytics.comparison import Against, Comparison, PeriodTotals, compare, new_customers, other_scope
from domain.analytics.facts import By, Metric
from domain.analytics.scope import EARLIEST_DAY, LATEST_DAY, Scope
from domain.analytics.segments import SegmentTable
from domain.shared.errors import Problems

DEFAULT_DAYS = 28


def _days(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The days of both periods, as far as they are not given. Raises Invalid."""
    as_of: date = values["as_of"]
    if not EARLIEST_DAY <= as_of <= LATEST_DAY:
        return {}
    first: date = values["from"] or as_of - timedelta(days=DEFAULT_DAYS)
    if not EARLIEST_DAY <= first < as_of:
        return {"from": first}
    against, other, end = values["against"], values["against_from"], values["against_as_of"]
    problems = Problems()
    if other is None and end is None:
        against = against or Against.PREVIOUS.value
        other, end = Against(against).period(first, as_of)
    else:
        if against is not None:
            problems.add("/against", "against-or-days", "must not be given with against_from or against_as_of")
        other = other or _moved(end, first - as_of)
        end = end or _moved(other, as_of - first)
    for name, day in (("/against_from", other), ("/against_as_of", end)):
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            problems.add(name, "out-of-range", "must be in the years 1900 to 9998")
    if other >= end:
        problems.add("/against_from", "from-not-before-as-of", f"must be before against_as_of, which is {end}")
    problems.raise_if_any()
    return {"from": first, "against": against, "against_from": other, "against_as_of": end}


def _moved(day: date, by: timedelta) -> date:
    """So many days later, and no further than there are days."""
    return date.fromordinal(min(max(day.toordinal() + by.days, date.min.toordinal()), date.max.toordinal()))


COMPARISON = report_spec(
    "comparison",
    "One period beside another",
    Answer[Comparison],
    (
        Parameter(
            name="from",
            kind="date",
            description=f"The first day of the period; {DEFAULT_DAYS} days before as_of when it is not given.",
            example="2026-01-01",
        ),
        Parameter(
            name="against",
            kind="choice",
            choices=[one.value for one in Against],
            description=(
                "What the days from from to as_of are compared with. previous: as many days right before them, which "
                "is so when nothing is said. year: the same days a year before."
            ),
            example=Against.PREVIOUS.value,
        ),
        Parameter(
            name="against_from",
            kind="date",
            description="The first day of the other period, where it is another; as many days when it alone is given.",
            example="2025-06-01",
        ),
        Parameter(
            name="against_as_of",
            kind="date",
            description="The exclusive end of the other period; as many days before it when it alone is given.",
            example="2025-07-01",
        ),
        choice("by", By, By.PRODUCT, "What moved: products by SKU, or authors or categories of the linked books."),
        choice("metric", Metric, Metric.REVENUE, "What they are compared by."),
        whole("limit", "How many of those that moved most.", most=1_000, default=10, example=10),
    ),
    words=(
        "The figures of summary, the new customers of revenue, and the repeat rate, of the days from from to as_of and "
        "of another period, each as its own report has it in the same scope. Then the products, authors or categories "
        "of either period that moved most: by the size of their change, then by key in the order of its bytes. A "
        "period is unfinished when not all of it is over: as_of is tomorrow when it is not given, so that today, half "
        "over, would be compared with a whole day."
    ),
    formula=(
        "change = value - before; relative_change = change / |before|, null when before is 0; both of the exact "
        "figures, rounded once. A year before 29 February is 28 February, or 1 March for an exclusive end"
    ),
    source="Daybook's own; period over period and year over year as retail practice has them.",
    completed=_days,
    rows="figures",
)


async def answer_comparison(view: PurchaseView, question: Question, _segments: SegmentTable) -> Comparison:
    """The answer from one view of a store."""
    scope, by, metric = question.scope, By(question.text("by")), Metric(question.text("metric"))
    first, as_of = question.day("against_from"), question.day("against_as_of")
    before = other_scope(scope, first, as_of)
    # Nobody's first day ever hangs on the period, so that they are told once for both.
    spanning = other_scope(scope, min(first, question.day("from")), max(as_of, scope.as_of))
    firsts = await view.first_days(spanning)
    totals = await _totals(view, scope, firsts), await _totals(view, before, firsts)
    movements = await view.movements(scope, before, by, metric, question.number("limit"))
    return compare(totals, movements, (scope, before), by=by, metric=metric, today=question.today)


async def _totals(view: PurchaseView, scope: Scope, firsts: Sequence[tuple[date, int]]) -> PeriodTotals:
    return PeriodTotals(
        summary=await view.summary(scope),
        new_customers=new_customers(firsts, scope),
        purchase_days=await view.purchase_days(scope),
    )
