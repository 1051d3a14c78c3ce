"""How customers of a history come again, counted: written to be read and not to be fast, as `counting` is."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from uuid import UUID

from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Scope


def count_purchase_days(history: PurchaseHistory, scope: Scope) -> list[tuple[int, int]]:
    """How many known customers (second) bought on so many days (first), ascending."""
    return sorted(Counter(map(len, _days(history, scope).values())).items())


def count_gaps(history: PurchaseHistory, scope: Scope) -> list[tuple[int, int]]:
    """How many gaps (second) between a known customer's successive purchase days are so long (first), ascending."""
    gaps = Counter(
        (later - day).days for days in _days(history, scope).values() for day, later in pairwise(sorted(days))
    )
    return sorted(gaps.items())


def _days(history: PurchaseHistory, scope: Scope) -> dict[UUID, set[date]]:
    days: defaultdict[UUID, set[date]] = defaultdict(set)
    for purchase in history.purchases(scope):
        if purchase.order.customer_id is not None:
            days[purchase.order.customer_id].add(purchase.day)
    return days
