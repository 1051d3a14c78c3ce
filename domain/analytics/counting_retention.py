"""How customers of a history come again, counted: written to be read and not to be fast, as `counting` is."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from domain.analytics.facts import CohortFacts
from domain.analytics.history import Purchase, PurchaseHistory
from domain.analytics.periods import Period
from domain.analytics.quotients import exact_sum
from domain.analytics.scope import Scope
from domain.shared.money import EXACT


def count_purchase_days(history: PurchaseHistory, scope: Scope) -> list[tuple[int, int]]:
    """How many known customers (second) bought on so many days (first), ascending."""
    return sorted(Counter(map(len, _days(history, scope).values())).items())


def count_gaps(history: PurchaseHistory, scope: Scope) -> list[tuple[int, int]]:
    """How many gaps (second) between a known customer's successive purchase days are so long (first), ascending."""
    gaps = Counter(
        (later - day).days for days in _days(history, scope).values() for day, later in pairwise(sorted(days))
    )
    return sorted(gaps.items())


def count_cohorts(history: PurchaseHistory, scope: Scope, period: Period) -> list[CohortFacts]:
    """The periods in which customers of each cohort bought or gave back, by cohort, then by period.

    Cohorts are of the customers whose first purchase ever lies within the scope.
    """
    own: defaultdict[UUID, list[Purchase]] = defaultdict(list)
    for purchase in history.purchases_ever(scope):
        if purchase.order.customer_id is not None:
            own[purchase.order.customer_id].append(purchase)
    firsts = {customer: min(purchase.day for purchase in bought) for customer, bought in own.items()}
    cohorts = {customer: period.start(day) for customer, day in firsts.items() if scope.holds(day)}
    buyers: defaultdict[tuple[date, date], set[UUID]] = defaultdict(set)
    orders: Counter[tuple[date, date]] = Counter()
    last: Counter[tuple[date, date]] = Counter()
    amounts: defaultdict[tuple[date, date], Decimal] = defaultdict(Decimal)
    for customer, cohort in cohorts.items():
        for purchase in own[customer]:
            place = cohort, period.start(purchase.day)
            buyers[place].add(customer)
            orders[place] += 1
            amounts[place] = EXACT.add(amounts[place], exact_sum(line.amount for line in purchase.lines))
        last[cohort, period.start(max(purchase.day for purchase in own[customer]))] += 1
    for one in history.came_back(scope):
        if one.customer_id in cohorts:
            place = cohorts[one.customer_id], period.start(one.day)
            amounts[place] = EXACT.subtract(amounts[place], exact_sum(line.amount for line in one.lines))
    return [
        CohortFacts(
            cohort=cohort,
            start=start,
            customers=len(buyers[cohort, start]),
            last_customers=last[cohort, start],
            orders=orders[cohort, start],
            revenue=amounts[cohort, start],
        )
        for cohort, start in sorted(amounts)
    ]


def _days(history: PurchaseHistory, scope: Scope) -> dict[UUID, set[date]]:
    days: defaultdict[UUID, set[date]] = defaultdict(set)
    for purchase in history.purchases(scope):
        if purchase.order.customer_id is not None:
            days[purchase.order.customer_id].add(purchase.day)
    return days
