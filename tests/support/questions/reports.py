"""The reports on revenue, products, customers and how they come again, and the facts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st

from application.analytics.models import AnswerPage
from application.analytics.reports import COHORT_PERIODS
from application.ports.purchases import PurchaseFacts, PurchaseView, Scores
from domain.analytics.cohorts import Retention
from domain.analytics.facts import By, Dimension, Metric, ParetoFacts, Scoring
from domain.analytics.history import PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.rfm import Method, RfmCustomer, scoring
from domain.analytics.scope import Scope
from tests.support.definition import analytics, asking
from tests.support.histories import scopes
from tests.support.questions import Currencies, Question

FIFTHS = range(1, 6)
EVERY_SCORE: frozenset[Scores] = frozenset((r, f, m) for r in FIFTHS for f in FIFTHS for m in FIFTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What else is asked about a scope."""

    period: Period
    by: By
    metric: Metric
    limit: int
    page: int
    method: Method
    cohorts_by: Period = Period.MONTH
    retention: Retention = Retention.CLASSIC
    dimension: Dimension = Dimension.PRODUCT


VARIANTS = st.builds(
    Variant,
    period=st.sampled_from(Period),
    by=st.sampled_from(By),
    metric=st.sampled_from(Metric),
    limit=st.sampled_from((1000, 3, 1)),
    page=st.sampled_from((100, 100, 2)),
    method=st.sampled_from(Method),
    cohorts_by=st.sampled_from(COHORT_PERIODS),
    retention=st.sampled_from(Retention),
    dimension=st.sampled_from(Dimension),
)


async def facts_of(view: PurchaseView, scope: Scope, variant: Variant) -> dict[str, Any]:
    """Every fact that a view tells of a scope, in an order of its own only where none is promised."""
    histograms = await view.rfm_histograms(scope)
    products = await view.products(scope, variant.by, variant.metric, variant.limit)
    found: dict[str, Any] = {
        "summary": await view.summary(scope),
        "revenue": list(await view.revenue(scope, variant.period)),
        "top": list(products.top),
        "of all products": (
            products.count,
            products.positive_revenue,
            products.positive_units,
            products.orders,
            products.customers,
            products.unattributed_lines,
        ),
        "histograms": (list(histograms.last_days), list(histograms.frequencies), list(histograms.amounts)),
        "prospects": await view.prospects(scope),
        "purchase days": list(await view.purchase_days(scope)),
        "gaps": list(await view.gaps(scope)),
        "cohorts": list(await view.cohorts(scope, variant.period)),
        **{f"spread by {one}": told_of(await view.pareto(scope, one, variant.limit)) for one in Dimension},
    }
    for method in Method:
        scored, _ = scoring(histograms, method, scope)
        cells = await view.rfm_cells(scope, scored)
        found[f"cells by {method}"] = sorted(cells, key=lambda cell: (cell.r, cell.f, cell.m))
        found[f"customers by {method}"] = await view.rfm_buyers(
            scope, scored, scores=EVERY_SCORE, after=None, limit=1000
        )
    found["some customers"] = await some_buyers(view, scope, scored, found[f"customers by {method}"])
    return found


def told_of(facts: ParetoFacts) -> tuple[Any, ...]:
    return list(facts.amounts), list(facts.top), facts.unattributed_lines


async def some_buyers(view: PurchaseView, scope: Scope, scored: Scoring, everybody: Sequence[Any]) -> Sequence[Any]:
    """The page after the first customer, of every second combination of scores."""
    after = (everybody[0].buyer.key, everybody[0].buyer.id) if everybody else None
    half = frozenset(sorted(EVERY_SCORE)[::2])
    return await view.rfm_buyers(scope, scored, scores=half, after=after, limit=2)


async def answers(facts: PurchaseFacts, scope: Scope, variant: Variant) -> dict[str, Any]:
    """The data and the digest of every report on a scope."""
    service = analytics(facts)
    asked: dict[str, list[tuple[str, str]]] = {
        "summary": asking(scope),
        "revenue": asking(scope, period=variant.period, window=variant.limit % 100 + 1),
        "top-products": asking(scope, by=variant.by, metric=variant.metric, limit=variant.limit),
        "rfm": asking(scope, method=variant.method),
        "repeat-rate": asking(scope),
        "interpurchase": asking(scope, bin_days=variant.limit % 100 + 1),
        "cohorts": asking(scope, period=variant.cohorts_by, retention=variant.retention),
        "pareto": asking(scope, by=variant.dimension, limit=variant.limit),
    }
    found: dict[str, Any] = {}
    for report, parameters in asked.items():
        answer = await service.ask(report, parameters)
        found[report] = (answer.data, answer.answer_digest)
    for number, page in enumerate(await pages(facts, scope, method=variant.method, limit=variant.page)):
        found[f"page {number}"] = (page.data, page.answer_digest)
    return found


async def pages(facts: PurchaseFacts, scope: Scope, **more: object) -> list[AnswerPage[RfmCustomer]]:
    """All pages of the customers."""
    service, found = analytics(facts), []
    cursor: str | None = None
    while True:
        page = await service.rfm_customers(asking(scope, cursor=cursor, **more))
        found.append(page)
        if not page.has_more:
            return found
        cursor = page.next_cursor


async def ask(facts: PurchaseFacts, scope: Scope, variant: Variant) -> dict[str, Any]:
    """The answers cover the facts of each report; the facts tell some that no report asks for in this way."""
    found = await answers(facts, scope, variant)
    if variant.limit == 1:
        found |= await facts.read(lambda view: facts_of(view, scope, variant))
    return found


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """All reports on one scope."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    return partial(ask, scope=scope, variant=draw(VARIANTS))
