"""The statements of what is bought together: pairs counted and ranked by the engine, few of them sent.

Thresholds are compared as whole numbers. Ranks go by a quotient of two whole numbers as the engine's own double, which
no row tells. Both numbers are exact below 2**53 and division rounds correctly, so the double never falls where the
quotient rises and is equal where it is equal: the rows of rank up to `limit` hold all that are among the first `limit`
by the exact order. Among those that are equal for sure the keys decide at once; what is left over is for the domain.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    FromClause,
    Integer,
    Numeric,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.analytics import keyed_lines
from adapters.sql.dialects import AmongTexts, ByBytes, Quotient, exact_count
from adapters.sql.scope import Shape, purchases, returned, sold
from adapters.sql.tables import books, customers, orders
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, Unit

_ONE: ColumnElement[int] = literal_column("1", Integer())
_WIDE = Numeric(38, 0)
_LEAST = bindparam("least", type_=BigInteger())
_LIMIT = bindparam("limit", type_=Integer())
_CUSTOMER = bindparam("customer", type_=orders.c.customer_id.type)


def _items(shape: Shape, unit: Unit, by: By, *, part: bool = False) -> CTE:
    """One row an `owner` (a purchase or a known customer) and a `key` that it holds."""
    lines = keyed_lines(sold(shape), by).subquery("keyed")
    owner = lines.c.order_id if unit is Unit.BASKET else lines.c.customer_id
    owned = select(owner.label("owner"), lines.c.key).distinct()
    if unit is Unit.CUSTOMER:
        owned = owned.where(owner.is_not(None))
    if part:
        owned = owned.where(func.right(cast(owner, String()), 1) == literal_column("'0'"))
    return owned.cte("items")


def _held(shape: Shape, unit: Unit, by: By, *, part: bool = False) -> tuple[CTE, CTE]:
    """`key`, `n`, `item` (a number in the order of the keys) of those that `least` hold; `owner`, `item` of these."""
    items = _items(shape, unit, by, part=part)
    n = func.count()
    counted = select(items.c.key, n.label("n")).group_by(items.c.key).having(n >= _LEAST).subquery("counted")
    item = func.row_number().over(order_by=ByBytes(counted.c.key))
    frequent = select(counted, item.label("item")).cte("frequent")
    kept = select(items.c.owner, frequent.c.item).join(frequent, frequent.c.key == items.c.key).cte("kept")
    return frequent, kept


def _together(kept: CTE) -> Select[Any]:
    """`item_a` before `item_b`, and `n_ab`, how many hold both: `least` or more."""
    a, b, n_ab = kept.alias("of_a"), kept.alias("of_b"), func.count()
    return (
        select(a.c.item.label("item_a"), b.c.item.label("item_b"), n_ab.label("n_ab"))
        .join_from(a, b, and_(b.c.owner == a.c.owner, b.c.item > a.c.item))
        .group_by(a.c.item, b.c.item)
        .having(n_ab >= _LEAST)
    )


@cache
def units(shape: Shape, unit: Unit) -> Select[Any]:
    """One row: `units` that hold something."""
    if unit is Unit.CUSTOMER:
        lines = sold(shape)
        each = select(lines.c.customer_id).where(lines.c.customer_id.is_not(None)).distinct().subquery("owners")
        return select(func.count().label("units")).select_from(each)
    return select(func.count().label("units")).select_from(purchases(shape))


@cache
def pairs_within(shape: Shape, unit: Unit, by: By, *, part: bool = False) -> Select[Any]:
    """One row: `twice` as many pairs as all units hold; with `part` those of about a sixteenth of them, whose ids end
    alike.
    """
    _, kept = _held(shape, unit, by, part=part)
    sizes = select(func.count().label("size")).select_from(kept).group_by(kept.c.owner).subquery("sizes")
    return select(exact_count(sizes.c.size * (sizes.c.size - _ONE)).label("twice"))


@cache
def pairs(shape: Shape, unit: Unit, by: By, measure: Measure, *, confidence: bool, lift: bool) -> Select[Any]:
    """`a`, `b`, `n_a`, `n_b`, `n_ab` of the first `limit` pairs, and some more; `found` on each: how many there are.

    With `confidence` and `lift` those below a threshold are left out, which is `confidence_part / confidence_whole`.
    """
    frequent, kept = _held(shape, unit, by)
    together = _together(kept).subquery("together")
    a, b = frequent.alias("a"), frequent.alias("b")
    counted = (
        select(together, a.c.n.label("n_a"), b.c.n.label("n_b"))
        .join(a, a.c.item == together.c.item_a)
        .join(b, b.c.item == together.c.item_b)
        .subquery("pairs")
    )
    part, whole = _fraction(measure, counted)
    reached = select(counted, part.label("part"), whole.label("whole"))
    if confidence:
        reached = reached.where(_reaches("confidence", counted.c.n_ab, _rarer(counted)))
    if lift:
        n_ab, n_a = cast(counted.c.n_ab, _WIDE), cast(counted.c.n_a, _WIDE)
        reached = reached.where(_reaches("lift", n_ab * bindparam("units", type_=BigInteger()), n_a * counted.c.n_b))
    measured = reached.subquery("measured")
    near = _near(measured, select(measured, func.count().over().label("found")), within=(), order=("item_a", "item_b"))
    return (
        select(a.c.key.label("a"), b.c.key.label("b"), near.c.n_a, near.c.n_b, near.c.n_ab, near.c.found)
        .join_from(near, a, a.c.item == near.c.item_a)
        .join(b, b.c.item == near.c.item_b)
        .where(near.c.tie <= _LIMIT)
    )


def _reaches(name: str, part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether `part / whole` is at least the threshold of this name, in whole numbers."""
    least = {each: cast(bindparam(f"{name}_{each}", type_=_WIDE), _WIDE) for each in ("part", "whole")}
    return cast(part, _WIDE) * least["whole"] >= cast(whole, _WIDE) * least["part"]


def _rarer(pairs: Subquery) -> ColumnElement[Any]:
    return case((pairs.c.n_a < pairs.c.n_b, pairs.c.n_a), else_=pairs.c.n_b)


def _fraction(measure: Measure, pairs: Subquery) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The two whole numbers that `domain.analytics.pairs` has for the measure."""
    n_a, n_b, n_ab, units = pairs.c.n_a, pairs.c.n_b, pairs.c.n_ab, bindparam("units", type_=BigInteger())
    match measure:
        case Measure.SUPPORT:
            return n_ab, _ONE
        case Measure.CONFIDENCE:
            return n_ab, _rarer(pairs)
        case Measure.LIFT:
            return n_ab, n_a * n_b
        case Measure.LEVERAGE:
            return units * n_ab - n_a * n_b, _ONE
        case Measure.CONVICTION:
            # The greater one is that of the rarer with the commoner, or else of two that are less than chance together.
            from_a = (n_a <= n_b) == (units * n_ab >= n_a * n_b)
            x, y = case((from_a, n_a), else_=n_b), case((from_a, n_b), else_=n_a)
            return n_ab - x, case((n_ab < x, x * (units - y)), else_=_ONE)
        case Measure.JACCARD:
            return n_ab, n_a + n_b - n_ab
    return n_ab * n_ab, n_a * n_b


def _near(measured: FromClause, rows: Select[Any], *, within: tuple[str, ...], order: tuple[str, ...]) -> Subquery:
    """The rows of rank up to `limit` by `part / whole`, with `tie`: their number among those that are equal for sure.

    Ranks and ties are counted within the columns `within`, ties in the order of the columns `order`.
    """
    quotient = Quotient(measured.c.part, measured.c.whole)
    groups = [measured.c[name] for name in within]
    ranked = rows.add_columns(func.rank().over(partition_by=groups, order_by=quotient.desc()).label("rank"))
    first = ranked.subquery("ranked")
    equal = [first.c[name] for name in (*within, "part", "whole")]
    tie = func.row_number().over(partition_by=equal, order_by=[first.c[name] for name in order])
    return select(first, tie.label("tie")).where(first.c.rank <= _LIMIT).subquery("near")


@cache
def neighbours(shape: Shape, *, of_one: bool) -> Select[Any]:
    """`key`, `neighbour`, `n_i`, `n_j`, `n_ij` of the first `limit` of each product, or of `product`, and some more."""
    if of_one:
        return _neighbours_of_one(shape)
    frequent, kept = _held(shape, Unit.CUSTOMER, By.PRODUCT)
    together = _together(kept).cte("together")
    there = select(together.c.item_a.label("item"), together.c.item_b.label("other"), together.c.n_ab)
    back = select(together.c.item_b, together.c.item_a, together.c.n_ab)
    sides = union_all(there, back).subquery("sides")
    other = frequent.alias("other")
    measured = (
        select(*sides.c, (sides.c.n_ab * sides.c.n_ab).label("part"), other.c.n.label("whole"))
        .join(other, other.c.item == sides.c.other)
        .subquery("measured")
    )
    near = _near(measured, select(measured), within=("item",), order=("other",))
    return _neighbour_facts(near, frequent).where(near.c.tie <= _LIMIT)


def _neighbours_of_one(shape: Shape) -> Select[Any]:
    # In one pass over all that is held, which is most of the work, and by the keys themselves.
    items = _items(shape, Unit.CUSTOMER, By.PRODUCT)
    product = bindparam("product", type_=String())
    sharing = select(items.c.owner).where(items.c.key == product).cte("sharing")
    counted = (
        select(items.c.key, func.count().label("n"), func.count(sharing.c.owner).label("n_ij"))
        .select_from(items.outerjoin(sharing, sharing.c.owner == items.c.owner))
        .group_by(items.c.key)
        .cte("counted")
    )
    other, own = counted.alias("other"), counted.alias("own")
    measured = (
        select(
            *(ByBytes(other.c.key).label("neighbour"), other.c.n.label("n_j"), other.c.n_ij),
            *((other.c.n_ij * other.c.n_ij).label("part"), other.c.n.label("whole")),
        )
        .where(other.c.key != product, other.c.n_ij >= _LEAST)
        .subquery("measured")
    )
    near = _near(measured, select(measured), within=(), order=("neighbour",))
    return (
        select(own.c.key, near.c.neighbour, own.c.n.label("n_i"), near.c.n_j, near.c.n_ij)
        .join_from(near, own, own.c.key == product)
        .where(near.c.tie <= _LIMIT)
    )


def _beside(kept: CTE, wanted: CTE) -> Select[Any]:
    """`item` of the wanted, `other` than it, and `n_ab`, how many hold both: `least` or more."""
    # Who has one of the wanted is found first: no planner looks across DISTINCT, which takes nothing away here, and
    # some would join what everybody has with itself before.
    shared = select(kept.c.owner, kept.c.item).join(wanted, wanted.c.item == kept.c.item).distinct().subquery("shared")
    other, n_ab = kept.alias("of_other"), func.count()
    return (
        select(shared.c.item, other.c.item.label("other"), n_ab.label("n_ab"))
        .join(other, and_(other.c.owner == shared.c.owner, other.c.item != shared.c.item))
        .group_by(shared.c.item, other.c.item)
        .having(n_ab >= _LEAST)
    )


def _neighbour_facts(rows: FromClause, frequent: CTE) -> Select[Any]:
    i, j = frequent.alias("i"), frequent.alias("j")
    return (
        select(
            *(i.c.key.label("key"), j.c.key.label("neighbour")),
            *(i.c.n.label("n_i"), j.c.n.label("n_j"), rows.c.n_ab.label("n_ij")),
        )
        .join_from(rows, i, i.c.item == rows.c.item)
        .join(j, j.c.item == rows.c.other)
    )


# ---- of one customer


def _bought(kept: CTE) -> CTE:
    """`item` of each product that `customer` bought."""
    return select(kept.c.item).where(kept.c.owner == _CUSTOMER).cte("bought")


@cache
def pairs_beside(shape: Shape) -> Select[Any]:
    """One row: `pairs` of what `customer` bought and something else that all customers hold."""
    _, kept = _held(shape, Unit.CUSTOMER, By.PRODUCT)
    bought = _bought(kept)
    sizes = (
        select(func.count(bought.c.item).label("shared"), func.count().label("size"))
        .select_from(kept.outerjoin(bought, bought.c.item == kept.c.item))
        .group_by(kept.c.owner)
        .subquery("sizes")
    )
    return select(exact_count(sizes.c.shared * (sizes.c.size - sizes.c.shared)).label("pairs"))


@cache
def beside(shape: Shape) -> Select[Any]:
    """`key`, `neighbour`, `n_i`, `n_j`, `n_ij` of what `customer` bought beside what it has not."""
    frequent, kept = _held(shape, Unit.CUSTOMER, By.PRODUCT)
    bought = _bought(kept)
    sides = _beside(kept, bought).subquery("sides")
    own = bought.alias("own")
    facts = _neighbour_facts(sides, frequent)
    return facts.outerjoin(own, own.c.item == sides.c.other).where(own.c.item.is_(None))


@cache
def bought(shape: Shape) -> Select[Any]:
    """One row: `products` that `customer` bought."""
    lines = sold(shape)
    each = select(lines.c.sku).where(lines.c.customer_id == _CUSTOMER).distinct().subquery("bought")
    return select(func.count().label("products")).select_from(each)


@cache
def popular(shape: Shape, *, of_own_categories: bool) -> Select[Any]:
    """`key`, `customers` of the first `limit` that `customer` has not bought; or a row a `category` they share."""
    items = _items(shape, Unit.CUSTOMER, By.PRODUCT)
    own = select(items.c.key).where(items.c.owner == _CUSTOMER).cte("own")
    counted = select(items.c.key, func.count().label("customers")).group_by(items.c.key).subquery("counted")
    query = select(counted).outerjoin(own, own.c.key == counted.c.key).where(own.c.key.is_(None))
    order = (counted.c.customers.desc(), ByBytes(counted.c.key))
    if not of_own_categories:
        return query.order_by(*order).limit(_LIMIT)
    shelves = _shelves(shape)
    found = select(shelves.c.key).distinct().subquery("found")
    first = query.join(found, found.c.key == counted.c.key).order_by(*order).limit(_LIMIT).subquery("first")
    return select(first, shelves.c.category).join(shelves, shelves.c.key == first.c.key)


def _shelves(shape: Shape) -> CTE:
    """`key` of each product, and each `category` that it shares with something that `customer` bought."""
    shelved = keyed_lines(sold(shape), By.CATEGORY).subquery("shelved")
    own = select(shelved.c.key).where(shelved.c.customer_id == _CUSTOMER).distinct().subquery("own_categories")
    shelf = select(shelved.c.sku.label("key"), shelved.c.key.label("category"))
    return shelf.join(own, own.c.key == shelved.c.key).distinct().cte("shelves")


@cache
def names(shape: Shape) -> Select[Any]:
    """`key`, `name` (null without one) of the products whose keys the JSON array `keys` has."""
    wanted = bindparam("keys", type_=String())
    parts = [sold(shape), returned(shape)] if shape.returns else [sold(shape)]
    lines = union_all(
        *(select(one.c.sku, one.c.book_id, one.c.description).where(AmongTexts(one.c.sku, wanted)) for one in parts)
    ).subquery("named")
    title, description = func.max(ByBytes(books.c.title)), func.max(ByBytes(lines.c.description))
    return (
        select(lines.c.sku.label("key"), func.coalesce(title, description).label("name"))
        .select_from(lines.outerjoin(books, books.c.id == lines.c.book_id))
        .group_by(lines.c.sku)
    )


def living_customer() -> Select[Any]:
    """`id` of `customer`, if there is such a one and is not deleted."""
    return select(customers.c.id).where(customers.c.id == _CUSTOMER, customers.c.deleted_at.is_(None))
