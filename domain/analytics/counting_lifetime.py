"""How customers of a history come again and what they spend, counted: to be read and not to be fast, as `counting`."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_facts import (
    BuyingFacts,
    IdleBuyer,
    LateFacts,
    Repeater,
    RepeatHistory,
    SpendingFacts,
    is_late,
    long_gap_tenths,
)
from domain.analytics.quotients import exact_sum
from domain.analytics.scope import Scope
from domain.shared.money import EXACT


@dataclass(frozen=True, slots=True)
class _Life:
    customer: UUID
    days: list[date]
    revenue_by_day: dict[date, Decimal]
    returned_by_day: dict[date, Decimal]

    @property
    def first(self) -> date:
        return self.days[0]


def count_repeat_buying(history: PurchaseHistory, scope: Scope, split: date) -> list[BuyingFacts]:
    """How many customers with a first day before the split have each history up to it, ascending."""
    found: Counter[tuple[int, int, int, int]] = Counter()
    for life in _lives(history, scope):
        before = [day for day in life.days if day < split]
        if before:
            recency, age = (before[-1] - life.first).days, (split - life.first).days - 1
            found[len(before) - 1, recency, age, len(life.days) - len(before)] += 1
    return [
        BuyingFacts(repeats=x, recency_days=recency, age_days=age, later_repeats=later, customers=customers)
        for (x, recency, age, later), customers in sorted(found.items())
    ]


def count_repeat_spending(history: PurchaseHistory, scope: Scope) -> list[SpendingFacts]:
    """How many customers have each history, ascending."""
    found: Counter[tuple[int, int, int, Decimal]] = Counter()
    for one in list_repeaters(history, scope):
        past = one.history
        found[past.repeats, past.recency_days, past.age_days, past.repeat_revenue] += 1
    return [
        SpendingFacts(
            history=RepeatHistory(repeats=x, recency_days=recency, age_days=age, repeat_revenue=revenue),
            customers=customers,
        )
        for (x, recency, age, revenue), customers in sorted(found.items())
    ]


def list_repeaters(history: PurchaseHistory, scope: Scope) -> list[Repeater]:
    """Every customer with its history, by key, then by id."""
    found = [
        Repeater(
            key=history.customer_keys.get(life.customer, str(life.customer)),
            id=life.customer,
            history=RepeatHistory(
                repeats=len(life.days) - 1,
                recency_days=(life.days[-1] - life.first).days,
                age_days=(scope.as_of - life.first).days - 1,
                repeat_revenue=_repeat_revenue(life),
            ),
        )
        for life in _lives(history, scope)
    ]
    return sorted(found, key=lambda one: (one.key, str(one.id)))


def list_idle_buyers(history: PurchaseHistory, scope: Scope) -> list[IdleBuyer]:
    """Every customer with the ends of its purchase days, by key, then by id."""
    found = [
        IdleBuyer(
            key=history.customer_keys.get(life.customer, str(life.customer)),
            id=life.customer,
            first_day=life.first,
            last_day=life.days[-1],
            purchase_days=len(life.days),
            long_gap_tenths=long_gap_tenths([(later - day).days for day, later in pairwise(life.days)]),
        )
        for life in _lives(history, scope)
    ]
    return sorted(found, key=lambda one: (one.key, str(one.id)))


def count_late(history: PurchaseHistory, scope: Scope) -> LateFacts:
    """How many are late."""
    buyers = list_idle_buyers(history, scope)
    return LateFacts(
        customers=len(buyers),
        repeat_customers=sum(one.purchase_days > 1 for one in buyers),
        late=sum(is_late((scope.as_of - one.last_day).days, one.long_gap_tenths) for one in buyers),
    )


def _lives(history: PurchaseHistory, scope: Scope) -> Iterator[_Life]:
    bought: defaultdict[UUID, dict[date, Decimal]] = defaultdict(dict)
    for purchase in history.purchases_ever(scope):
        if (customer := purchase.order.customer_id) is not None:
            amount = exact_sum(line.amount for line in purchase.lines)
            bought[customer][purchase.day] = EXACT.add(bought[customer].get(purchase.day, Decimal(0)), amount)
    returned: defaultdict[UUID, dict[date, Decimal]] = defaultdict(dict)
    for one in history.came_back(scope):
        if one.customer_id is not None and one.customer_id in bought:
            amount = exact_sum(line.amount for line in one.lines)
            returned[one.customer_id][one.day] = EXACT.add(returned[one.customer_id].get(one.day, Decimal(0)), amount)
    for buyer, by_day in bought.items():
        days = sorted(by_day)
        if scope.holds(days[0]):
            yield _Life(buyer, days, by_day, returned[buyer])


def _repeat_revenue(life: _Life) -> Decimal:
    if len(life.days) == 1:
        return Decimal(0)
    spent = exact_sum(amount for day, amount in life.revenue_by_day.items() if day > life.first)
    back = exact_sum(amount for day, amount in life.returned_by_day.items() if day > life.first)
    return EXACT.subtract(spent, back)
