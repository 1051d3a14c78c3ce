"""The rows that a scope is about, for every SQL engine: purchases, the lines sold in them, the lines that came back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, DateTime, Integer, String, Subquery, and_, bindparam, cast, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.dialects import LocalDay, exact_sum
from adapters.sql.tables import order_lines, orders, return_lines, returns
from domain.analytics.scope import Customers, Lines, Returns, Scope

ZERO: ColumnElement[int] = literal_column("0", Integer())

# No zone is further from UTC than 26 hours, so what lies two days off needs no look at its local day.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a scope changes the text of a statement, and not only its values."""

    since: bool
    returns: bool
    paid: bool
    known: bool

    @classmethod
    def of(cls, scope: Scope) -> "Shape":
        """The shape of a scope."""
        return cls(
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


def _in_time(moment: ColumnElement[Any], *, since: bool, prefix: str = "") -> ColumnElement[bool]:
    """Within the days of the scope; the bounds in UTC are for the indexes alone."""
    day = _local_day(moment)
    conditions = [
        moment < bindparam(f"{prefix}until", type_=DateTime(timezone=True)),
        day < cast(bindparam(f"{prefix}as_of", type_=Date()), Date()),
    ]
    if since:
        conditions.append(moment >= bindparam(f"{prefix}since", type_=DateTime(timezone=True)))
        conditions.append(day >= cast(bindparam(f"{prefix}from_day", type_=Date()), Date()))
    return and_(*conditions)


def _counts(shape: Shape, *, ever: bool = False, prefix: str = "") -> ColumnElement[bool]:
    """The orders that are purchases, as far as they themselves say."""
    condition = and_(
        orders.c.status != literal_column("'cancelled'"),
        orders.c.currency == bindparam("currency", type_=String()),
        _in_time(orders.c.placed_at, since=shape.since and not ever, prefix=prefix),
    )
    return and_(condition, orders.c.customer_id.is_not(None)) if shape.known else condition


def purchases(shape: Shape, *, ever: bool = False) -> Subquery:
    """One row a purchase: its order, customer, local day and amount, which is stored where every line counts."""
    order = orders.c
    amount = exact_sum(order_lines.c.amount) if shape.paid else order.subtotal
    query = select(
        order.id.label("order_id"), order.customer_id, _local_day(order.placed_at).label("day"), amount.label("amount")
    ).where(_counts(shape, ever=ever))
    if shape.paid:
        query = query.join(order_lines, order_lines.c.order_id == order.id).where(order_lines.c.unit_price > ZERO)
        return query.group_by(order.id, order.customer_id, order.placed_at).subquery("purchases")
    return query.where(order.line_count > ZERO).subquery("purchases")


def sold(shape: Shape, prefix: str = "") -> Subquery:
    """One row a line that counts, with the order, the customer and the day of its purchase.

    `prefix` goes before the names of the parameters of its days, as in `scope_values`.
    """
    line = order_lines
    query = (
        select(
            orders.c.id.label("order_id"),
            orders.c.customer_id,
            _local_day(orders.c.placed_at).label("day"),
            line.c.sku,
            line.c.book_id,
            line.c.description,
            line.c.quantity,
            line.c.amount,
        )
        .join(line, line.c.order_id == orders.c.id)
        .where(_counts(shape, prefix=prefix))
    )
    return (query.where(line.c.unit_price > ZERO) if shape.paid else query).subquery("sold")


def returned(shape: Shape, prefix: str = "") -> Subquery:
    """One row a line that came back and counts, with the customer and the day of its return; `prefix` as in `sold`."""
    line = return_lines
    query = (
        select(
            returns.c.customer_id,
            _local_day(returns.c.returned_at).label("day"),
            line.c.sku,
            line.c.book_id,
            line.c.description,
            line.c.quantity,
            line.c.amount,
        )
        .join(line, line.c.return_id == returns.c.id)
        .where(
            returns.c.currency == bindparam("currency", type_=String()),
            _in_time(returns.c.returned_at, since=shape.since, prefix=prefix),
        )
    )
    if shape.known:
        query = query.where(returns.c.customer_id.is_not(None))
    return (query.where(line.c.unit_price > ZERO) if shape.paid else query).subquery("returned")
