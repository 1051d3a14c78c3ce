"""The statement of comparison, for every SQL engine: what moved most between two scopes."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, literal_column, select

from adapters.sql.analytics import COUNTED, merged
from adapters.sql.dialects import ByBytes, exact_count
from adapters.sql.scope import ZERO, Shape
from domain.analytics.facts import By, Metric

# Before the names of the days of the other scope.
BEFORE = "before_"

_ONE = literal_column("1", Integer())


@cache
def movements(shape: Shape, by: By, metric: Metric) -> Select[Any]:
    """`key`, `name`, `value`, `before` of the first `limit` keys by the size of their change; and of all, on each row:
    `found`, `risen`, `fallen`.
    """
    counted = metric in COUNTED
    now = merged(shape, by, counted=counted).alias("this_period")
    then = merged(shape, by, BEFORE, counted=counted).alias("other_period")
    both = (
        select(
            func.coalesce(now.c.key, then.c.key).label("key"),
            func.coalesce(now.c.name, then.c.name).label("name"),
            func.coalesce(now.c[metric.value], ZERO).label("value"),
            func.coalesce(then.c[metric.value], ZERO).label("before"),
        )
        .select_from(now.outerjoin(then, now.c.key == then.c.key, full=True))
        .subquery("both_periods")
    )
    change = both.c.value - both.c.before
    each = select(both, change.label("change")).subquery("moved")
    return (
        select(
            each.c.key,
            each.c.name,
            each.c.value,
            each.c.before,
            func.count().over().label("found"),
            exact_count(case((each.c.change > ZERO, _ONE), else_=ZERO)).over().label("risen"),
            exact_count(case((each.c.change < ZERO, _ONE), else_=ZERO)).over().label("fallen"),
        )
        .order_by(func.abs(each.c.change).desc(), ByBytes(each.c.key))
        .limit(bindparam("limit", type_=Integer()))
    )
