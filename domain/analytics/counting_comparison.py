"""What moved between two periods of a history, counted: written to be read and not to be fast, as `counting` is."""

from collections import Counter
from datetime import date

from domain.analytics.comparison import MovementFacts, MoverFacts
from domain.analytics.counting import first_days, sold_by
from domain.analytics.facts import By, Metric
from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Scope
from domain.shared.money import EXACT


def count_first_days(history: PurchaseHistory, scope: Scope) -> list[tuple[date, int]]:
    """How many customers made their first purchase ever on which day of the scope, by day."""
    return sorted(Counter(day for day in first_days(history, scope).values() if scope.holds(day)).items())


def count_movements(
    history: PurchaseHistory, scope: Scope, before: Scope, by: By, metric: Metric, limit: int
) -> MovementFacts:
    """The first `limit` of all keys sold or given back in either scope, by the size of their change, then by key."""
    now, then = ({row.key: row for row in sold_by(history, one, by)} for one in (scope, before))
    movers = []
    for key in now.keys() | then.keys():
        rows = [rows[key] for rows in (now, then) if key in rows]
        value, earlier = (rows[key].value(metric) if key in rows else 0 for rows in (now, then))
        name = next((row.name for row in rows if row.name is not None), None)
        movers.append(MoverFacts(key=key, name=name, value=value, before=earlier))
    changes = {one.key: EXACT.subtract(one.value, one.before) for one in movers}
    return MovementFacts(
        top=sorted(movers, key=lambda one: (-changes[one.key].copy_abs(), one.key))[:limit],
        count=len(movers),
        risen=sum(change > 0 for change in changes.values()),
        fallen=sum(change < 0 for change in changes.values()),
    )
