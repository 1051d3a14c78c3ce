"""The statements of summary, revenue and top products: they count what `domain.analytics.counting` counts.

Portable: no FILTER, DISTINCT ON, generate_series or division, no AVG; sums by `exact_sum`, text sorted by its bytes.
The values of a scope are bound parameters (`scope_values`); what changes the shape of a statement is a `Shape`, so the
statements of each shape are built and compiled once.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    Subquery,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import ByBytes, each_text, exact_count, exact_sum, period_start
from adapters.sql.scope import ZERO, Shape, purchases, returned, sold
from adapters.sql.tables import books, orders, returns
from domain.analytics.facts import By, Metric
from domain.analytics.periods import Period

# ---- all reports


def currencies() -> Select[Any]:
    """`currency`: of orders that are not cancelled and of returns."""
    sold = select(orders.c.currency).where(orders.c.status != literal_column("'cancelled'"))
    both = union(sold, select(returns.c.currency)).subquery("both_kinds")
    return select(both.c.currency).order_by(ByBytes(both.c.currency))


# ---- summary


@cache
def purchases_counted(shape: Shape) -> Select[Any]:
    """One row: `orders`, `known_orders` (with a customer) and `customers`."""
    each = purchases(shape)
    by_customer = (
        select(each.c.customer_id, func.count().label("orders")).group_by(each.c.customer_id).subquery("by_customer")
    )
    known = by_customer.c.customer_id.is_not(None)
    return select(
        exact_count(by_customer.c.orders).label("orders"),
        exact_count(case((known, by_customer.c.orders), else_=ZERO)).label("known_orders"),
        func.count(by_customer.c.customer_id).label("customers"),
    )


@cache
def baskets_counted(shape: Shape) -> Select[Any]:
    """One row: `items`, the distinct SKUs of each order added up."""
    lines = sold(shape)
    if shape.flat:
        # What a column store does in half the time, and PostgreSQL, which has an index of each order's lines, in twice.
        held = select(lines.c.order_id, lines.c.sku).distinct().subquery("held")
        return select(func.count().label("items")).select_from(held)
    each = select(func.count(lines.c.sku.distinct()).label("skus")).group_by(lines.c.order_id).subquery("baskets")
    return select(exact_count(each.c.skus).label("items"))


@cache
def lines_counted(shape: Shape) -> Select[Any]:
    """One row: `products`, distinct SKUs, `units` and `revenue` of all lines sold."""
    # Grouped and then counted: COUNT(DISTINCT) would sort every line.
    lines = sold(shape)
    units, revenue = exact_count(lines.c.quantity).label("units"), exact_sum(lines.c.amount).label("revenue")
    each = select(units, revenue).group_by(lines.c.sku).subquery("products")
    return select(
        func.count().label("products"),
        exact_count(each.c.units).label("units"),
        exact_sum(each.c.revenue).label("revenue"),
    )


@cache
def returns_counted(shape: Shape) -> Select[Any]:
    """One row: `units` and `revenue` of all that came back."""
    back = returned(shape)
    return select(exact_count(back.c.quantity).label("units"), exact_sum(back.c.amount).label("revenue"))


# ---- revenue


@cache
def orders_by_period(shape: Shape, period: Period) -> Select[Any]:
    """`start`, `orders`, `customers` of each period with a purchase."""
    each = purchases(shape)
    start = period_start(each.c.day, period)
    by_customer = (
        select(start.label("start"), each.c.customer_id, func.count().label("orders"))
        .group_by(start, each.c.customer_id)
        .subquery("by_customer")
    )
    return select(
        by_customer.c.start,
        exact_count(by_customer.c.orders).label("orders"),
        func.count(by_customer.c.customer_id).label("customers"),
    ).group_by(by_customer.c.start)


@cache
def new_customers_by_period(shape: Shape, period: Period) -> Select[Any]:
    """`start`, `customers`: whose first purchase ever falls into the period."""
    each = purchases(shape, ever=True)
    first = func.min(each.c.day)
    firsts = (
        select(first.label("day"))
        .where(each.c.customer_id.is_not(None))
        .group_by(each.c.customer_id)
        .subquery("firsts")
    )
    start = period_start(firsts.c.day, period)
    query = select(start.label("start"), func.count().label("customers")).group_by(start)
    return query.where(firsts.c.day >= cast(bindparam("from_day", type_=Date()), Date())) if shape.since else query


@cache
def lines_by_period(shape: Shape, period: Period) -> Select[Any]:
    """`start`, `units`, `revenue` of the lines sold in each period."""
    return _lines_by_period(sold(shape), period)


@cache
def returns_by_period(shape: Shape, period: Period) -> Select[Any]:
    """`start`, `units`, `revenue` of the lines that came back in each period."""
    return _lines_by_period(returned(shape), period)


def _lines_by_period(lines: Subquery, period: Period) -> Select[Any]:
    start = period_start(lines.c.day, period)
    return select(
        start.label("start"), exact_count(lines.c.quantity).label("units"), exact_sum(lines.c.amount).label("revenue")
    ).group_by(start)


# ---- top products

# What has to be counted, which is most of the work, where all else is added up.
_COUNTED = frozenset({Metric.ORDERS, Metric.CUSTOMERS})


def keyed_lines(lines: Subquery, by: By) -> Select[Any]:
    """The lines with their `key`: as often as they have one."""
    if by is By.PRODUCT:
        return select(lines, lines.c.sku.label("key"))
    if by is By.AUTHOR:
        return select(lines, books.c.author.label("key")).join(books, books.c.id == lines.c.book_id)
    categories = _categories()
    return select(lines, categories.c.category.label("key")).join(categories, categories.c.book_id == lines.c.book_id)


def _categories() -> Subquery:
    each = each_text(books.c.categories)
    category = cast(each.c.value, String())
    return select(books.c.id.label("book_id"), category.label("category")).distinct().subquery("categories")


def _merged(shape: Shape, by: By, *, one_customer: bool = False, counted: bool = True) -> Subquery:
    """One row a key: `name`, and `revenue` and `units` less what came back, `orders`, `customers`.

    Unless they are `counted`, orders and customers are 0: they are most of the work.
    """
    lines = _of_one_customer if one_customer else _all
    parts = [_by_key(lines(sold(shape)), by, sold=True, counted=counted)]
    if shape.returns:
        parts.append(_by_key(lines(returned(shape)), by, sold=False, counted=False))
    rows = union_all(*parts).subquery("parts")
    return (
        select(
            rows.c.key,
            func.coalesce(func.max(rows.c.title), func.max(rows.c.description)).label("name"),
            exact_sum(rows.c.revenue).label("revenue"),
            exact_count(rows.c.units).label("units"),
            exact_count(rows.c.orders).label("orders"),
            exact_count(rows.c.customers).label("customers"),
        )
        .group_by(rows.c.key)
        .subquery("merged")
    )


def _all(lines: Subquery) -> Subquery:
    return lines


def _of_one_customer(lines: Subquery) -> Subquery:
    return select(lines).where(lines.c.customer_id == bindparam("customer", type_=Uuid())).subquery("own")


def _by_key(lines: Subquery, by: By, *, sold: bool, counted: bool) -> Select[Any]:
    keyed = keyed_lines(lines, by).subquery("keyed")
    if by is By.PRODUCT and not counted:
        keyed = _by_book(keyed)
    named = by is By.PRODUCT
    revenue, units = exact_sum(keyed.c.amount), exact_count(keyed.c.quantity)
    query = select(
        keyed.c.key,
        (func.max(ByBytes(books.c.title)) if named else cast(null(), String())).label("title"),
        (func.max(ByBytes(keyed.c.description)) if named else cast(null(), String())).label("description"),
        (revenue if sold else -revenue).label("revenue"),
        (units if sold else -units).label("units"),
        (func.count(keyed.c.order_id.distinct()) if counted else ZERO).label("orders"),
        (func.count(keyed.c.customer_id.distinct()) if counted else ZERO).label("customers"),
    ).group_by(keyed.c.key)
    return query.join_from(keyed, books, books.c.id == keyed.c.book_id, isouter=True) if named else query


def _by_book(keyed: Subquery) -> Subquery:
    """The lines of each key and book added up, so that a book's title is looked up once and not for each line."""
    return (
        select(
            keyed.c.key,
            keyed.c.book_id,
            func.max(ByBytes(keyed.c.description)).label("description"),
            exact_sum(keyed.c.amount).label("amount"),
            exact_count(keyed.c.quantity).label("quantity"),
        )
        .group_by(keyed.c.key, keyed.c.book_id)
        .subquery("by_book")
    )


@cache
def top_products(shape: Shape, by: By, metric: Metric) -> Select[Any]:
    """`key`, `name`, `revenue`, `units`, `orders`, `customers` of the first `limit` keys; and of all, on each row:
    `found`, `positive_revenue`, `positive_units`.
    """
    if metric not in _COUNTED:
        return _first_counted(shape, by, metric)
    each = _merged(shape, by)
    return (
        select(each, *_of_all(each))
        .order_by(each.c[metric.value].desc(), ByBytes(each.c.key))
        .limit(bindparam("limit", type_=Integer()))
    )


def _first_counted(shape: Shape, by: By, metric: Metric) -> Select[Any]:
    """As `top_products`, with orders and customers counted of those alone that are told."""
    each = _merged(shape, by, counted=False)
    order = (each.c[metric.value].desc(), ByBytes(each.c.key))
    sums = [each.c[name] for name in ("key", "name", "revenue", "units")]
    first = select(*sums, *_of_all(each)).order_by(*order).limit(bindparam("limit", type_=Integer())).cte("first")
    keyed = keyed_lines(sold(shape), by).subquery("keyed")
    counts = (
        select(
            keyed.c.key,
            func.count(keyed.c.order_id.distinct()).label("orders"),
            func.count(keyed.c.customer_id.distinct()).label("customers"),
        )
        .join(first, first.c.key == keyed.c.key)
        .group_by(keyed.c.key)
        .subquery("counts")
    )
    return (
        select(first, *(func.coalesce(counts.c[name], ZERO).label(name) for name in ("orders", "customers")))
        .select_from(first.outerjoin(counts, counts.c.key == first.c.key))
        .order_by(first.c[metric.value].desc(), ByBytes(first.c.key))
    )


def _of_all(each: Subquery) -> list[ColumnElement[Any]]:
    totals = (total.label(name) for name, total in _positive(each, over=True).items())
    return [func.count().over().label("found"), *totals]


@cache
def favourites(shape: Shape, by: By) -> Select[Any]:
    """The columns of `top_products` that one `customer` bought, by orders, descending, then by key."""
    own = _merged(shape, by, one_customer=True)
    query = select(own).where(own.c.orders > ZERO)
    return query.order_by(own.c.orders.desc(), ByBytes(own.c.key)).limit(bindparam("limit", type_=Integer()))


@cache
def positive_totals(shape: Shape) -> Select[Any]:
    """One row: `positive_revenue` and `positive_units` of all products."""
    each = net_by_key(shape, By.PRODUCT)
    return select(*(total.label(name) for name, total in _positive(each, over=False).items()))


def net_by_key(shape: Shape, by: By) -> Subquery:
    """One row a `key`: `revenue` and `units` less what came back, and no more, so that it costs no more."""
    parts = [_sums_by_key(sold(shape), by, sign=1)]
    if shape.returns:
        parts.append(_sums_by_key(returned(shape), by, sign=-1))
    rows = union_all(*parts).subquery("parts")
    return (
        select(rows.c.key, exact_sum(rows.c.revenue).label("revenue"), exact_count(rows.c.units).label("units"))
        .group_by(rows.c.key)
        .subquery("merged")
    )


def _sums_by_key(lines: Subquery, by: By, *, sign: int) -> Select[Any]:
    keyed = keyed_lines(lines, by).subquery("keyed")
    revenue, units = exact_sum(keyed.c.amount), exact_count(keyed.c.quantity)
    return select(
        keyed.c.key,
        (revenue if sign > 0 else -revenue).label("revenue"),
        (units if sign > 0 else -units).label("units"),
    ).group_by(keyed.c.key)


def _positive(each: Subquery, *, over: bool) -> dict[str, ColumnElement[Any]]:
    revenue = exact_sum(case((each.c.revenue > ZERO, each.c.revenue), else_=ZERO))
    units = exact_count(case((each.c.units > ZERO, each.c.units), else_=ZERO))
    totals = {"positive_revenue": revenue, "positive_units": units}
    return {name: total.over() if over else total for name, total in totals.items()}


@cache
def unattributed_lines(shape: Shape, by: By) -> Select[Any]:
    """One row: `lines` sold that have no such key."""
    lines = sold(shape)
    if by is By.AUTHOR:
        known = select(books.c.id.label("book_id")).subquery("known")
    else:
        known = select(_categories().c.book_id).distinct().subquery("known")
    return (
        select(func.count().label("lines"))
        .select_from(lines.outerjoin(known, known.c.book_id == lines.c.book_id))
        .where(known.c.book_id.is_(None))
    )
