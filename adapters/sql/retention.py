"""The statements of how customers come again, for every SQL engine: histograms up, never a customer's days."""

from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, Select, Subquery, bindparam, case, cast, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import DaysBetween, exact_count, exact_sum, period_start
from adapters.sql.scope import ZERO, Shape, purchases, returned
from domain.analytics.periods import Period


def _purchase_days(shape: Shape) -> Subquery:
    """One row a known customer and local day with a purchase."""
    each = purchases(shape)
    return select(each.c.customer_id, each.c.day).where(each.c.customer_id.is_not(None)).distinct().subquery("days")


@cache
def purchase_days(shape: Shape) -> Select[Any]:
    """`days`, and how many `customers` bought on so many."""
    days = _purchase_days(shape)
    each = select(func.count().label("days")).select_from(days).group_by(days.c.customer_id).subquery("by_customer")
    return select(each.c.days, func.count().label("customers")).group_by(each.c.days)


@cache
def gaps(shape: Shape) -> Select[Any]:
    """`days`, and how many `gaps` between successive purchase days of a customer are so long."""
    days = _purchase_days(shape)
    previous = func.lag(days.c.day).over(partition_by=days.c.customer_id, order_by=days.c.day)
    pairs = select(days.c.day, previous.label("previous")).subquery("pairs")
    length = DaysBetween(pairs.c.previous, pairs.c.day)
    each = select(length.label("days")).where(pairs.c.previous.is_not(None)).subquery("gaps")
    return select(each.c.days, func.count().label("gaps")).group_by(each.c.days)


@cache
def cohort_purchases(shape: Shape, period: Period) -> Select[Any]:
    """`cohort`, `start`, `customers`, `last_customers`, `orders`, `revenue` of the periods in which a cohort bought."""
    each = purchases(shape, ever=True)
    start = period_start(each.c.day, period)
    by_customer = (
        select(
            each.c.customer_id,
            start.label("start"),
            func.min(each.c.day).label("day"),
            func.count().label("orders"),
            exact_sum(each.c.amount).label("revenue"),
        )
        .where(each.c.customer_id.is_not(None))
        .group_by(each.c.customer_id, start)
        .subquery("by_customer")
    )
    columns = by_customer.c
    first = func.min(columns.day).over(partition_by=columns.customer_id)
    later = func.lead(columns.start).over(partition_by=columns.customer_id, order_by=columns.start)
    own = select(
        columns.start, columns.orders, columns.revenue, first.label("first_day"), later.label("later_start")
    ).subquery("own")
    cohort = period_start(own.c.first_day, period)
    is_last = case((own.c.later_start.is_(None), literal_column("1", Integer())), else_=ZERO)
    query = select(
        cohort.label("cohort"),
        own.c.start,
        func.count().label("customers"),
        exact_count(is_last).label("last_customers"),
        exact_count(own.c.orders).label("orders"),
        exact_sum(own.c.revenue).label("revenue"),
    ).group_by(cohort, own.c.start)
    return query.where(_since(own.c.first_day)) if shape.since else query


@cache
def cohort_returns(shape: Shape, period: Period) -> Select[Any]:
    """`cohort`, `start`, `revenue` of what came back from a cohort in each period, before its own one too."""
    each = purchases(shape, ever=True)
    firsts = (
        select(each.c.customer_id, func.min(each.c.day).label("first_day"))
        .where(each.c.customer_id.is_not(None))
        .group_by(each.c.customer_id)
        .subquery("firsts")
    )
    lines = returned(shape)
    cohort, start = period_start(firsts.c.first_day, period), period_start(lines.c.day, period)
    query = (
        select(cohort.label("cohort"), start.label("start"), exact_sum(lines.c.amount).label("revenue"))
        .join_from(lines, firsts, firsts.c.customer_id == lines.c.customer_id)
        .group_by(cohort, start)
    )
    return query.where(_since(firsts.c.first_day)) if shape.since else query


def _since(day: ColumnElement[Any]) -> ColumnElement[bool]:
    return day >= cast(bindparam("from_day", type_=Date()), Date())
