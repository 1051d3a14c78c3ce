"""RFM: how recently, how often and for how much each customer bought, in scores from 1 to 5 (best)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from domain.analytics.digest import NOT_IN_DIGEST
from domain.analytics.facts import CellFacts, Cuts, Ntile, RfmHistograms, ScoredBuyer, Scoring
from domain.analytics.quantiles import fifths
from domain.analytics.quotients import exact_sum, ratio
from domain.analytics.scope import Scope
from domain.analytics.segments import SegmentTable
from domain.shared.money import canonical

T = TypeVar("T")
Four = tuple[Decimal, Decimal, Decimal, Decimal]


class Method(StrEnum):
    """How values become scores: by quantile cuts, by groups of equal size, or by rank with ties sharing a score."""

    QUANTILE = "quantile"
    NTILE = "ntile"
    RANK = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmCuts:
    """Four thresholds a measure: of days since the last purchase, of orders, of money.

    F and M are 1 plus how many of them lie strictly below the value, R is 5 less how many do.
    """

    recency_days: Sequence[float]
    orders: Sequence[float]
    revenue: Sequence[Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmCell:
    """The customers with one score, 100 R + 10 F + M."""

    score: int
    segment: str
    customers: int
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmSegment:
    """The customers of one segment; shares are of all customers with a purchase, null when there are none."""

    segment: str
    customers: int
    share: float | None
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfm:
    """Customers with a purchase, counted by score and by segment.

    `negative_revenue_customers` had more money back than they paid in the scope. `prospects` are the living customers
    without a purchase. `cuts` is null for ntile, which compares places and not values, and without customers.
    """

    currency: str | None
    method: Method
    customers: int
    negative_revenue_customers: int
    prospects: int
    cuts: RfmCuts | None
    cells: Sequence[RfmCell]
    segments: Sequence[RfmSegment]
    segment_table: SegmentTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmCustomer:
    """One customer and its scores; `key` is its reference or, without one, its id."""

    id: UUID = field(metadata=NOT_IN_DIGEST)
    key: str
    last_purchase: date
    recency_days: int
    orders: int
    revenue: Decimal
    r: int
    f: int
    m: int
    score: int
    segment: str


def scoring(histograms: RfmHistograms, method: Method, scope: Scope) -> tuple[Scoring, RfmCuts | None]:
    """How stores are to score, and the cuts as people read them."""
    if method is Method.NTILE or not histograms.last_days:
        return Ntile(), None
    as_of = scope.as_of
    days = [((as_of - day).days, count) for day, count in reversed(histograms.last_days)]
    if method is Method.QUANTILE:
        recency, orders, revenue = fifths(days), fifths(histograms.frequencies), fifths(histograms.amounts)
    else:
        recency = _days_cuts(days)
        orders, revenue = _rank_cuts(histograms.frequencies), _rank_cuts(histograms.amounts)
    cuts = Cuts(
        # Days and orders are whole, so a value lies above a cut when it lies above the whole number below the cut.
        before=_four([as_of - timedelta(days=int(cut)) for cut in recency]),
        orders_above=_four([int(cut) for cut in orders]),
        amount_above=revenue,
    )
    return cuts, RfmCuts(
        recency_days=[float(cut) for cut in recency],
        orders=[float(cut) for cut in orders],
        revenue=[canonical(cut, scope.currency or "") for cut in revenue],
    )


def _rank_cuts(histogram: Sequence[tuple[Decimal | int, int]]) -> Four:
    """The cuts that give min(5, 1 + floor(5 (rank - 1) / n)): each the greatest value whose score is at most 1 to 4."""
    scores = _rank_scores(histogram)
    return _four([max(value for value, score in scores if score <= most) for most in range(1, 5)])


def _days_cuts(histogram: Sequence[tuple[int, int]]) -> Four:
    """The same for days, where more is worse: each the most days that still score at least 5 to 2, or 0."""
    scores = _rank_scores(list(reversed(histogram)))
    never = Decimal(0)
    return _four([max((days for days, score in scores if score >= least), default=never) for least in (5, 4, 3, 2)])


def _rank_scores(worst_first: Sequence[tuple[Decimal | int, int]]) -> list[tuple[Decimal, int]]:
    n = sum(count for _, count in worst_first)
    worse, scores = 0, []
    for value, count in worst_first:
        scores.append((Decimal(value), min(5, 1 + 5 * worse // n)))
        worse += count
    return scores


def _four(values: Sequence[T]) -> tuple[T, T, T, T]:
    first, second, third, fourth = values
    return first, second, third, fourth


def rfm(
    histograms: RfmHistograms,
    cells: Iterable[CellFacts],
    prospects: int,
    scope: Scope,
    *,
    method: Method,
    cuts: RfmCuts | None,
    table: SegmentTable,
) -> Rfm:
    """The answer that these facts give, with the cuts that `scoring` gave."""
    counted = list(cells)
    return Rfm(
        currency=scope.currency,
        method=method,
        customers=sum(cell.customers for cell in counted),
        negative_revenue_customers=sum(count for amount, count in histograms.amounts if amount < 0),
        prospects=prospects,
        cuts=cuts,
        cells=[
            RfmCell(
                score=100 * cell.r + 10 * cell.f + cell.m,
                segment=table.segment(cell.r, cell.f, cell.m),
                customers=cell.customers,
                orders=cell.orders,
                revenue=canonical(cell.revenue, scope.currency or ""),
            )
            for cell in sorted(counted, key=lambda cell: (cell.r, cell.f, cell.m))
        ],
        segments=_segments(counted, scope, table),
        segment_table=table,
    )


def _segments(cells: Sequence[CellFacts], scope: Scope, table: SegmentTable) -> list[RfmSegment]:
    everybody = sum(cell.customers for cell in cells)
    found = []
    for name in table.names:
        members = [cell for cell in cells if table.segment(cell.r, cell.f, cell.m) == name]
        customers = sum(cell.customers for cell in members)
        found.append(
            RfmSegment(
                segment=name,
                customers=customers,
                share=ratio(customers, everybody),
                orders=sum(cell.orders for cell in members),
                revenue=canonical(exact_sum(cell.revenue for cell in members), scope.currency or ""),
            )
        )
    return found


def segment_cells(table: SegmentTable, segment: str) -> frozenset[tuple[int, int, int]]:
    """The scores (R, F, M) that make a segment; none for a name that the table does not have."""
    scores = range(1, 6)
    return frozenset((r, f, m) for r in scores for f in scores for m in scores if table.segment(r, f, m) == segment)


def rfm_customer(scored: ScoredBuyer, scope: Scope, table: SegmentTable) -> RfmCustomer:
    """One customer of the list."""
    buyer = scored.buyer
    return RfmCustomer(
        id=buyer.id,
        key=buyer.key,
        last_purchase=buyer.last_day,
        recency_days=(scope.as_of - buyer.last_day).days,
        orders=buyer.orders,
        revenue=canonical(buyer.revenue, scope.currency or ""),
        r=scored.r,
        f=scored.f,
        m=scored.m,
        score=100 * scored.r + 10 * scored.f + scored.m,
        segment=table.segment(scored.r, scored.f, scored.m),
    )
