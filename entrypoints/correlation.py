"""Which request is being served, for whatever is logged on the way."""

import re
from contextvars import ContextVar
from typing import Final, NamedTuple

_TRACEPARENT: Final = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?"
)


class Correlation(NamedTuple):
    """The request id that the caller was told, and the W3C trace id (32 hexadecimal digits)."""

    request_id: str
    trace_id: str


class Parent(NamedTuple):
    """A trace that goes on here: as W3C Trace Context writes it, its trace id, and whether it is sampled."""

    traceparent: str
    trace_id: str
    sampled: bool


def parent_of(traceparent: bytes) -> Parent | None:
    """What a `traceparent` says; None when it is malformed."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or (match[3] is not None and traceparent.startswith(b"00")):
        return None
    return Parent(traceparent.decode("ascii"), match[1].decode("ascii"), bool(int(match[2], 16) & 1))


current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)
