"""Examples of reports: the definitions themselves, over the shop of the other examples."""

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from application.analytics.lifetime_reports import CHURN_CUSTOMERS, CUSTOMER_PROFILE
from application.analytics.models import Answer, AnswerPage
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from domain.analytics.affinity import affinity
from domain.analytics.cohorts import Retention, cohort_table
from domain.analytics.comparison import Comparison, PeriodTotals, compare, new_customers, other_scope
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
from domain.analytics.counting_affinity import count_pairs, count_units, list_names, list_neighbours, list_popular
from domain.analytics.counting_baskets import list_basket_items, list_item_sets
from domain.analytics.counting_comparison import count_first_days, count_movements
from domain.analytics.counting_retention import count_cohorts, count_gaps, count_purchase_days
from domain.analytics.digest import answer_digest
from domain.analytics.facts import By, Dimension, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.interpurchase import interpurchase
from domain.analytics.pairs import Measure, PairQuestion, Unit
from domain.analytics.pareto import pareto
from domain.analytics.periods import Period
from domain.analytics.products import top_products
from domain.analytics.recommendations import Basis, Filler, recommendations
from domain.analytics.repeat import repeat_rate
from domain.analytics.revenue import revenue_series
from domain.analytics.rfm import Method, rfm, rfm_customer, scoring
from domain.analytics.rules import BasketRules, RuleMeasure, RuleQuestion, basket_rules, mine_rules
from domain.analytics.scope import Scope
from domain.analytics.segments import STANDARD
from domain.analytics.similar import similar_products
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
    "affinity": {
        "unit": "basket",
        "by": "product",
        "min_count": 1,
        "min_support": "0",
        "min_confidence": "0",
        "min_lift": "0",
        "sort": "support",
        "limit": 10,
    },
    "similar-products": {"product": "9780141439549", "min_count": 1, "limit": 10},
    "recommendations": {"customer": None, "min_count": 1, "limit": 10},
    "basket-rules": {
        "by": "product",
        "min_support": "0.001",
        "min_count": 1,
        "min_confidence": "0.5",
        "min_lift": "0",
        "max_length": 10,
        "sort": "lift",
        "limit": 10,
    },
    "comparison": {
        "against": "previous",
        "against_from": "2025-12-01",
        "against_as_of": "2026-01-01",
        "by": "product",
        "metric": "revenue",
        "limit": 10,
    },
    "rfm-customers": {"method": "quantile", "segment": None, "limit": 20, "cursor": None},
    **FITTED_PARAMETERS,
}

_OF_PAIRS = frozenset({"affinity", "similar-products", "recommendations"})


@cache
def example_of(report: str) -> Any:
    """The answer of one report, as JSON would read it."""
    if report in FITTED_PARAMETERS:
        data = fitted_example(report, HISTORY)
    else:
        data = (_affinity_data if report in _OF_PAIRS else _data)(report, HISTORY)
    spec = {**REPORTS, **{one.name: one for one in (RFM_CUSTOMERS, CHURN_CUSTOMERS, CUSTOMER_PROFILE)}}[report]
    head: dict[str, Any] = {
        "report": report,
        "definition": spec.defined(STANDARD).definition,
        "parameters": _OWN[report] | _COMMON | ({"from": "2026-01-01"} if report == "comparison" else {}),
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
    return _more_data(report, history)


def _more_data(report: str, history: PurchaseHistory) -> Any:
    match report:
        case "basket-rules":
            return _basket_rules(history)
        case "comparison":
            return _comparison(history)
    return _rfm_data(report, history)


def _affinity_data(report: str, history: PurchaseHistory) -> Any:
    names = list_names(history, _SCOPE, ["9780141439549", "BOOKMARK-01"])
    if report == "affinity":
        units = count_units(history, _SCOPE, Unit.BASKET)
        asked = PairQuestion(unit=Unit.BASKET, by=By.PRODUCT, units=units, least=1, measure=Measure.SUPPORT, limit=10)
        return affinity(count_pairs(history, _SCOPE, asked), asked, names, _SCOPE)
    if report == "similar-products":
        product = "9780141439549"
        near = list_neighbours(history, _SCOPE, product, least=1, limit=10)
        customers = count_units(history, _SCOPE, Unit.CUSTOMER)
        return similar_products(near, names, _SCOPE, product=product, customers=customers)
    fillers = [
        Filler(basis=Basis.POPULAR, product=one)
        for one in list_popular(history, _SCOPE, None, limit=10, of_own_categories=False)
    ]
    return recommendations([], fillers, names, _SCOPE, bought=0, limit=10)


def _basket_rules(history: PurchaseHistory) -> BasketRules:
    asked = RuleQuestion(
        n=count_units(history, _SCOPE, Unit.BASKET),
        least=1,
        confidence=Fraction(1, 2),
        lift=Fraction(0),
        longest=10,
        measure=RuleMeasure.LIFT,
        limit=10,
    )
    items = list_basket_items(history, _SCOPE, By.PRODUCT, asked.least)
    baskets = list_item_sets(history, _SCOPE, By.PRODUCT, asked.least)
    mined = mine_rules([item.baskets for item in items], baskets, asked)
    return basket_rules(items, mined, asked, _SCOPE, by=By.PRODUCT)


def _comparison(history: PurchaseHistory) -> Comparison:
    scope = other_scope(_SCOPE, date(2026, 1, 1), _SCOPE.as_of)
    before = other_scope(_SCOPE, date(2025, 12, 1), date(2026, 1, 1))
    now, then = (
        PeriodTotals(
            summary=count_summary(history, one),
            new_customers=new_customers(count_first_days(history, one), one),
            purchase_days=count_purchase_days(history, one),
        )
        for one in (scope, before)
    )
    moved = count_movements(history, scope, before, By.PRODUCT, Metric.REVENUE, 10)
    return compare((now, then), moved, (scope, before), by=By.PRODUCT, metric=Metric.REVENUE, today=_SCOPE.as_of)


def _rfm_data(report: str, history: PurchaseHistory) -> Any:
    buyers = list_buyers(history, _SCOPE)
    counted = histograms(buyers)
    scored_by, cuts = scoring(counted, Method.QUANTILE, _SCOPE)
    scored = score(buyers, scored_by)
    if report == RFM_CUSTOMERS.name:
        return [rfm_customer(one, _SCOPE, STANDARD) for one in scored]
    prospects = count_prospects(history, _SCOPE)
    return rfm(counted, cells(scored), prospects, _SCOPE, method=Method.QUANTILE, cuts=cuts, table=STANDARD)
