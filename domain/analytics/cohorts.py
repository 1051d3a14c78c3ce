"""Cohorts: customers by the period of their first purchase, and who of them comes again, when and for how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from domain.analytics.facts import CohortFacts
from domain.analytics.periods import Period
from domain.analytics.quotients import exact_sum, mean_amount, ratio
from domain.analytics.scope import Scope
from domain.shared.errors import Invalid
from domain.shared.money import EXACT, canonical

MAX_CELLS = 20_000


class Retention(StrEnum):
    """Who is still there in a period: who bought in it (`classic`), or in it or later (`unbounded`)."""

    CLASSIC = "classic"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The `customers` whose first purchase ever falls on a day from `start` to `end` (both inclusive).

    `returned_before` is what they gave back before that period, of orders that are not known: it is in no cell.
    """

    start: date
    end: date
    customers: int
    returned_before: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCell:
    """One cohort (`cohort` is its start) `periods_since` periods later, from `start` to `end` (both inclusive).

    `customers` of it are still there, `rate` of all of it. Orders and revenue are those of this period, revenue net of
    what came back in it; `cumulative_revenue` adds up to this period, and a head of the whole cohort. `finished` is
    false when the period goes on past the last whole day counted.
    """

    cohort: date
    periods_since: int
    start: date
    end: date
    customers: int
    rate: float | None
    orders: int
    revenue: Decimal
    cumulative_revenue: Decimal
    cumulative_revenue_per_customer: Decimal | None
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Cohorts with a customer, by their start, and their cells, by cohort and by period up to the day before `as_of`.

    `counted_to` is the first day that is not over: `as_of`, or today where that is earlier.
    """

    currency: str | None
    period: Period
    retention: Retention
    counted_to: date
    customers: int
    cohorts: Sequence[Cohort]
    cells: Sequence[CohortCell]


def cohort_table(
    facts: Sequence[CohortFacts], scope: Scope, *, period: Period, retention: Retention, today: date
) -> Cohorts:
    """The answer that these facts (by cohort, then by period) give, on this day in the scope's zone.

    Raises Invalid with `too-many-cells` past 20,000, and with `too-many-periods` past 20,000 of one cohort.
    """
    counted_to = min(scope.as_of, today)
    cohorts: list[Cohort] = []
    cells: list[CohortCell] = []
    for start, group in groupby(facts, lambda one: one.cohort):
        rows = list(group)
        cohorts.append(_cohort(rows, start, scope, period))
        starts = period.between(start, scope.as_of)
        if len(cells) + len(starts) > MAX_CELLS:
            message = f"would give more than {MAX_CELLS} cells: ask for a later from, or for longer periods"
            raise Invalid.because("too-many-cells", message, "/period")
        cells += _cells(rows, starts, scope, period, retention, counted_to)
    return Cohorts(
        currency=scope.currency,
        period=period,
        retention=retention,
        counted_to=counted_to,
        customers=sum(one.customers for one in cohorts),
        cohorts=cohorts,
        cells=cells,
    )


def _cohort(rows: Sequence[CohortFacts], start: date, scope: Scope, period: Period) -> Cohort:
    before = exact_sum(row.revenue for row in rows if row.start < start)
    return Cohort(
        start=start,
        end=period.after(start) - timedelta(days=1),
        customers=_size(rows),
        returned_before=canonical(EXACT.minus(before), scope.currency or ""),
    )


def _size(rows: Sequence[CohortFacts]) -> int:
    """Every customer has one last purchase."""
    return sum(row.last_customers for row in rows)


def _cells(
    rows: Sequence[CohortFacts],
    starts: Sequence[date],
    scope: Scope,
    period: Period,
    retention: Retention,
    counted_to: date,
) -> Iterator[CohortCell]:
    currency = scope.currency or ""
    known = {row.start: row for row in rows}
    size = left = _size(rows)
    total = Decimal(0)
    for number, start in enumerate(starts):
        one = known.get(start) or _nothing(starts[0], start)
        total = EXACT.add(total, one.revenue)
        there = left if retention is Retention.UNBOUNDED else one.customers
        left -= one.last_customers
        after = period.after(start)
        yield CohortCell(
            cohort=starts[0],
            periods_since=number,
            start=start,
            end=after - timedelta(days=1),
            customers=there,
            rate=ratio(there, size),
            orders=one.orders,
            revenue=canonical(one.revenue, currency),
            cumulative_revenue=canonical(total, currency),
            cumulative_revenue_per_customer=mean_amount(total, size, currency),
            finished=after <= counted_to,
        )


def _nothing(cohort: date, start: date) -> CohortFacts:
    return CohortFacts(cohort=cohort, start=start, customers=0, last_customers=0, orders=0, revenue=Decimal(0))
