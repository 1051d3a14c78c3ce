"""How each report is answered from one view of a store: facts up, cut points down, counts up, then the definition."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from application.analytics.affinity import answer_affinity, answer_recommendations, answer_similar_products
from application.analytics.basket_rules import answer_basket_rules
from application.analytics.comparison import answer_comparison
from application.analytics.deferred import Deferred
from application.analytics.questions import Question
from application.ports.purchases import PurchaseView
from domain.analytics.affinity import Affinity
from domain.analytics.churn import Churn
from domain.analytics.cohorts import Cohorts, Retention, cohort_table
from domain.analytics.comparison import Comparison
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.interpurchase import Interpurchase, interpurchase
from domain.analytics.lifetime_value import LifetimeValue
from domain.analytics.pareto import Pareto, pareto
from domain.analytics.periods import Period
from domain.analytics.products import TopProducts, top_products
from domain.analytics.recommendations import Recommendations
from domain.analytics.repeat import RepeatRate, repeat_rate
from domain.analytics.revenue import RevenueSeries, revenue_series
from domain.analytics.rfm import Method, Rfm, rfm, scoring
from domain.analytics.rules import BasketRules
from domain.analytics.segments import SegmentTable
from domain.analytics.similar import SimilarProducts
from domain.analytics.summary import Summary, summarise

Data = (
    Summary
    | RevenueSeries
    | TopProducts
    | Rfm
    | RepeatRate
    | Interpurchase
    | Cohorts
    | Pareto
    | Affinity
    | SimilarProducts
    | Recommendations
    | BasketRules
    | Comparison
    | LifetimeValue
    | Churn
)
Answering = Callable[[PurchaseView, Question, SegmentTable], Awaitable[Data | Deferred[Any]]]


async def _summary(view: PurchaseView, question: Question, _segments: SegmentTable) -> Summary:
    return summarise(await view.summary(question.scope), question.scope)


async def _revenue(view: PurchaseView, question: Question, _segments: SegmentTable) -> RevenueSeries:
    period = Period(question.text("period"))
    facts = await view.revenue(question.scope, period)
    return revenue_series(facts, question.scope, period=period, window=question.number("window"), today=question.today)


async def _top_products(view: PurchaseView, question: Question, _segments: SegmentTable) -> TopProducts:
    by, metric = By(question.text("by")), Metric(question.text("metric"))
    facts = await view.products(question.scope, by, metric, question.number("limit"))
    return top_products(facts, question.scope, by=by, metric=metric)


async def _rfm(view: PurchaseView, question: Question, segments: SegmentTable) -> Rfm:
    scope, method = question.scope, Method(question.text("method"))
    histograms = await view.rfm_histograms(scope)
    scored, cuts = scoring(histograms, method, scope)
    cells = await view.rfm_cells(scope, scored)
    prospects = await view.prospects(scope)
    return rfm(histograms, cells, prospects, scope, method=method, cuts=cuts, table=segments)


async def _repeat_rate(view: PurchaseView, question: Question, _segments: SegmentTable) -> RepeatRate:
    return repeat_rate(await view.purchase_days(question.scope), question.scope)


async def _interpurchase(view: PurchaseView, question: Question, _segments: SegmentTable) -> Interpurchase:
    scope = question.scope
    gaps, days = await view.gaps(scope), await view.purchase_days(scope)
    return interpurchase(gaps, days, scope, bin_days=question.number("bin_days"))


async def _cohorts(view: PurchaseView, question: Question, _segments: SegmentTable) -> Cohorts:
    period, retention = Period(question.text("period")), Retention(question.text("retention"))
    facts = await view.cohorts(question.scope, period)
    return cohort_table(facts, question.scope, period=period, retention=retention, today=question.today)


async def _pareto(view: PurchaseView, question: Question, _segments: SegmentTable) -> Pareto:
    by = Dimension(question.text("by"))
    return pareto(await view.pareto(question.scope, by, question.number("limit")), question.scope, by=by)


ANSWERS: Mapping[str, Answering] = {
    "summary": _summary,
    "revenue": _revenue,
    "top-products": _top_products,
    "rfm": _rfm,
    "repeat-rate": _repeat_rate,
    "interpurchase": _interpurchase,
    "cohorts": _cohorts,
    "pareto": _pareto,
    "affinity": answer_affinity,
    "similar-products": answer_similar_products,
    "recommendations": answer_recommendations,
    "basket-rules": answer_basket_rules,
    "comparison": answer_comparison,
}
