"""Pairs of products, similar ones and recommendations, and the facts behind them."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from application.errors import BadQuery
from application.ports.purchases import PurchaseFacts, PurchaseView
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import Measure, PairQuestion, Unit
from domain.analytics.scope import Scope
from tests.support.definition import analytics, asking
from tests.support.histories import scopes
from tests.support.questions import Currencies, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is asked about a scope."""

    question: PairQuestion
    product: str | None
    customer: UUID | None
    limit: int
    support: str


@st.composite
def variants(draw: st.DrawFn, history: PurchaseHistory) -> Variant:
    """With products and customers of the history, and others."""
    skus = sorted({line.sku for order in history.orders for line in order.lines})
    question = PairQuestion(
        unit=draw(st.sampled_from(Unit)),
        by=draw(st.sampled_from(By)),
        units=0,
        least=draw(st.sampled_from((1, 1, 2, 3))),
        confidence=draw(st.sampled_from((None, Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(1)))),
        lift=draw(st.sampled_from((None, Fraction(1), Fraction(3, 2), Fraction(1, 3)))),
        measure=draw(st.sampled_from(Measure)),
        limit=draw(st.sampled_from((1000, 1, 2, 3))),
    )
    return Variant(
        question=question,
        product=draw(st.sampled_from([None, None, "nothing", *skus])),
        customer=draw(st.sampled_from([None, *(one.id for one in history.customers)])),
        limit=draw(st.sampled_from((1, 2, 10))),
        support=draw(st.sampled_from(("0", "0.2", "0.5", "1"))),
    )


async def facts_of(view: PurchaseView, scope: Scope, variant: Variant) -> dict[str, Any]:
    """Every fact about pairs that a view tells of a scope."""
    asked, least, limit = variant.question, variant.question.least, variant.limit
    asked = replace(asked, units=await view.units(scope, asked.unit))
    pairs = await view.pairs(scope, asked)
    keys = sorted({key for pair in pairs.top for key in (pair.a, pair.b)})
    found: dict[str, Any] = {
        "units": asked.units,
        "within": await view.pairs_within(scope, asked.unit, asked.by, least=least),
        "pairs": (pairs.count, list(pairs.top)),
        "neighbours": list(await view.neighbours(scope, variant.product, least=least, limit=limit)),
        "names": dict(await view.names(scope, keys)),
        "popular": list(await view.popular(scope, variant.customer, limit=limit, of_own_categories=False)),
        "shelves": list(await view.popular(scope, variant.customer, limit=limit, of_own_categories=True)),
    }
    if variant.customer is not None:
        found["customer"] = await view.is_customer(variant.customer)
        found["bought"] = await view.bought(scope, variant.customer)
        found["beside"] = list(await view.beside(scope, variant.customer, least=least))
        found["pairs beside"] = await view.pairs_beside(scope, variant.customer, least=least)
    return found


async def ask(facts: PurchaseFacts, scope: Scope, variant: Variant) -> dict[str, Any]:
    """The facts, and the data and the digest of every report about pairs, or the code of its refusal."""
    asked = variant.question
    asked_of = {
        "affinity": asking(
            scope,
            unit=asked.unit,
            by=asked.by,
            min_count=asked.least,
            min_support=variant.support,
            min_confidence=None if asked.confidence is None else f"{float(asked.confidence):.3f}",
            min_lift=None if asked.lift is None else f"{float(asked.lift):.3f}",
            sort=asked.measure,
            limit=asked.limit,
        ),
        "similar-products": asking(scope, product=variant.product, min_count=asked.least, limit=variant.limit),
        "recommendations": asking(scope, customer=variant.customer, min_count=asked.least, limit=variant.limit),
    }
    found = await facts.read(lambda view: facts_of(view, scope, variant))
    service = analytics(facts)
    for report, parameters in asked_of.items():
        try:
            answer = await service.ask(report, parameters)
            found[report] = (answer.data, answer.answer_digest)
        except BadQuery as refused:
            found[report] = refused.problems[0].code
    return found


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """All reports about pairs on one scope."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    return partial(ask, scope=scope, variant=draw(variants(history)))
