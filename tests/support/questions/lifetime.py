"""How customers come again, and one customer alone: the facts behind lifetime value, churn and the profile."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from application.ports.purchases import PurchaseFacts, PurchaseView
from domain.analytics.facts import By
from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_facts import IdleBuyer, Late
from domain.analytics.rfm import Method, scoring
from domain.analytics.scope import Scope
from tests.support.builders import new_id
from tests.support.histories import scopes
from tests.support.questions import Currencies, Question

NOBODY = new_id()


async def facts_of(view: PurchaseView, scope: Scope, split: date, page: int, by: By, method: Method) -> dict[str, Any]:
    """Every fact, in the order in which it was told."""
    spending = await view.repeat_spending(scope)
    found: dict[str, Any] = {
        "buying": list(await view.repeat_buying(scope, scope.as_of)),
        "buying up to the split": list(await view.repeat_buying(scope, split)),
        "spending": list(spending),
        "late": await view.late(scope),
    }
    for name, wanted in (("all", spending), ("some", spending[::2]), ("none", ())):
        histories = [one.history for one in wanted]
        found[f"customers with {name} histories"] = list(await view.repeaters(scope, histories, page))
    # The first and the last of those who bought, and somebody who did not.
    everybody = await view.idle_buyers(scope, Late.ALL, after=None, limit=1000)
    scored, _ = scoring(await view.rfm_histograms(scope), method, scope)
    for customer in (*(one.id for one in everybody[:1]), *(one.id for one in everybody[-1:]), NOBODY):
        found[f"history of {customer}"] = await view.repeater(scope, customer)
        found[f"days of {customer}"] = await view.idle_buyer(scope, customer)
        found[f"favourites of {customer}"] = list(await view.favourites(scope, customer, by, page))
        found[f"scores of {customer}"] = await view.rfm_buyer(scope, scored, customer)
    for late in Late:
        found[f"late: {late}"] = await every_page(view, scope, late, page)
    return found


async def every_page(view: PurchaseView, scope: Scope, late: Late, limit: int) -> list[IdleBuyer]:
    found: list[IdleBuyer] = []
    while True:
        after = (found[-1].key, found[-1].id) if found else None
        page = await view.idle_buyers(scope, late, after=after, limit=limit)
        found += page
        if len(page) < limit:
            return found


async def ask(facts: PurchaseFacts, scope: Scope, split: date, page: int, by: By, method: Method) -> dict[str, Any]:
    """The facts."""
    return await facts.read(partial(facts_of, scope=scope, split=split, page=page, by=by, method=method))


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """All of it on one scope."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    return partial(
        ask,
        scope=scope,
        split=scope.as_of - timedelta(days=draw(st.sampled_from((1, 7, 20, 45, 400)))),
        page=draw(st.sampled_from((1000, 2))),
        by=draw(st.sampled_from(By)),
        method=draw(st.sampled_from(Method)),
    )
