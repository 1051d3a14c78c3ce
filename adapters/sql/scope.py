"""The rows that a scope is about, for every SQL engine: purchases, the lines sold in them, the lines that came back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, DateTime, Integer, String, Subquery, and_, bindparam, cast, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import LocalDay, exact_sum
from adapters.sql.facts import order_facts, return_facts, sale_facts
from adapters.sql.tables import order_lines, orders, return_lines, returns
from domain.analytics.scope import Customers, Lines, Returns, Scope

ZERO: ColumnElement[int] = literal_column("0", Integer())

# No zone is further from UTC than 26 hours, so what lies two days off needs no look at its local day.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What changes the text of a statement, and not only its values: of the scope, and of the store.

    With `flat` the store keeps facts (adapters/sql/facts.py) where others keep orders and returns with their lines.
    With `everything` it knows that it has no other currency, and nothing of the scope's last day or later: the days and
    currencies of all its rows need not be read to be told so.
    """

    since: bool
    returns: bool
    paid: bool
    known: bool
    flat: bool = False
    everything: bool = False

    @classmethod
    def of(cls, scope: Scope, *, flat: bool = False, everything: bool = False) -> "Shape":
        """The shape of a scope."""
        return cls(
            flat=flat,
            everything=everything,
            since=scope.from_ is not None,
            returns=scope.returns is Returns.NET,
            paid=scope.lines is Lines.PAID,
            known=scope.customers is Customers.KNOWN,
        )


def scope_values(scope: Scope, prefix: str = "") -> dict[str, Any]:
    """The bound parameters of a scope; a statement takes those that it names.

    `prefix` goes before the names of its days, in a statement that has another scope beside it.
    """
    values: dict[str, Any] = {
        "currency": scope.currency,
        "tz": scope.tz,
        f"{prefix}as_of": scope.as_of,
        f"{prefix}until": datetime.combine(scope.as_of, time(), UTC) + _MARGIN,
    }
    if scope.from_ is not None:
        values[f"{prefix}from_day"] = scope.from_
        values[f"{prefix}since"] = datetime.combine(scope.from_, time(), UTC) - _MARGIN
    return values


def _local_day(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return LocalDay(moment, bindparam("tz", type_=String()))


def _within(rows: Any, moment: ColumnElement[Any], shape: Shape, *, since: bool, prefix: str) -> ColumnElement[bool]:
    """Of the currency and the days of the scope; the bounds in UTC are for the indexes alone."""
    day = _local_day(moment)
    conditions: list[ColumnElement[bool]] = []
    if not shape.everything:
        conditions.append(rows.c.currency == bindparam("currency", type_=String()))
    # What is everything in one scope is not in the one before it.
    if prefix or not shape.everything:
        conditions.append(moment < bindparam(f"{prefix}until", type_=DateTime(timezone=True)))
        conditions.append(day < cast(bindparam(f"{prefix}as_of", type_=Date()), Date()))
    if since:
        conditions.append(moment >= bindparam(f"{prefix}since", type_=DateTime(timezone=True)))
        conditions.append(day >= cast(bindparam(f"{prefix}from_day", type_=Date()), Date()))
    return and_(true(), *conditions)


def _bought(rows: Any, shape: Shape, *, ever: bool = False, prefix: str = "") -> ColumnElement[bool]:
    """What was bought in the currency and the days of the scope, by whom the scope is about."""
    condition = _within(rows, rows.c.placed_at, shape, since=shape.since and not ever, prefix=prefix)
    return and_(condition, rows.c.customer_id.is_not(None)) if shape.known else condition


def _counts(shape: Shape, *, ever: bool = False, prefix: str = "") -> ColumnElement[bool]:
    """The orders that are purchases, as far as they themselves say."""
    return and_(orders.c.status != literal_column("'cancelled'"), _bought(orders, shape, ever=ever, prefix=prefix))


def purchases(shape: Shape, *, ever: bool = False) -> Subquery:
    """One row a purchase: its order, customer, local day and amount, which is stored where every line counts."""
    if shape.flat:
        return _purchase_facts(shape, ever=ever)
    order = orders.c
    amount = exact_sum(order_lines.c.amount) if shape.paid else order.subtotal
    query = select(
        order.id.label("order_id"), order.customer_id, _local_day(order.placed_at).label("day"), amount.label("amount")
    ).where(_counts(shape, ever=ever))
    if shape.paid:
        query = query.join(order_lines, order_lines.c.order_id == order.id).where(order_lines.c.unit_price > ZERO)
        return query.group_by(order.id, order.customer_id, order.placed_at).subquery("purchases")
    return query.where(order.line_count > ZERO).subquery("purchases")


def _purchase_facts(shape: Shape, *, ever: bool) -> Subquery:
    facts = sale_facts if shape.paid else order_facts
    amount = exact_sum(facts.c.amount) if shape.paid else facts.c.amount
    query = select(
        facts.c.order_id, facts.c.customer_id, _local_day(facts.c.placed_at).label("day"), amount.label("amount")
    ).where(_bought(facts, shape, ever=ever))
    if shape.paid:
        query = query.where(facts.c.unit_price > ZERO)
        query = query.group_by(facts.c.order_id, facts.c.customer_id, facts.c.placed_at)
    return query.subquery("purchases")


def sold(shape: Shape, prefix: str = "") -> Subquery:
    """One row a line that counts, with the order, the customer and the day of its purchase.

    `prefix` goes before the names of the parameters of its days, as in `scope_values`.
    """
    order, line = (sale_facts, sale_facts) if shape.flat else (orders, order_lines)
    query = select(
        (order.c.order_id if shape.flat else order.c.id).label("order_id"),
        order.c.customer_id,
        _local_day(order.c.placed_at).label("day"),
        line.c.sku,
        line.c.book_id,
        line.c.description,
        line.c.quantity,
        line.c.amount,
    )
    if shape.flat:
        query = query.where(_bought(sale_facts, shape, prefix=prefix))
    else:
        query = query.join(line, line.c.order_id == orders.c.id).where(_counts(shape, prefix=prefix))
    return (query.where(line.c.unit_price > ZERO) if shape.paid else query).subquery("sold")


def returned(shape: Shape, prefix: str = "") -> Subquery:
    """One row a line that came back and counts, with the customer and the day of its return; `prefix` as in `sold`."""
    back, line = (return_facts, return_facts) if shape.flat else (returns, return_lines)
    query = select(
        back.c.customer_id,
        _local_day(back.c.returned_at).label("day"),
        line.c.sku,
        line.c.book_id,
        line.c.description,
        line.c.quantity,
        line.c.amount,
    ).where(_within(back, back.c.returned_at, shape, since=shape.since, prefix=prefix))
    if not shape.flat:
        query = query.join(line, line.c.return_id == returns.c.id)
    if shape.known:
        query = query.where(back.c.customer_id.is_not(None))
    return (query.where(line.c.unit_price > ZERO) if shape.paid else query).subquery("returned")
