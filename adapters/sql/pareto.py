"""The statements of pareto, for every SQL engine: what each earned, or how many customers did and the first of them."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select

from adapters.sql.analytics import net_by_key
from adapters.sql.dialects import ByBytes
from adapters.sql.rfm import each_buyer, each_keyed_buyer
from adapters.sql.scope import Shape, sold
from domain.analytics.facts import By


@cache
def earned(shape: Shape, by: By) -> Select[Any]:
    """`key` and `revenue` of all keys, the greatest revenue first, then by key."""
    # Few have the same revenue, so that these are hardly more rows than the revenues there are, in one pass.
    each = net_by_key(shape, by)
    return select(each.c.key, each.c.revenue).order_by(each.c.revenue.desc(), ByBytes(each.c.key))


@cache
def amounts(shape: Shape) -> Select[Any]:
    """`revenue`, and how many customers (`items`) have it."""
    each = each_buyer(shape)
    return select(each.c.revenue, func.count().label("items")).group_by(each.c.revenue)


@cache
def top_customers(shape: Shape) -> Select[Any]:
    """`key`, `id`, `revenue` of the first `limit` customers by revenue, descending, then by key, then by id."""
    each = each_keyed_buyer(shape)
    order = (each.c.revenue.desc(), ByBytes(each.c.key), ByBytes(each.c.id))
    query = select(each.c.key, each.c.id, each.c.revenue)
    return query.order_by(*order).limit(bindparam("limit", type_=Integer()))


@cache
def lines_without_customer(shape: Shape) -> Select[Any]:
    """One row: `lines` sold to nobody known."""
    lines = sold(shape)
    return select(func.count().label("lines")).select_from(lines).where(lines.c.customer_id.is_(None))
