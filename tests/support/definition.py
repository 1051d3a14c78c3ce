"""The definition of every report, asked like a store: what all stores are compared with."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from adapters.memory.purchases import MemoryPurchaseView
from adapters.scipy.lifetime_models import ScipyLifetimeModels
from application.analytics.service import AnalyticsService
from application.ports.computation import Made
from application.ports.purchases import PurchaseFacts, PurchaseView, Told
from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Scope

# How many histories are drawn: in an ordinary run 100, always the same, and fewer where they cost more. Where this says
# another number, so many new ones, and as much fewer where they cost more.
VARIABLE = "DAYBOOK_HISTORIES"
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


# For all tests of a process, since each has a thread of its own.
MODELS = ScipyLifetimeModels()


class AtNoon:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOON


class AtOnce:
    """Where computations are done here and now."""

    async def run(self, work: Callable[..., Made], *parts: object) -> Made:
        return work(*parts)


class Definition:
    """A history, counted by `domain.analytics.counting`."""

    store = "definition"

    def __init__(self, history: PurchaseHistory) -> None:
        self._history = history

    async def revision(self) -> str:
        return "0"

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        return await question(MemoryPurchaseView(self._history, 0))


def analytics(facts: PurchaseFacts) -> AnalyticsService:
    """The use cases on a store, at noon of one day."""
    return AnalyticsService(facts=facts, clock=AtNoon(), computation=AtOnce(), models=MODELS)


def asking(scope: Scope, **more: object) -> list[tuple[str, str]]:
    """The parameters of a scope, and others, as texts."""
    given = {
        "as_of": scope.as_of,
        "from": scope.from_,
        "tz": scope.tz,
        "currency": scope.currency,
        "returns": scope.returns,
        "lines": scope.lines,
        "customers": scope.customers,
        **more,
    }
    return [(name, str(value)) for name, value in given.items() if value is not None]


def how_many_histories(ordinarily: int) -> int:
    """How many to draw where so many are drawn in an ordinary run."""
    return max(1, int(os.environ.get(VARIABLE, "100")) * ordinarily // 100)


def drawn_anew() -> bool:
    """Whether to draw other histories than last time."""
    return VARIABLE in os.environ
