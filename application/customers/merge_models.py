"""What callers send and get of merges."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.customers.models import CustomerRead
from application.listing import FilterField, ListSpec, SortKey, identifier
from domain.customers.belongings import ADDRESSES, CONSENTS, ORDERS, RETURNS, REVIEWS
from domain.customers.merge import Merge

FromId = Annotated[UUID, Meta(description="The id of the customer that goes, or that comes back.")]


class MergeCommand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which other customer."""

    from_id: FromId


class MovedRead(Struct, frozen=True, kw_only=True):
    """How many of each changed hands."""

    orders: int
    returns: int
    reviews: int
    addresses: int
    consents: int


class MergeRead(Struct, frozen=True, kw_only=True):
    """A merge: who went where, when, by whom, and what changed hands.

    `filled` names the fields that the survivor was given. `undoable` is false once the person was erased.
    """

    id: UUID
    customer_id: UUID
    into_id: UUID
    from_id: UUID
    moved: MovedRead
    filled: list[str]
    undoable: bool
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, merged: Merge) -> "MergeRead":
        """The read model of one."""
        return cls(
            id=merged.id,
            customer_id=merged.customer_id,
            into_id=merged.into_id,
            from_id=merged.from_id,
            moved=MovedRead(
                orders=len(merged.moved[ORDERS]),
                returns=len(merged.moved[RETURNS]),
                reviews=len(merged.moved[REVIEWS]),
                addresses=len(merged.moved[ADDRESSES]),
                consents=len(merged.moved[CONSENTS]),
            ),
            filled=[] if merged.kept is None else list(merged.kept.filled),
            undoable=merged.kept is not None and merged.customer_id == merged.into_id,
            created_at=merged.lifecycle.created_at,
            created_by=merged.lifecycle.created_by,
        )


class MergeAnswer(Struct, frozen=True, kw_only=True):
    """The survivor, and the merge."""

    customer: CustomerRead
    merge: MergeRead


class UnmergeAnswer(Struct, frozen=True, kw_only=True):
    """The survivor, and the customer that came back."""

    customer: CustomerRead
    restored: CustomerRead


MERGE_LIST = ListSpec(
    name="merges",
    deletable=False,
    filters={"customer_id": FilterField(read=identifier)},
    sorts={"created_at": datetime},
    default_sort=(SortKey("created_at", descending=True),),
)
