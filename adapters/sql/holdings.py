"""What baskets and customers hold, told in numbers: for a store that counts beside its statements."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    String,
    Subquery,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.analytics import keyed_lines
from adapters.sql.dialects import ByBytes
from adapters.sql.scope import Shape, purchases, returned, sold
from adapters.sql.tables import books
from domain.analytics.facts import By
from domain.analytics.pairs import Unit

_ONE: ColumnElement[int] = literal_column("1", Integer())


@cache
def keys(shape: Shape, by: By) -> Select[Any]:
    """`key` of all that lines hold, in the order of its bytes: its place there is its number."""
    lines = keyed_lines(sold(shape), by).subquery("keyed")
    each = select(lines.c.key).distinct().subquery("keys")
    return select(each.c.key).order_by(ByBytes(each.c.key))


@cache
def held(shape: Shape, unit: Unit, by: By) -> Select[Any]:
    """`owner`, a number of a purchase or known customer from 0, and `item`, the place of a key among the `keys` from 0,
    for each line.
    """
    named = cast(bindparam("keys", type_=ARRAY(String)), ARRAY(String))
    item = cast(func.generate_subscripts(named, _ONE) - _ONE, Integer())
    items = select(func.unnest(named).label("key"), item.label("item")).cte("items")
    bought = purchases(shape)
    if unit is Unit.BASKET:
        owning = select(bought.c.order_id.label("id")).subquery("owning")
    else:
        known = select(bought.c.customer_id.label("id")).where(bought.c.customer_id.is_not(None))
        owning = known.distinct().subquery("owning")
    owner = cast(func.row_number().over() - _ONE, Integer())
    owners = select(owning.c.id, owner.label("owner")).cte("owners")
    lines = keyed_lines(sold(shape), by).subquery("lines")
    holder = lines.c.order_id if unit is Unit.BASKET else lines.c.customer_id
    return (
        select(owners.c.owner, items.c.item)
        .select_from(lines)
        .join(owners, owners.c.id == holder)
        .join(items, items.c.key == lines.c.key)
    )


def _mark(lines: Subquery) -> ColumnElement[Any]:
    """A number that is the same for the same product of the same purchase, and seldom for others."""
    return cast(func.hash(lines.c.order_id, lines.c.sku).op(">>")(_ONE), BigInteger())


@cache
def marks(shape: Shape) -> Select[Any]:
    """`mark` of each line."""
    return select(_mark(sold(shape)).label("mark"))


@cache
def items_marked(shape: Shape) -> Select[Any]:
    """One row: `items`, the distinct products of each purchase added up, of lines with one of the `marks`."""
    lines = sold(shape)
    wanted = cast(bindparam("marks", type_=ARRAY(BigInteger)), ARRAY(BigInteger))
    among = _mark(lines).in_(select(func.unnest(wanted)))
    each = select(lines.c.order_id, lines.c.sku).where(among).distinct().subquery("held")
    return select(func.count().label("items")).select_from(each)


@cache
def own_keys(shape: Shape) -> Select[Any]:
    """`key` of each product that `customer` bought."""
    lines = sold(shape)
    own = lines.c.customer_id == bindparam("customer", type_=Uuid())
    return select(lines.c.sku.label("key")).where(own).distinct()


@cache
def names(shape: Shape) -> Select[Any]:
    """`key`, `name` (null without one) of every product that was sold or came back."""
    parts = [sold(shape), returned(shape)] if shape.returns else [sold(shape)]
    lines = union_all(*(select(one.c.sku, one.c.book_id, one.c.description) for one in parts)).subquery("lines")
    # By book first, so that a title is looked up once and not for each line.
    each = (
        select(lines.c.sku, lines.c.book_id, func.max(ByBytes(lines.c.description)).label("description"))
        .group_by(lines.c.sku, lines.c.book_id)
        .subquery("by_book")
    )
    title, description = func.max(ByBytes(books.c.title)), func.max(ByBytes(each.c.description))
    return (
        select(each.c.sku.label("key"), func.coalesce(title, description).label("name"))
        .select_from(each.outerjoin(books, books.c.id == each.c.book_id))
        .group_by(each.c.sku)
    )
