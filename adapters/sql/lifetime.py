"""The statements of lifetime value and churn, for every SQL engine: how many customers have each history, and who.

Customers are those whose first purchase ever lies within the scope. No quantile is divided out here: a percentile of
whole days is told in tenths of a day, which are whole.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Numeric,
    Select,
    String,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import ByBytes, DaysBetween, IdText, exact_count, exact_sum
from adapters.sql.scope import ZERO, Shape, purchases, returned
from adapters.sql.tables import customers
from domain.analytics.lifetime_facts import Late, RepeatHistory
from domain.shared.money import EXACT, PLACES

_AMOUNT = Numeric(38, 4)
_AS_OF = cast(bindparam("as_of", type_=Date()), Date())
_SPLIT = cast(bindparam("split", type_=Date()), Date())
_ONE: ColumnElement[int] = literal_column("1", Integer())
_TEN: ColumnElement[int] = literal_column("10", Integer())


@cache
def repeat_buying(shape: Shape) -> Select[Any]:
    """`repeats`, `recency_days`, `age_days`, `later_repeats`, and how many `customers` have these up to `split`."""
    days = _days(shape)
    before = days.c.day < _SPLIT
    by_customer = (
        select(
            func.min(days.c.day).label("first_day"),
            func.max(case((before, days.c.day))).label("last_day"),
            exact_count(case((before, _ONE), else_=ZERO)).label("days"),
            exact_count(case((before, ZERO), else_=_ONE)).label("later_repeats"),
        )
        .group_by(days.c.customer_id)
        .subquery("by_customer")
    )
    each = by_customer.c
    place = (
        (each.days - _ONE).label("repeats"),
        DaysBetween(each.first_day, each.last_day).label("recency_days"),
        (DaysBetween(each.first_day, _SPLIT) - _ONE).label("age_days"),
        each.later_repeats,
    )
    rows = select(*place).where(each.first_day < _SPLIT, *_since(shape, each.first_day)).subquery("histories")
    return select(rows, func.count().label("customers")).group_by(*rows.c)


@cache
def repeat_spending(shape: Shape) -> Select[Any]:
    """`repeats`, `recency_days`, `age_days`, `repeat_revenue`, and how many `customers` have these."""
    each = _each_repeater(shape)
    place = (each.c.repeats, each.c.recency_days, each.c.age_days, each.c.repeat_revenue)
    return select(*place, func.count().label("customers")).group_by(*place)


@cache
def repeaters(shape: Shape) -> Select[Any]:
    """`key`, `id` and the history of the first `limit` customers by key, then by id, with a history of `wanted`."""
    each = _each_repeater(shape).c
    revenue = cast(each.repeat_revenue * literal_column(str(10**PLACES), Integer()), Numeric(38, 0))
    mark: ColumnElement[str] = literal_column("'%,'", String())
    for value in (each.repeats, each.recency_days, each.age_days, revenue):
        mark = mark.concat(cast(value, String())).concat(literal_column("';'", String()))
    wanted = bindparam("wanted", type_=String()).like(mark.concat(literal_column("',%'", String())))
    # The first condition leaves most of them out, more cheaply.
    query = select(*each).where(each.repeats >= bindparam("fewest_repeats", type_=Integer()), wanted)
    return _page(query.subquery("marked"), after=False)


def wanted_histories(histories: Iterable[RepeatHistory]) -> dict[str, Any]:
    """The bound parameters that name the histories of `repeaters`."""
    named = list(histories)
    marks = [
        f"{one.repeats};{one.recency_days};{one.age_days};{int(EXACT.scaleb(one.repeat_revenue, PLACES))};"
        for one in named
    ]
    return {"wanted": f",{','.join(marks)},", "fewest_repeats": min((one.repeats for one in named), default=0)}


@cache
def idle_buyers(shape: Shape, late: Late, *, after: bool) -> Select[Any]:
    """`key`, `id`, `first_day`, `last_day`, `days`, `long_gap_tenths` of the first `limit` customers after a place."""
    each = _each_idle_buyer(shape)
    query = select(each)
    if late is not Late.ALL:
        query = query.where(each.c.late == (_ONE if late is Late.YES else ZERO))
    return _page(query.subquery("listed"), after=after)


@cache
def one_repeater(shape: Shape) -> Select[Any]:
    """The columns of `repeaters` of one `customer`; no row when its first purchase ever is not in the scope."""
    return _page(_each_repeater(shape, one=True), after=False)


@cache
def one_idle_buyer(shape: Shape) -> Select[Any]:
    """The columns of `idle_buyers` of one `customer`; no row when its first purchase ever is not in the scope."""
    return _page(_each_idle_buyer(shape, one=True), after=False)


@cache
def late_counted(shape: Shape) -> Select[Any]:
    """One row: `customers`, `repeat_customers` and those of them who are `late`."""
    each = _each_idle_buyer(shape).c
    return select(
        func.count().label("customers"),
        func.count(each.long_gap_tenths).label("repeat_customers"),
        exact_count(each.late).label("late"),
    )


def _days(shape: Shape, *, one: bool = False) -> Subquery:
    """One row a known customer, or one `customer`, and local day with a purchase, whenever it was, and its amount."""
    each = purchases(shape, ever=True)
    customer = each.c.customer_id
    return (
        select(customer, each.c.day, exact_sum(each.c.amount).label("amount"))
        .where(customer == bindparam("customer", type_=Uuid()) if one else customer.is_not(None))
        .group_by(each.c.customer_id, each.c.day)
        .subquery("days")
    )


def _since(shape: Shape, first_day: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [first_day >= cast(bindparam("from_day", type_=Date()), Date())] if shape.since else []


def _each_repeater(shape: Shape, *, one: bool = False) -> Subquery:
    """One row a customer: `customer_id`, `repeats`, `recency_days`, `age_days`, `repeat_revenue`."""
    days = _days(shape, one=one)
    first = func.min(days.c.day).over(partition_by=days.c.customer_id)
    dated = select(days, first.label("first_day")).subquery("dated").c
    repeat = dated.day > dated.first_day
    bought = (
        select(
            dated.customer_id,
            dated.first_day,
            func.max(dated.day).label("last_day"),
            func.count().label("days"),
            exact_sum(case((repeat, dated.amount), else_=ZERO)).label("amount"),
        )
        .where(*_since(shape, dated.first_day))
        .group_by(dated.customer_id, dated.first_day)
        .cte("bought")
    )
    rows = select(bought)
    revenue: ColumnElement[Any] = bought.c.amount
    if shape.returns:
        lines = returned(shape)
        back = (
            select(bought.c.customer_id, exact_sum(lines.c.amount).label("amount"))
            .join(lines, and_(lines.c.customer_id == bought.c.customer_id, lines.c.day > bought.c.first_day))
            .where(bought.c.days > _ONE)
            .group_by(bought.c.customer_id)
            .subquery("back")
        )
        rows = rows.outerjoin(back, back.c.customer_id == bought.c.customer_id)
        revenue = bought.c.amount - func.coalesce(back.c.amount, cast(ZERO, _AMOUNT))
    each = bought.c
    return rows.with_only_columns(
        each.customer_id,
        (each.days - _ONE).label("repeats"),
        DaysBetween(each.first_day, each.last_day).label("recency_days"),
        (DaysBetween(each.first_day, _AS_OF) - _ONE).label("age_days"),
        revenue.label("repeat_revenue"),
    ).subquery("repeaters")


def _each_idle_buyer(shape: Shape, *, one: bool = False) -> Subquery:
    """One row a customer: `customer_id`, `first_day`, `last_day`, `days`, `long_gap_tenths` or null, `late` 1 or 0."""
    days = _days(shape, one=one)
    customer = days.c.customer_id
    previous = func.lag(days.c.day).over(partition_by=customer, order_by=days.c.day)
    first = func.min(days.c.day).over(partition_by=customer)
    dated = select(customer, days.c.day, first.label("first_day"), previous.label("previous")).subquery("dated").c
    gap = DaysBetween(dated.previous, dated.day)
    gaps = (
        select(dated.customer_id, dated.first_day, dated.day, gap.label("gap"))
        .where(*_since(shape, dated.first_day))
        .subquery("gaps")
        .c
    )
    # The first day has no gap before it, and stands last where nulls do or would.
    order = (case((gaps.gap.is_(None), _ONE), else_=ZERO), gaps.gap)
    ranked = select(
        gaps.customer_id,
        gaps.first_day,
        gaps.day,
        gaps.gap,
        func.row_number().over(partition_by=gaps.customer_id, order_by=order).label("place"),
        func.count(gaps.gap).over(partition_by=gaps.customer_id).label("gaps"),
    ).subquery("ranked")
    buyers = (
        select(
            ranked.c.customer_id,
            ranked.c.first_day,
            func.max(ranked.c.day).label("last_day"),
            func.count().label("days"),
            exact_count(_tenths_of_long_gap(ranked)).label("long_gap_tenths"),
        )
        .group_by(ranked.c.customer_id, ranked.c.first_day)
        .subquery("buyers")
    )
    each = buyers.c
    late = DaysBetween(each.last_day, _AS_OF) * _TEN > each.long_gap_tenths
    return select(buyers, case((late, _ONE), else_=ZERO).label("late")).subquery("idle_buyers")


def _tenths_of_long_gap(ranked: Subquery) -> ColumnElement[Any]:
    """What each of a customer's ascending gaps adds to the 90th percentile (type 7), in tenths; null for no gap.

    The percentile stands 9 (gaps - 1) tenths after the first gap: between the two that it lies nearest to, each
    weighs as many tenths as the other is away from it.
    """
    each = ranked.c
    nine = literal_column("9", Integer())
    away = nine * (each.gaps - _ONE) - _TEN * (each.place - _ONE)
    return case(
        (each.gap.is_(None), None),
        (and_(away >= ZERO, away < _TEN), each.gap * (_TEN - away)),
        (and_(away < ZERO, away > -_TEN), each.gap * (_TEN + away)),
        else_=ZERO,
    )


def _page(rows: Subquery, *, after: bool) -> Select[Any]:
    """The first `limit` of rows with a `customer_id`, by key, then by id, with these; after a place, if asked for."""
    id_text = IdText(rows.c.customer_id)
    columns = [column for column in rows.c if column.name not in ("customer_id", "late")]
    keyed = (
        select(*columns, func.coalesce(customers.c.reference, id_text).label("key"), id_text.label("id"))
        .select_from(rows.outerjoin(customers, customers.c.id == rows.c.customer_id))
        .subquery("keyed")
    )
    key, customer = ByBytes(keyed.c.key), ByBytes(keyed.c.id)
    query = select(keyed)
    if after:
        after_key, after_id = bindparam("after_key", type_=String()), bindparam("after_id", type_=String())
        query = query.where(or_(key > after_key, and_(key == after_key, customer > after_id)))
    return query.order_by(key, customer).limit(bindparam("limit", type_=Integer()))
