"""How customers come again, and one customer alone: the facts behind lifetime value, churn and the profile."""

from dataclasses import dataclass
from datetime import timedelta
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is asked about a scope: of three customers one, of three kinds of lateness one."""

    split: timedelta
    page: int
    by: By
    method: Method
    late: Late
    every: int | None
    customer: int | None


VARIANTS = st.builds(
    Variant,
    split=st.sampled_from([timedelta(days=days) for days in (1, 7, 20, 45, 400)]),
    page=st.sampled_from((1000, 2)),
    by=st.sampled_from(By),
    method=st.sampled_from(Method),
    late=st.sampled_from(Late),
    # All, every second one, none.
    every=st.sampled_from((1, 2, None)),
    customer=st.sampled_from((0, -1, None)),
)


async def facts_of(view: PurchaseView, scope: Scope, variant: Variant) -> dict[str, Any]:
    """Every fact, in the order in which it was told."""
    spending = await view.repeat_spending(scope)
    wanted = [one.history for one in spending[:: variant.every]] if variant.every else []
    # The first or the last of those who bought, or somebody who did not.
    everybody = await view.idle_buyers(scope, Late.ALL, after=None, limit=1000)
    customer = NOBODY if variant.customer is None or not everybody else everybody[variant.customer].id
    scored, _ = scoring(await view.rfm_histograms(scope), variant.method, scope)
    return {
        "buying": list(await view.repeat_buying(scope, scope.as_of)),
        "buying up to the split": list(await view.repeat_buying(scope, scope.as_of - variant.split)),
        "spending": list(spending),
        "late": await view.late(scope),
        "customers with these histories": list(await view.repeaters(scope, wanted, variant.page)),
        "everybody": list(everybody),
        "those late": await every_page(view, scope, variant.late, variant.page),
        "history": await view.repeater(scope, customer),
        "days": await view.idle_buyer(scope, customer),
        "favourites": list(await view.favourites(scope, customer, variant.by, variant.page)),
        "scores": await view.rfm_buyer(scope, scored, customer),
    }


async def every_page(view: PurchaseView, scope: Scope, late: Late, limit: int) -> list[IdleBuyer]:
    found: list[IdleBuyer] = []
    while True:
        after = (found[-1].key, found[-1].id) if found else None
        page = await view.idle_buyers(scope, late, after=after, limit=limit)
        found += page
        if len(page) < limit:
            return found


async def ask(facts: PurchaseFacts, scope: Scope, variant: Variant) -> dict[str, Any]:
    """The facts."""
    return await facts.read(partial(facts_of, scope=scope, variant=variant))


@st.composite
def questions(draw: st.DrawFn, history: PurchaseHistory, currencies: Currencies) -> Question:
    """All of it on one scope."""
    scope = draw(scopes(history, currency=draw(st.sampled_from(currencies))))
    return partial(ask, scope=scope, variant=draw(VARIANTS))
