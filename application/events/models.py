"""What callers get of events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.listing import FilterField, ListSpec, SortKey, as_kept, identifier, moment, whole_number
from domain.shared.events import Event, Scalar


class EventRead(Struct, frozen=True, kw_only=True):
    """A change of one thing: who made it, when, with which request, and what changed.

    `changed` names fields and `data` holds values that are never personal.
    """

    sequence: Annotated[
        int | None,
        Meta(
            description=(
                "Its place among all events, from 1 and without gaps, given after its commit and never changed: what "
                "to go on from with `sequence[gt]`. In a history it is null until the list of events was asked for."
            )
        ),
    ]
    position: Annotated[
        int, Meta(description="Orders the events of one thing. Others may come in between later: do not follow it.")
    ]
    type: Annotated[str, Meta(examples=["book.updated"])]
    aggregate: Annotated[str, Meta(description="The kind of thing.", examples=["book"])]
    aggregate_id: UUID
    version: Annotated[int, Meta(description="The version that the thing has since.")]
    at: datetime
    by: str
    request_id: str | None
    changed: Annotated[Sequence[str], Meta(description="The fields that changed; never their values.")]
    data: Mapping[str, Scalar]

    @classmethod
    def of(cls, event: Event, request_id: str | None, *, position: int, sequence: int | None) -> "EventRead":
        """The read model of an event that is kept."""
        return cls(
            sequence=sequence,
            position=position,
            type=event.type,
            aggregate=event.aggregate,
            aggregate_id=event.aggregate_id,
            version=event.version,
            at=event.at,
            by=event.by,
            request_id=request_id,
            changed=list(event.changed),
            data=dict(event.data),
        )


_FILTERS = {
    "aggregate_id": FilterField(read=identifier),
    "type": FilterField(read=as_kept),
    "at": FilterField(read=moment, ranges=True),
}

EVENT_LIST = ListSpec(
    name="events",
    key="sequence",
    deletable=False,
    filters={
        "sequence": FilterField(read=whole_number, ranges=True),
        "aggregate": FilterField(read=as_kept),
        **_FILTERS,
    },
    sorts={"sequence": int},
    default_sort=(SortKey("sequence"),),
)

HISTORY_LIST = ListSpec(
    name="history",
    key="position",
    deletable=False,
    filters=_FILTERS,
    sorts={"position": int},
    default_sort=(SortKey("position", descending=True),),
)
