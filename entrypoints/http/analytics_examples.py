"""Examples of reports: the definitions themselves, over the shop of the other examples."""

from datetime import date
from typing import Any

from application.analytics.lifetime_reports import CHURN_CUSTOMERS, CUSTOMER_PROFILE
from application.analytics.models import Answer, AnswerPage
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from domain.analytics.cohorts import Retention, cohort_table
from domain.analytics.counting import (
    cells,
    count_pareto,
    count_products,
    count_prospects,
    count_revenue,
    count_summary,
    histograms,
    list_buyers,
    score,
)
from domain.analytics.counting_retention import count_cohorts, count_gaps, count_purchase_days
from domain.analytics.digest import answer_digest
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.interpurchase import interpurchase
from domain.analytics.pareto import pareto
from domain.analytics.periods import Period
from domain.analytics.products import top_products
from domain.analytics.repeat import repeat_rate
from domain.analytics.revenue import revenue_series
from domain.analytics.rfm import Method, rfm, rfm_customer, scoring
from domain.analytics.scope import Scope
from domain.analytics.segments import STANDARD
from domain.analytics.summary import summarise
from entrypoints.http.examples import HISTORY, plain
from entrypoints.http.lifetime_examples import FITTED_PARAMETERS, fitted_example

_SCOPE = Scope(as_of=date(2026, 2, 1), tz="UTC", currency="EUR")
_COMMON = {
    "from": None,
    "as_of": _SCOPE.as_of.isoformat(),
    "tz": "UTC",
    "currency": "EUR",
    "returns": "net",
    "lines": "all",
    "customers": "all",
}
_OWN: dict[str, dict[str, Any]] = {
    "summary": {},
    "revenue": {"period": "month", "window": 3},
    "top-products": {"by": "product", "metric": "revenue", "limit": 10},
    "rfm": {"method": "quantile"},
    "repeat-rate": {},
    "interpurchase": {"bin_days": 7},
    "cohorts": {"period": "month", "retention": "classic"},
    "pareto": {"by": "product", "limit": 10},
    "rfm-customers": {"method": "quantile", "segment": None, "limit": 20, "cursor": None},
    **FITTED_PARAMETERS,
}


def example_of(report: str) -> Any:
    """The answer of one report, as JSON would read it."""
    data = fitted_example(report, HISTORY) if report in FITTED_PARAMETERS else _data(report, HISTORY)
    spec = {**REPORTS, **{one.name: one for one in (RFM_CUSTOMERS, CHURN_CUSTOMERS, CUSTOMER_PROFILE)}}[report]
    head: dict[str, Any] = {
        "report": report,
        "definition": spec.defined(STANDARD).definition,
        "parameters": _OWN[report] | _COMMON,
        "as_of": _SCOPE.as_of,
        "watermark": 4,
        "store": "postgres",
        "answer_digest": answer_digest(data),
        "data": data,
    }
    return plain(AnswerPage(**head, has_more=False) if isinstance(data, list) else Answer(**head))


def _data(report: str, history: PurchaseHistory) -> Any:
    match report:
        case "summary":
            return summarise(count_summary(history, _SCOPE), _SCOPE)
        case "revenue":
            facts = count_revenue(history, _SCOPE, Period.MONTH)
            return revenue_series(facts, _SCOPE, period=Period.MONTH, window=3, today=_SCOPE.as_of)
        case "top-products":
            totals = count_products(history, _SCOPE, By.PRODUCT, Metric.REVENUE, 10)
            return top_products(totals, _SCOPE, by=By.PRODUCT, metric=Metric.REVENUE)
        case "repeat-rate":
            return repeat_rate(count_purchase_days(history, _SCOPE), _SCOPE)
        case "interpurchase":
            days = count_purchase_days(history, _SCOPE)
            return interpurchase(count_gaps(history, _SCOPE), days, _SCOPE, bin_days=7)
        case "cohorts":
            cohorts = count_cohorts(history, _SCOPE, Period.MONTH)
            kept = Retention.CLASSIC
            return cohort_table(cohorts, _SCOPE, period=Period.MONTH, retention=kept, today=_SCOPE.as_of)
        case "pareto":
            spread = count_pareto(history, _SCOPE, Dimension.PRODUCT, 10)
            return pareto(spread, _SCOPE, by=Dimension.PRODUCT)
    return _rfm_data(report, history)


def _rfm_data(report: str, history: PurchaseHistory) -> Any:
    buyers = list_buyers(history, _SCOPE)
    counted = histograms(buyers)
    scored_by, cuts = scoring(counted, Method.QUANTILE, _SCOPE)
    scored = score(buyers, scored_by)
    if report == RFM_CUSTOMERS.name:
        return [rfm_customer(one, _SCOPE, STANDARD) for one in scored]
    prospects = count_prospects(history, _SCOPE)
    return rfm(counted, cells(scored), prospects, _SCOPE, method=Method.QUANTILE, cuts=cuts, table=STANDARD)
