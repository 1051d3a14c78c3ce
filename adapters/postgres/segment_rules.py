"""Rules of segments as conditions on customers, with every value bound.

What a customer bought is asked for by subqueries on that one customer, through the indexes of orders and returns by
customer, so that a page costs about as many of them as it looks at customers, and none where a cheaper condition
already says no. A condition is never NULL: what a customer has not got makes a comparison false.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Integer,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeEngine

from adapters.sql.tables import MOMENT, consents, customers, orders, returns
from domain.customers.segment_rule import And, Compare, Fact, Has, Not, Op, Or, Rule, span

_COMPARE: Mapping[Op, Callable[[Any, Any], ColumnElement[bool]]] = {
    Op.EQ: operator.eq,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
    Op.LE: operator.le,
    Op.LT: operator.lt,
}
_ZERO: ColumnElement[Any] = literal_column("0", Integer())
_FALSE: ColumnElement[bool] = literal_column("false")
# What was spent has no bound but the number of orders: a NUMERIC of the width of one amount would be too narrow.
_SUM = Numeric()


def condition(rule: Rule) -> ColumnElement[bool]:
    """The condition that a rule is on a row of customers."""
    return _Condition().of(rule)


class _Condition:
    """Gives each value of one rule a name of its own."""

    def __init__(self) -> None:
        self._values = 0

    def of(self, rule: Rule) -> ColumnElement[bool]:
        """The condition that this part is."""
        match rule:
            case And(parts):
                return and_(*map(self.of, parts))
            case Or(parts):
                return or_(*map(self.of, parts))
            case Not(part):
                return not_(self.of(part))
            case Has(fact, key):
                return self._has(fact, key)
            case Compare(fact, Op.NE, value, key):
                return not_(self._holds(fact, Op.EQ, value, key))
            case Compare(fact, op, value, key):
                return self._holds(fact, op, value, key)

    def _bound(self, value: object, kind: TypeEngine[Any]) -> BindParameter[Any]:
        self._values += 1
        return bindparam(f"rule_{self._values}", value=value, type_=kind)

    def _has(self, fact: Fact, key: str | None) -> ColumnElement[bool]:
        if fact is Fact.METADATA:
            return customers.c.metadata.op("?", is_comparison=True)(self._bound(key, Text()))
        if fact is Fact.TAG:
            return func.cardinality(type_coerce(customers.c.tags, ARRAY(Text()))) > _ZERO
        return customers.c[str(fact)].is_not(None)

    def _holds(self, fact: Fact, op: Op, value: Any, key: str | None) -> ColumnElement[bool]:
        match fact:
            case Fact.STATUS:
                return customers.c.status == self._bound(str(value), Text())
            case Fact.TAG:
                return type_coerce(customers.c.tags, ARRAY(Text())).contains(self._bound([value], ARRAY(Text())))
            case Fact.METADATA | Fact.CONSENT:
                return func.coalesce(self._keyed(fact, key) == self._bound(str(value), Text()), _FALSE)
            case Fact.CREATED_AT | Fact.UPDATED_AT:
                return self._in_time(customers.c[str(fact)], op, value)
            case Fact.FIRST_ORDER_AT | Fact.LAST_ORDER_AT:
                of_all = func.min if fact is Fact.FIRST_ORDER_AT else func.max
                when = _purchases(of_all(orders.c.placed_at)).scalar_subquery()
                return func.coalesce(self._in_time(when, op, value), _FALSE)
            case Fact.ORDERS:
                return _COMPARE[op](_purchases(func.count()).scalar_subquery(), self._bound(value, Integer()))
            case Fact.RETURNS:
                return _COMPARE[op](_came_back(func.count()).scalar_subquery(), self._bound(value, Integer()))
            case _:
                return _COMPARE[op](self._spent(key), self._bound(value, _SUM))

    def _keyed(self, fact: Fact, key: str | None) -> ColumnElement[Any]:
        named = self._bound(key, Text())
        if fact is Fact.METADATA:
            return customers.c.metadata.op("->>")(named)
        return _latest_consent().where(consents.c.purpose == named).scalar_subquery()

    def _spent(self, currency: str | None) -> ColumnElement[Decimal]:
        cost = _purchases(func.coalesce(func.sum(orders.c.subtotal), _ZERO))
        back = _came_back(func.coalesce(func.sum(returns.c.total), _ZERO))
        named = self._bound(currency, Text())
        return (
            cost.where(orders.c.currency == named).scalar_subquery()
            - back.where(returns.c.currency == named).scalar_subquery()
        )

    def _in_time(self, when: ColumnElement[Any], op: Op, value: date | datetime) -> ColumnElement[bool]:
        first, after = span(value)
        if after is None:
            return _COMPARE[op](when, self._bound(first, MOMENT))
        if op is Op.EQ:
            return and_(when >= self._bound(first, MOMENT), when < self._bound(after, MOMENT))
        from_then_on = op in (Op.GE, Op.GT)
        edge = self._bound(first if op in (Op.GE, Op.LT) else after, MOMENT)
        return when >= edge if from_then_on else when < edge


def _purchases(of_all: ColumnElement[Any]) -> Select[Any]:
    counts = orders.c.status != literal_column("'cancelled'")
    return select(of_all).select_from(orders).where(orders.c.customer_id == customers.c.id, counts).correlate(customers)


def _latest_consent() -> Select[Any]:
    """How the consents of a customer stand, in the order of `Consent.place`."""
    no = consents.c.state == literal_column("'withdrawn'")
    mine = select(consents.c.state).where(consents.c.customer_id == customers.c.id).correlate(customers)
    return mine.order_by(consents.c.at.desc(), no.desc(), consents.c.id.desc()).limit(literal_column("1"))


def _came_back(of_all: ColumnElement[Any]) -> Select[Any]:
    return select(of_all).select_from(returns).where(returns.c.customer_id == customers.c.id).correlate(customers)
