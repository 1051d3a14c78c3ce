"""Basket rules, and the facts about baskets that they are made of."""

from functools import partial
from typing import Any

from hypothesis import strategies as st

from application.ports.purchases import PurchaseFacts, PurchaseView
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import Unit
from domain.analytics.rules import RuleMeasure
from domain.analytics.scope import Scope
from tests.support.definition import analytics, asking
from tests.support.histories import scopes
from tests.support.questions import Currencies, Question


async def facts_of(view: PurchaseView, scope: Scope, by: By, least: int) -> dict[str, Any]:
    """Every fact about baskets, in an order of its own only where none is promised."""
    return {
        "baskets": await view.units(scope, Unit.BASKET),
        "items": list(await view.basket_items(scope, by, least=least)),
        "sets": sorted(await view.item_sets(scope, by, least=least)),
    }


async def ask(
    facts: PurchaseFacts, scope: Scope, by: By, least: int, parameters: list[tuple[str, str]]
) -> dict[str, Any]:
    """The facts, and the rules."""
    found = await facts.read(lambda view: facts_of(view, scope, by, least))
    answer = await analytics(facts).ask("basket-rules", parameters)
    return {**found, "rules": (answer.data, answer.answer_digest)}


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """A scope, what its baskets are made of, how many of them must hold something, and a question for rules."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    by, least = draw(st.sampled_from(By)), draw(st.sampled_from((1, 1, 2, 3)))
    parameters = asking(
        scope,
        by=by,
        min_count=least,
        min_support=draw(st.sampled_from(("0", "0.001", "0.1", "0.25"))),
        min_confidence=draw(st.sampled_from(("0", "0.3333", "0.5", "1"))),
        min_lift=draw(st.sampled_from(("0", "1", "1.5"))),
        max_length=draw(st.sampled_from((10, 3, 2))),
        sort=draw(st.sampled_from(RuleMeasure)),
        limit=draw(st.sampled_from((10_000, 5, 1))),
    )
    return partial(ask, scope=scope, by=by, least=least, parameters=parameters)
