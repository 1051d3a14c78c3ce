"""What is held of a person, and what an erasure does to it: the one list, from which its statements are made.

Every table that names a customer stands here, or in NOT_PERSONAL with the reason why nothing in it tells of a person;
of a table whose rows stay, every column is named as one that is emptied or one that is kept. The architecture tests
see to both, so that nobody adds a column of a person without saying what becomes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Table, literal_column
from sqlalchemy.sql.elements import ColumnElement

from adapters.sql.tables import (
    addresses,
    consents,
    customers,
    group_members,
    idempotency_keys,
    merges,
    orders,
    returns,
    reviews,
    snapshot_members,
)


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows that go. `person` names the customer that a row is about, or is an array of several."""

    person: Column[Any]

    @property
    def table(self) -> Table:
        """Where they stand."""
        return self.person.table


@dataclass(frozen=True, slots=True)
class Emptied:
    """Rows that stay: `columns` lose their values, those in `kept` tell nothing of a person and stay as they are.

    `event` is the type of the event that tells of each, `of` what it tells of, under which version, and `changed` the
    fields that it names.
    """

    person: Column[Any]
    columns: tuple[str, ...]
    kept: tuple[str, ...]
    event: str
    of: tuple[ColumnElement[Any], ColumnElement[Any]]
    changed: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """Where they stand."""
        return self.person.table


_LIFECYCLE = ("version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")

_WORDS = ("title", "text", "language", "reason")

CUSTOMERS: Final = Emptied(
    customers.c.id,
    columns=("name", "reference", "email", "phone", "status", "tags", "metadata", "search_tokens"),
    kept=("id", *_LIFECYCLE, "erased_at"),
    event="customer.erased",
    of=(customers.c.id, customers.c.version),
)
"""The tombstone: written from the aggregate, whose details are nobody's (domain/customers)."""

BESIDE_CUSTOMERS: Final[tuple[Removed | Emptied, ...]] = (
    Removed(addresses.c.customer_id),
    Removed(consents.c.customer_id),
    Removed(group_members.c.customer_id),
    Removed(snapshot_members.c.customer_id),
    Emptied(
        reviews.c.customer_id,
        columns=_WORDS,
        kept=("id", "book_id", "customer_id", "rating", "status", *_LIFECYCLE),
        event="review.erased",
        of=(reviews.c.id, reviews.c.version),
        changed=_WORDS,
    ),
    # A customer that was merged away lies in what undoing the merge takes; its id still leads to the survivor.
    Emptied(
        merges.c.customer_id,
        columns=("kept",),
        kept=("id", "customer_id", "into_id", "from_id", "from_version", "moved", *_LIFECYCLE[:-1]),
        event="customer.erased",
        of=(merges.c.from_id, merges.c.from_version + literal_column("2")),
    ),
    Removed(idempotency_keys.c.customer_ids),
)
"""What goes with the tombstone, in this order."""

PERSONAL: Final[tuple[Removed | Emptied, ...]] = (CUSTOMERS, *BESIDE_CUSTOMERS)

SAMPLED: Final[tuple[Column[Any], ...]] = (customers.c.phone, customers.c.tags, customers.c.search_tokens)
"""Columns of a person of which PostgreSQL samples values, since searches by them are planned by these.

An erasure has them sampled anew. Of all others nothing is sampled (migrations/versions/2026_11_21_1000_erasure.py).
"""

NOT_PERSONAL: Final[Mapping[Table, str]] = {
    orders: "what was bought stays in the books of the shop; the id it names leads to a tombstone",
    returns: "as orders",
}
"""Tables that name a customer and stay as they are."""
