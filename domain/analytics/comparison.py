"""Comparison: the main figures of one period beside those of another, and what moved most between them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from domain.analytics.facts import By, Metric, SummaryFacts
from domain.analytics.quotients import mean_amount, ratio
from domain.analytics.repeat import repeat_customers
from domain.analytics.scope import Scope

Shown = Decimal | int | float


class Against(StrEnum):
    """What a period is compared with: the days right before it, as many, or the same days a year before."""

    PREVIOUS = "previous"
    YEAR = "year"

    def period(self, first: date, as_of: date) -> tuple[date, date]:
        """The first day and the exclusive end of the other period, or of what there is of it since the year 1.

        A year before 29 February is 28 February for a first day, and 1 March for an end.
        """
        if self is Against.PREVIOUS:
            return first - min(as_of - first, first - date.min), first
        return _a_year_before(first, 28, 2), _a_year_before(as_of, 1, 3)


def _a_year_before(day: date, leap_day: int, leap_month: int) -> date:
    year = max(day.year - 1, 1)
    if (day.month, day.day) == (2, 29):
        return date(year, leap_month, leap_day)
    return day.replace(year=year)


class FigureKind(StrEnum):
    """A `count` is a whole number, an `amount` is in the answer's currency, a `ratio` has no unit."""

    COUNT = "count"
    AMOUNT = "amount"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTotals:
    """What a store tells of one period: its summary, its new customers, and who bought on how many days."""

    summary: SummaryFacts
    new_customers: int
    purchase_days: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoverFacts:
    """One product (`key` is its SKU), author or category, and what the metric says of it in each period."""

    key: str
    name: str | None
    value: Decimal | int
    before: Decimal | int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementFacts:
    """The first of `count` by the size of their change, then by key; `risen` and `fallen` are of all of them."""

    top: Sequence[MoverFacts]
    count: int
    risen: int
    fallen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPeriod:
    """A period from `start` to `end`, both inclusive. `finished` is false when not all of it is over."""

    start: date
    end: date
    days: int
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure in both periods, as the report that it is of tells it; null where that tells none.

    `change` is value - before, and `relative_change` that by the size of before: null when before is 0.
    """

    figure: str
    kind: FigureKind
    value: Shown | None
    before: Shown | None
    change: Shown | None
    relative_change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One product, author or category: the metric in both periods, and its change as that of a figure."""

    rank: int
    key: str
    name: str
    value: Decimal | int
    before: Decimal | int
    change: Decimal | int
    relative_change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A period and the one `before` (whenever that is), figure by figure.

    `movers` are the first of `count` products, authors or categories sold or given back in either period, by the size
    of their change; `risen` and `fallen` say how many of all went up and down, the others stayed.
    """

    currency: str | None
    period: ComparedPeriod
    before: ComparedPeriod
    figures: Sequence[Figure]
    by: By
    metric: Metric
    count: int
    risen: int
    fallen: int
    movers: Sequence[Mover]


def compare(
    totals: tuple[PeriodTotals, PeriodTotals],
    movements: MovementFacts,
    scopes: tuple[Scope, Scope],
    *,
    by: By,
    metric: Metric,
    today: date,
) -> Comparison:
    """The answer that these facts of a period and of the one before give, on this day in the scope's zone."""
    currency = scopes[0].currency or ""
    now, before = totals
    return Comparison(
        currency=scopes[0].currency,
        period=_period(scopes[0], today),
        before=_period(scopes[1], today),
        figures=[_figure(name, kind, (of(now), of(before)), currency) for name, kind, of in _FIGURES],
        by=by,
        metric=metric,
        count=movements.count,
        risen=movements.risen,
        fallen=movements.fallen,
        movers=list(_movers(movements.top, metric, currency)),
    )


def new_customers(firsts: Sequence[tuple[date, int]], scope: Scope) -> int:
    """The customers whose first purchase ever falls into the scope, of how many have which first day."""
    return sum(customers for day, customers in firsts if scope.holds(day))


def other_scope(scope: Scope, first: date, as_of: date) -> Scope:
    """The same scope in the other period. Raises Invalid."""
    return replace(scope, from_=first, as_of=as_of)


def _period(scope: Scope, today: date) -> ComparedPeriod:
    start = scope.from_ or scope.as_of
    return ComparedPeriod(
        start=start,
        end=scope.as_of - timedelta(days=1),
        days=(scope.as_of - start).days,
        finished=scope.as_of <= today,
    )


def _quotient(part: Decimal | int, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


def _customers(totals: PeriodTotals) -> int:
    return sum(customers for _, customers in totals.purchase_days)


_FIGURES: Sequence[tuple[str, FigureKind, Callable[[PeriodTotals], Fraction | None]]] = (
    ("customers", FigureKind.COUNT, lambda of: Fraction(of.summary.customers)),
    ("new_customers", FigureKind.COUNT, lambda of: Fraction(of.new_customers)),
    ("repeat_customers", FigureKind.COUNT, lambda of: Fraction(repeat_customers(of.purchase_days))),
    ("repeat_rate", FigureKind.RATIO, lambda of: _quotient(repeat_customers(of.purchase_days), _customers(of))),
    ("orders", FigureKind.COUNT, lambda of: Fraction(of.summary.orders)),
    ("orders_without_customer", FigureKind.COUNT, lambda of: Fraction(of.summary.orders_without_customer)),
    ("products", FigureKind.COUNT, lambda of: Fraction(of.summary.products)),
    ("units", FigureKind.COUNT, lambda of: Fraction(of.summary.units)),
    ("revenue", FigureKind.AMOUNT, lambda of: Fraction(of.summary.revenue)),
    ("returned_units", FigureKind.COUNT, lambda of: Fraction(of.summary.returned_units)),
    ("returned_revenue", FigureKind.AMOUNT, lambda of: Fraction(of.summary.returned_revenue)),
    ("average_order_value", FigureKind.AMOUNT, lambda of: _quotient(of.summary.revenue, of.summary.orders)),
    ("basket_size", FigureKind.RATIO, lambda of: _quotient(of.summary.basket_items, of.summary.orders)),
    ("units_per_order", FigureKind.RATIO, lambda of: _quotient(of.summary.units, of.summary.orders)),
)


def _figure(name: str, kind: FigureKind, both: tuple[Fraction | None, Fraction | None], currency: str) -> Figure:
    value, before = both
    change = None if value is None or before is None else value - before
    return Figure(
        figure=name,
        kind=kind,
        value=_shown(value, kind, currency),
        before=_shown(before, kind, currency),
        change=_shown(change, kind, currency),
        relative_change=_relative(change, before),
    )


def _shown(value: Fraction | None, kind: FigureKind, currency: str) -> Shown | None:
    """Rounded once, as the report of the figure does it."""
    if value is None:
        return None
    match kind:
        case FigureKind.COUNT:
            return int(value)
        case FigureKind.AMOUNT:
            return mean_amount(Decimal(value.numerator), value.denominator, currency)
    return ratio(value.numerator, value.denominator)


def _relative(change: Fraction | None, before: Fraction | None) -> float | None:
    if change is None or not before:
        return None
    relative = change / abs(before)
    return ratio(relative.numerator, relative.denominator)


def _movers(top: Sequence[MoverFacts], metric: Metric, currency: str) -> Iterator[Mover]:
    kind = FigureKind.AMOUNT if metric is Metric.REVENUE else FigureKind.COUNT
    for rank, one in enumerate(top, start=1):
        figure = _figure(metric, kind, (Fraction(one.value), Fraction(one.before)), currency)
        yield Mover(
            rank=rank,
            key=one.key,
            name=one.name or one.key,
            value=_whole_or_amount(figure.value),
            before=_whole_or_amount(figure.before),
            change=_whole_or_amount(figure.change),
            relative_change=figure.relative_change,
        )


def _whole_or_amount(value: Shown | None) -> Decimal | int:
    if not isinstance(value, Decimal | int):
        raise TypeError("what is counted or added up is a whole number or an amount")
    return value
