"""The rule of a segment: which customers belong to it, as a tree, its text, and what it says of one customer.

Logic has two values. A comparison with something that a customer has not got is false, `!=` is exactly what `=` is not,
and `not` turns either into the other; so every store finds the same members.

The text is read by `domain.customers.segment_parser`; docs/reference/segments.md has the grammar.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from domain.customers.consent import ConsentState
from domain.customers.customer import Customer, CustomerStatus

ZERO = Decimal(0)
# A key that needs no quotes: words with hyphens between.
WORD = r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
_WORD = re.compile(WORD)


class Op(StrEnum):
    """How a value is compared."""

    EQ = "="
    NE = "!="
    GE = ">="
    GT = ">"
    LE = "<="
    LT = "<"


class Fact(StrEnum):
    """What a rule may ask about a customer."""

    STATUS = "status"
    TAG = "tag"
    METADATA = "metadata"
    CONSENT = "consent"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    REFERENCE = "reference"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ORDERS = "orders"
    RETURNS = "returns"
    FIRST_ORDER_AT = "first_order_at"
    LAST_ORDER_AT = "last_order_at"
    SPENT = "spent"


TIMES = frozenset({Fact.CREATED_AT, Fact.UPDATED_AT, Fact.FIRST_ORDER_AT, Fact.LAST_ORDER_AT})
COUNTS = frozenset({Fact.ORDERS, Fact.RETURNS})
KEYED = frozenset({Fact.METADATA, Fact.CONSENT, Fact.SPENT})
# Names, addresses and numbers of people are found by their own lists; a rule, which is kept and shown to others, asks
# no more than whether they are known.
PRESENCE = frozenset({Fact.NAME, Fact.EMAIL, Fact.PHONE, Fact.REFERENCE, Fact.TAG, Fact.METADATA})
EQUALITY = frozenset({Fact.STATUS, Fact.TAG, Fact.METADATA, Fact.CONSENT})

Value = CustomerStatus | ConsentState | str | int | Decimal | date | datetime


@dataclass(frozen=True, slots=True)
class Compare:
    """`fact op value`; `key` is the key of metadata, the purpose of a consent, or the currency of what was spent.

    A time may be a whole day.
    """

    fact: Fact
    op: Op
    value: Value
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """`has fact`: it is known at all."""

    fact: Fact
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Rule"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple["Rule", ...]


Rule = Compare | Has | Not | And | Or


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """What a rule may ask about one customer.

    `orders` counts those that are not cancelled, `first_order_at` and `last_order_at` are of these, and `spent` is by
    currency what they cost without tax and shipping, less what came back. `consents` is by purpose how it is now.
    """

    customer: Customer
    orders: int = 0
    returns: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    spent: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    consents: Mapping[str, ConsentState] = field(default_factory=lambda: MappingProxyType({}))


def span(value: date | datetime) -> tuple[datetime, datetime | None]:
    """The moment, or the first moment of a day in UTC and that of the day after."""
    if isinstance(value, datetime):
        return value, None
    first = datetime.combine(value, time(), UTC)
    return first, first + timedelta(days=1)


def matches(rule: Rule, facts: CustomerFacts) -> bool:
    """Whether the customer belongs to the segment."""
    match rule:
        case And(parts):
            return all(matches(part, facts) for part in parts)
        case Or(parts):
            return any(matches(part, facts) for part in parts)
        case Not(part):
            return not matches(part, facts)
        case Has(fact, key):
            return _has(fact, key, facts)
        case Compare(fact, Op.NE, value, key):
            return not _holds(fact, Op.EQ, value, key, facts)
        case Compare(fact, op, value, key):
            return _holds(fact, op, value, key, facts)


_COMPARE: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
    Op.LE: operator.le,
    Op.LT: operator.lt,
}


def _has(fact: Fact, key: str | None, facts: CustomerFacts) -> bool:
    details = facts.customer.details
    if fact is Fact.METADATA:
        return key in details.metadata
    if fact is Fact.TAG:
        return bool(details.tags)
    return getattr(details, fact) is not None


def _holds(fact: Fact, op: Op, value: Any, key: str | None, facts: CustomerFacts) -> bool:
    details, lifecycle = facts.customer.details, facts.customer.lifecycle
    if fact in TIMES:
        owner = lifecycle if fact in (Fact.CREATED_AT, Fact.UPDATED_AT) else facts
        return _in_time(getattr(owner, fact), op, value)
    if fact is Fact.TAG:
        return value in details.tags
    if fact is Fact.STATUS:
        return bool(details.status == value)
    if fact is Fact.METADATA:
        return bool(details.metadata.get(key or "") == value)
    if fact is Fact.CONSENT:
        return bool(facts.consents.get(key or "") == value)
    present = facts.spent.get(key or "", ZERO) if fact is Fact.SPENT else getattr(facts, fact)
    return _COMPARE[op](present, value)


def _in_time(moment: datetime | None, op: Op, value: date | datetime) -> bool:
    first, after = span(value)
    if moment is None:
        return False
    if after is None:
        return _COMPARE[op](moment, first)
    if op is Op.EQ:
        return first <= moment < after
    return _COMPARE[Op.GE if op in (Op.GE, Op.GT) else Op.LT](moment, first if op in (Op.GE, Op.LT) else after)


def rule_text(rule: Rule) -> str:
    """The rule as it is kept and shown; reading it gives the same rule again."""
    match rule:
        case And(parts):
            return " and ".join(map(_inner, parts))
        case Or(parts):
            return " or ".join(map(_inner, parts))
        case Not(part):
            return f"not {_inner(part)}"
        case Has(fact, key):
            return f"has {_named(fact, key)}"
        case Compare(fact, op, value, key):
            return f"{_named(fact, key)} {op} {_value_text(value)}"


def _inner(rule: Rule) -> str:
    return f"({rule_text(rule)})" if isinstance(rule, And | Or) else rule_text(rule)


def _named(fact: Fact, key: str | None) -> str:
    if key is None:
        return str(fact)
    if fact is Fact.SPENT:
        return f"{fact}[{key}]"
    return f"{fact}.{key if _WORD.fullmatch(key) else _quoted(key)}"


def _value_text(value: Value) -> str:
    if isinstance(value, StrEnum | int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
