"""One event on its way to one endpoint, attempt by attempt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.shared.errors import Refused
from domain.shared.ids import DeliveryId, WebhookId
from domain.shared.lifecycle import Lifecycle
from domain.webhooks.schedule import RETRY_DELAYS, next_delay

KEPT_ATTEMPTS = 30
ANSWER_BYTES = 1_024
"""How much of an answer is kept."""


class DeliveryPending(Refused):
    """It was to be sent anew, and is on its way still."""

    code = "delivery-pending"


class DeliveryState(StrEnum):
    """On its way, arrived, given up after its attempts, or given up because its endpoint was not active when due."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


class SendError(StrEnum):
    """Why there is no answer, or none that counts."""

    FORBIDDEN_ADDRESS = "forbidden-address"
    UNKNOWN_HOST = "unknown-host"
    TIMEOUT = "timeout"
    NO_ANSWER = "no-answer"
    UNTRUSTED = "untrusted-certificate"
    REDIRECT = "redirect"
    REFUSED = "refused"


_GONE = 410
_RETRIED = frozenset({408, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request and what came of it: `at` when it began, `status` and the beginning of the answer where one came.

    `error` is why it failed, and `detail` says it to a person.
    """

    at: datetime
    url: str
    duration_ms: int
    status: int | None = None
    error: SendError | None = None
    detail: str | None = None
    answer: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status <= 299

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more of anything."""
        return self.status == _GONE

    @property
    def may_heal(self) -> bool:
        """Whether the same request may succeed later: no answer, 5xx, 408 and 429."""
        if self.status is None:
            return self.error is not SendError.FORBIDDEN_ADDRESS
        return 500 <= self.status <= 599 or self.status in _RETRIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event for an endpoint; its id is the `webhook-id`, which stays through all attempts and replays.

    `tries` counts the attempts of this round (a replay begins a new one) and `attempt_count` all of them, of which the
    last KEPT_ATTEMPTS are kept. While it is pending `next_attempt_at` is when it is sent next. One that is due
    may have to wait for its turn at the endpoint: `waits` is with which priority it does.
    """

    id: DeliveryId
    webhook_id: WebhookId
    sequence: int
    event_type: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    attempt_count: int = 0
    tries: int = 0
    next_attempt_at: datetime | None
    waits: int | None = None
    lifecycle: Lifecycle

    @classmethod
    def ask(
        cls, delivery_id: DeliveryId, webhook_id: WebhookId, sequence: int, event_type: str, *, at: datetime, by: str
    ) -> "Delivery":
        """A new one, to be sent at once."""
        return cls(
            id=delivery_id,
            webhook_id=webhook_id,
            sequence=sequence,
            event_type=event_type,
            next_attempt_at=at,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )

    @property
    def pending(self) -> bool:
        """Whether it is on its way."""
        return self.state is DeliveryState.PENDING

    @property
    def next_attempt(self) -> int:
        """The number of the attempt that comes next, over all rounds; whoever makes it names it."""
        return self.attempt_count + 1

    def attempted(
        self,
        attempt: Attempt,
        *,
        at: datetime,
        by: str,
        asked: timedelta | None = None,
        delays: Sequence[timedelta] = RETRY_DELAYS,
    ) -> "Delivery":
        """After an attempt that ended `at` this moment; `asked` is how long the receiver wants to be left alone."""
        tries = self.tries + 1
        delay = next_delay(delays, tries, self.id, asked=asked) if attempt.may_heal else None
        if attempt.succeeded:
            state = DeliveryState.DELIVERED
        else:
            state = DeliveryState.FAILED if delay is None else DeliveryState.PENDING
        return replace(
            self,
            state=state,
            attempts=(*self.attempts, attempt)[-KEPT_ATTEMPTS:],
            attempt_count=self.attempt_count + 1,
            tries=tries,
            next_attempt_at=None if delay is None else at + delay,
            waits=None,
            lifecycle=self.lifecycle.touched(at=at, by=by),
        )

    def wait(self, priority: int, *, at: datetime, by: str) -> "Delivery":
        """Due, and sent when others are done."""
        return replace(self, waits=priority, lifecycle=self.lifecycle.touched(at=at, by=by))

    def take_turn(self, *, at: datetime, by: str) -> "Delivery":
        """It has waited."""
        return replace(self, waits=None, lifecycle=self.lifecycle.touched(at=at, by=by))

    def expire(self, *, at: datetime, by: str) -> "Delivery":
        """Given up, since its endpoint is not active."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        return replace(self, state=DeliveryState.EXPIRED, next_attempt_at=None, waits=None, lifecycle=lifecycle)

    def replay(self, *, at: datetime, by: str) -> "Delivery":
        """On its way anew, at once and by the whole schedule. Raises DeliveryPending."""
        if self.pending:
            raise DeliveryPending("it is on its way: it can be sent anew when that has ended")
        lifecycle = self.lifecycle.touched(at=at, by=by)
        return replace(self, state=DeliveryState.PENDING, tries=0, next_attempt_at=at, lifecycle=lifecycle)
