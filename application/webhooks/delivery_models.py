"""What callers get of deliveries, and how they ask for some anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.listing import (
    AwareTime,
    FilterField,
    ListSpec,
    SortKey,
    as_kept,
    identifier,
    moment,
    one_of,
    whole_number,
)
from domain.shared.errors import Problems
from domain.webhooks.delivery import Attempt, Delivery, DeliveryState, SendError

LARGEST_SEQUENCE = 2**63 - 1
Sequence64 = Annotated[int, Meta(ge=1, le=LARGEST_SEQUENCE)]


class AttemptRead(Struct, frozen=True, kw_only=True):
    """One request and what came of it. `answer` is the beginning of the text that was answered."""

    at: datetime
    url: str
    duration_ms: int
    status: int | None
    error: SendError | None
    detail: str | None
    answer: str | None

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptRead":
        """The read model of an attempt."""
        return cls(
            at=attempt.at,
            url=attempt.url,
            duration_ms=attempt.duration_ms,
            status=attempt.status,
            error=attempt.error,
            detail=attempt.detail,
            answer=attempt.answer,
        )


class RequestRead(Struct, frozen=True, kw_only=True):
    """What every attempt sends; `webhook-timestamp` and the signature are made anew for each and are not kept."""

    headers: Mapping[str, str]
    body: Annotated[str, Meta(description="The very text that is signed.")]


class DeliveryRead(Struct, frozen=True, kw_only=True):
    """An event on its way to an endpoint. `id` is the `webhook-id`. Lists leave out the request and the attempts."""

    id: UUID
    webhook_id: UUID
    sequence: Annotated[int, Meta(description="The place of the event among all events.")]
    type: Annotated[str, Meta(examples=["book.updated"])]
    state: DeliveryState
    attempt_count: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: SendError | None
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    request: RequestRead | UnsetType = UNSET
    attempts: Sequence[AttemptRead] | UnsetType = UNSET

    @classmethod
    def of(cls, delivery: Delivery, *, attempts: bool = True) -> "DeliveryRead":
        """The read model of a delivery, with its attempts or without."""
        lifecycle = delivery.lifecycle
        last = delivery.attempts[-1] if delivery.attempts else None
        return cls(
            id=delivery.id,
            webhook_id=delivery.webhook_id,
            sequence=delivery.sequence,
            type=delivery.event_type,
            state=delivery.state,
            attempt_count=delivery.attempt_count,
            next_attempt_at=delivery.next_attempt_at,
            last_attempt_at=None if last is None else last.at,
            last_status=None if last is None else last.status,
            last_error=None if last is None else last.error,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            attempts=[AttemptRead.of(one) for one in delivery.attempts] if attempts else UNSET,
        )


class DeliveriesReplay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events to send anew: by their sequences, or by the time at which they happened. Both ends are included."""

    first_sequence: Sequence64 | None = None
    last_sequence: Sequence64 | None = None
    since: AwareTime | None = None
    until: AwareTime | None = None

    def check(self) -> None:
        """Raises Invalid when it names no beginning, or an end before it."""
        problems = Problems()
        if self.first_sequence is None and self.since is None:
            problems.add("", "range-needed", "must say where to begin: first_sequence or since")
        if (
            self.first_sequence is not None
            and self.last_sequence is not None
            and self.last_sequence < self.first_sequence
        ):
            problems.add("/last_sequence", "before-the-first", "must not be before first_sequence")
        if self.since is not None and self.until is not None and self.until < self.since:
            problems.add("/until", "before-the-first", "must not be before since")
        problems.raise_if_any()


class DeliveriesReplayed(Struct, frozen=True, kw_only=True):
    """How many events are on their way anew, and how many are on their way already or are of no type that is wanted.

    `last_sequence` is that of the last event that was looked at; where there are more, ask again from the next one on.
    """

    replayed: int
    skipped: int
    last_sequence: int | None
    has_more: bool


DELIVERY_LIST = ListSpec(
    name="deliveries",
    deletable=False,
    filters={
        "webhook_id": FilterField(read=identifier),
        "state": FilterField(read=one_of(DeliveryState), choices=tuple(DeliveryState)),
        "type": FilterField(read=as_kept),
        "sequence": FilterField(read=whole_number, ranges=True),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "sequence": int},
    default_sort=(SortKey("created_at", descending=True),),
)
