"""The statements of basket rules, for every SQL engine: frequent items, and the baskets cut down to these."""

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from adapters.sql.analytics import keyed_lines
from adapters.sql.dialects import ByBytes, NumbersInOrder
from adapters.sql.scope import Shape, returned, sold
from adapters.sql.tables import books
from domain.analytics.facts import By

_ONE = literal_column("1", Integer())


def _frequent(shape: Shape, by: By) -> tuple[CTE, CTE]:
    """`order_id`, `key` of what baskets hold; `key`, `baskets`, `item` (a number) of what `least` of them hold."""
    lines = keyed_lines(sold(shape), by).subquery("keyed")
    held = select(lines.c.order_id, lines.c.key).distinct().cte("held")
    baskets = func.count()
    enough = (
        select(held.c.key, baskets.label("baskets"))
        .group_by(held.c.key)
        .having(baskets >= bindparam("least", type_=BigInteger()))
        .subquery("enough")
    )
    item = func.row_number().over(order_by=ByBytes(enough.c.key)) - _ONE
    return held, select(enough, item.label("item")).cte("frequent")


@cache
def items(shape: Shape, by: By) -> Select[Any]:
    """`key`, `name`, `baskets` of what `least` baskets hold, by key in the order of its bytes."""
    _, frequent = _frequent(shape, by)
    order = ByBytes(frequent.c.key)
    if by is not By.PRODUCT:
        return select(frequent.c.key, cast(null(), String()).label("name"), frequent.c.baskets).order_by(order)
    names = _names(shape)
    return (
        select(frequent.c.key, names.c.name, frequent.c.baskets)
        .join_from(frequent, names, names.c.sku == frequent.c.key)
        .order_by(order)
    )


def _names(shape: Shape) -> Subquery:
    """`sku`, `name`: grouped by itself, since PostgreSQL's workers would count the baskets once each otherwise."""
    lines = [sold(shape), returned(shape)] if shape.returns else [sold(shape)]
    each = union_all(*(select(one.c.sku, one.c.book_id, one.c.description) for one in lines)).subquery("lines")
    name = func.coalesce(func.max(ByBytes(books.c.title)), func.max(ByBytes(each.c.description)))
    return (
        select(each.c.sku, name.label("name"))
        .join_from(each, books, books.c.id == each.c.book_id, isouter=True)
        .group_by(each.c.sku)
        .subquery("names")
    )


@cache
def item_sets(shape: Shape, by: By) -> Select[Any]:
    """`numbers` of those of `items` that a basket holds, two or more, as one text; and how many `baskets` hold them."""
    held, frequent = _frequent(shape, by)
    each = (
        select(NumbersInOrder(frequent.c.item).label("numbers"))
        .join_from(held, frequent, frequent.c.key == held.c.key)
        .group_by(held.c.order_id)
        .having(func.count() > _ONE)
        .subquery("sets")
    )
    return select(each.c.numbers, func.count().label("baskets")).group_by(each.c.numbers)
