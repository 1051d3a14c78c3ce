"""The comparison of two periods."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from application.ports.purchases import PurchaseFacts
from domain.analytics.facts import By, Metric
from domain.analytics.history import PurchaseHistory
from tests.support.definition import analytics, asking
from tests.support.histories import scopes
from tests.support.questions import Currencies, Question


async def ask(facts: PurchaseFacts, parameters: list[tuple[str, str]]) -> dict[str, Any]:
    """The comparison."""
    answer = await analytics(facts).ask("comparison", parameters)
    return {"comparison": (answer.data, answer.answer_digest)}


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """A comparison of two periods near what happened."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    if scope.from_ is None:
        scope = replace(scope, from_=scope.as_of - timedelta(days=draw(st.integers(1, 90))))
    assert scope.from_ is not None
    days = timedelta(days=draw(st.integers(-40, 40)))
    other: dict[str, object] = draw(
        st.sampled_from(
            (
                {},
                {"against": "year"},
                {"against_from": scope.from_ + days},
                {"against_as_of": scope.as_of + days},
                {"against_from": scope.from_ - timedelta(days=9), "against_as_of": scope.as_of + timedelta(days=3)},
            )
        )
    )
    parameters = asking(
        scope,
        by=draw(st.sampled_from(By)),
        metric=draw(st.sampled_from(Metric)),
        limit=draw(st.sampled_from((1000, 3, 1))),
        **other,
    )
    return partial(ask, parameters=parameters)
