"""The RFM statements, for every SQL engine: customers up as histograms, cut points down, counts a cell up."""

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
    tuple_,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import ByBytes, IdText, exact_count, exact_sum
from adapters.sql.scope import ZERO, Shape, purchases, returned
from adapters.sql.tables import customers
from domain.analytics.facts import Cuts

_CUTS = range(1, 5)
# Quantile cuts are fifths of steps of four places.
_CUT_AMOUNT = Numeric(38, 5)


def each_buyer(shape: Shape) -> Subquery:
    """One row a known customer with a purchase: `customer_id`, `last_day`, `orders`, `revenue`."""
    each = purchases(shape)
    bought = (
        select(
            each.c.customer_id,
            func.max(each.c.day).label("last_day"),
            func.count().label("orders"),
            exact_sum(each.c.amount).label("revenue"),
        )
        .where(each.c.customer_id.is_not(None))
        .group_by(each.c.customer_id)
    )
    if not shape.returns:
        return bought.subquery("buyers")
    sold = bought.subquery("bought")
    lines = returned(shape)
    back = (
        select(lines.c.customer_id, exact_sum(lines.c.amount).label("revenue"))
        .where(lines.c.customer_id.is_not(None))
        .group_by(lines.c.customer_id)
        .subquery("back")
    )
    net = sold.c.revenue - func.coalesce(back.c.revenue, cast(ZERO, Numeric(38, 4)))
    return (
        select(sold.c.customer_id, sold.c.last_day, sold.c.orders, net.label("revenue"))
        .select_from(sold.outerjoin(back, back.c.customer_id == sold.c.customer_id))
        .subquery("buyers")
    )


def each_keyed_buyer(shape: Shape) -> Subquery:
    """The buyers with their `key` and their id as text."""
    buyers = each_buyer(shape)
    id_text = IdText(buyers.c.customer_id)
    return (
        select(buyers, func.coalesce(customers.c.reference, id_text).label("key"), id_text.label("id"))
        .select_from(buyers.outerjoin(customers, customers.c.id == buyers.c.customer_id))
        .subquery("keyed")
    )


def _scored_by_cuts(buyers: Subquery) -> Subquery:
    """With R, F and M by four cuts each, bound as `before_1` to `_4`, `orders_above_1` and `amount_above_1`."""
    worse = [buyers.c.last_day < cast(bindparam(f"before_{n}", type_=Date()), Date()) for n in _CUTS]
    oftener = [buyers.c.orders > bindparam(f"orders_above_{n}", type_=Integer()) for n in _CUTS]
    dearer = [buyers.c.revenue > cast(bindparam(f"amount_above_{n}", type_=_CUT_AMOUNT), _CUT_AMOUNT) for n in _CUTS]
    five, one = literal_column("5", Integer()), literal_column("1", Integer())
    r, f, m = five - _how_many(worse), one + _how_many(oftener), one + _how_many(dearer)
    return select(buyers, r.label("r"), f.label("f"), m.label("m")).subquery("scored")


def _how_many(conditions: list[ColumnElement[bool]]) -> ColumnElement[int]:
    first, *rest = [
        case((one, literal_column("1", Integer())), else_=literal_column("0", Integer())) for one in conditions
    ]
    total: ColumnElement[int] = first
    for each in rest:
        total = total + each
    return total.self_group()


def _scored_by_ntile(shape: Shape) -> Subquery:
    keyed = each_keyed_buyer(shape)
    ties = (ByBytes(keyed.c.key), ByBytes(keyed.c.id))

    def fifth(value: ColumnElement[Any]) -> ColumnElement[int]:
        return func.ntile(literal_column("5")).over(order_by=(value, *ties))

    r, f, m = fifth(keyed.c.last_day), fifth(keyed.c.orders), fifth(keyed.c.revenue)
    return select(keyed, r.label("r"), f.label("f"), m.label("m")).subquery("scored")


def cut_values(cuts: Cuts) -> dict[str, Any]:
    """The bound parameters of the statements that score by cuts."""
    values: dict[str, Any] = {}
    for n in _CUTS:
        values[f"before_{n}"] = cuts.before[n - 1]
        values[f"orders_above_{n}"] = cuts.orders_above[n - 1]
        values[f"amount_above_{n}"] = cuts.amount_above[n - 1]
    return values


@cache
def histograms(shape: Shape) -> Select[Any]:
    """`last_day`, `orders`, `revenue`, of which one is not null, and how many `customers` have it."""
    buyers = each_buyer(shape)
    values = (buyers.c.last_day, buyers.c.orders, buyers.c.revenue)
    return select(*values, func.count().label("customers")).group_by(
        func.grouping_sets(*(tuple_(value) for value in values))
    )


@cache
def cells(shape: Shape, *, ntile: bool) -> Select[Any]:
    """`r`, `f`, `m`, `customers`, `orders`, `revenue` of each combination of scores."""
    scored = _scored_by_ntile(shape) if ntile else _scored_by_cuts(each_buyer(shape))
    scores = (scored.c.r, scored.c.f, scored.c.m)
    return select(
        *scores,
        func.count().label("customers"),
        exact_count(scored.c.orders).label("orders"),
        exact_sum(scored.c.revenue).label("revenue"),
    ).group_by(*scores)


@cache
def buyers_page(shape: Shape, *, ntile: bool, after: bool) -> Select[Any]:
    """`key`, `id`, `last_day`, `orders`, `revenue`, `r`, `f`, `m` of the first `limit` customers after a place.

    `wanted` is 125 characters, one for each combination of scores in ascending order: 1 for those that are wanted.
    """
    scored = _scored_by_ntile(shape) if ntile else _scored_by_cuts(each_keyed_buyer(shape))
    columns = scored.c
    place = (columns.r - 1) * 25 + (columns.f - 1) * 5 + columns.m
    wanted = func.substr(bindparam("wanted", type_=String()), cast(place, Integer()), literal_column("1"))
    key, customer = ByBytes(columns.key), ByBytes(columns.id)
    query = select(
        columns.key, columns.id, columns.last_day, columns.orders, columns.revenue, columns.r, columns.f, columns.m
    )
    query = query.where(wanted == literal_column("'1'"))
    if after:
        after_key, after_id = bindparam("after_key", type_=String()), bindparam("after_id", type_=String())
        query = query.where(or_(key > after_key, and_(key == after_key, customer > after_id)))
    return query.order_by(key, customer).limit(bindparam("limit", type_=Integer()))


@cache
def one_buyer(shape: Shape, *, ntile: bool) -> Select[Any]:
    """The columns of `buyers_page` of one `customer`, among all; no row without a purchase."""
    scored = _scored_by_ntile(shape) if ntile else _scored_by_cuts(each_keyed_buyer(shape))
    columns = scored.c
    return select(
        columns.key, columns.id, columns.last_day, columns.orders, columns.revenue, columns.r, columns.f, columns.m
    ).where(columns.customer_id == bindparam("customer", type_=Uuid()))


@cache
def prospects(shape: Shape) -> Select[Any]:
    """One row: `customers` that are alive and have no purchase that counts."""
    bought = select(purchases(shape).c.customer_id).distinct().subquery("bought")
    return (
        select(func.count().label("customers"))
        .select_from(customers.outerjoin(bought, bought.c.customer_id == customers.c.id))
        .where(customers.c.deleted_at.is_(None), bought.c.customer_id.is_(None))
    )
