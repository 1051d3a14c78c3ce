"""The statements of how customers come again, for every SQL engine: histograms up, never a customer's days."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from adapters.sql.dialects import DaysBetween
from adapters.sql.scope import Shape, purchases


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
