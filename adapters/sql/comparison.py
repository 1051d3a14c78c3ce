"""The statement of comparison, for every SQL engine: what moved most between two scopes."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Subquery, bindparam, case, func, literal_column, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.analytics import keyed_lines
from adapters.sql.dialects import ByBytes, exact_count, exact_sum
from adapters.sql.scope import ZERO, Shape, returned, sold
from domain.analytics.facts import By, Metric

# Before the names of the days of the other scope.
BEFORE = "before_"

_ONE = literal_column("1", Integer())


@cache
def movements(shape: Shape, by: By, metric: Metric) -> Select[Any]:
    """`key`, `value`, `before` of the first `limit` keys by the size of their change; and of all, on each row:
    `found`, `risen`, `fallen`.
    """
    parts = union_all(*_parts(shape, by, metric)).subquery("parts")
    added_up = exact_sum if metric is Metric.REVENUE else exact_count
    both = (
        select(parts.c.key, added_up(parts.c.value).label("value"), added_up(parts.c.before).label("before"))
        .group_by(parts.c.key)
        .subquery("both_periods")
    )
    change = both.c.value - both.c.before
    each = select(both, change.label("change")).subquery("moved")
    return (
        select(
            each.c.key,
            each.c.value,
            each.c.before,
            func.count().over().label("found"),
            exact_count(case((each.c.change > ZERO, _ONE), else_=ZERO)).over().label("risen"),
            exact_count(case((each.c.change < ZERO, _ONE), else_=ZERO)).over().label("fallen"),
        )
        .order_by(func.abs(each.c.change).desc(), ByBytes(each.c.key))
        .limit(bindparam("limit", type_=Integer()))
    )


def _parts(shape: Shape, by: By, metric: Metric) -> Iterator[Select[Any]]:
    """`key`, `value` and `before`, one of which is 0: of what was sold and of what came back in either scope."""
    for prefix in ("", BEFORE):
        lines = keyed_lines(sold(shape, prefix), by).subquery("keyed")
        yield _part(lines, _measured(lines, metric), prefix)
        if shape.returns:
            lines = keyed_lines(returned(shape, prefix), by).subquery("keyed")
            # What came back takes no order away, and has its key told.
            back = -_measured(lines, metric) if metric in {Metric.REVENUE, Metric.UNITS} else ZERO
            yield _part(lines, back, prefix)


def _part(lines: Subquery, measured: ColumnElement[Any], prefix: str) -> Select[Any]:
    value, before = (ZERO, measured) if prefix else (measured, ZERO)
    return select(lines.c.key, value.label("value"), before.label("before")).group_by(lines.c.key)


def _measured(lines: Subquery, metric: Metric) -> ColumnElement[Any]:
    match metric:
        case Metric.REVENUE:
            return exact_sum(lines.c.amount)
        case Metric.UNITS:
            return exact_count(lines.c.quantity)
        case Metric.ORDERS:
            return func.count(lines.c.order_id.distinct())
        case Metric.CUSTOMERS:
            return func.count(lines.c.customer_id.distinct())
