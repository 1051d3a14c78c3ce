"""Who asks, and under which idempotency key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request with an idempotency key lays claim to: that its commit is the only one under this key.

    `key` is the caller's word for the request, and `fingerprint` tells one request from another under the same key.
    `at` is when it came, and `reply` turns the answer of the use case into the bytes that the caller gets, now and when
    it asks again.
    """

    key: str
    fingerprint: bytes
    at: datetime
    reply: Callable[[Struct | None], bytes]


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor that a change is put down to, and the request it came with (both go into the event).

    `traceparent` is the trace that what it asks for goes on with (W3C Trace Context), such as a job.
    `claim` is there when the request came with an idempotency key: the one commit made for this caller keeps it.
    """

    actor: str = ANONYMOUS
    request_id: str | None = None
    claim: Claim | None = None
    traceparent: str | None = None
