"""Which request is being served, for whatever is logged on the way."""

from contextvars import ContextVar
from typing import NamedTuple


class Correlation(NamedTuple):
    """The request id that the caller was told, and the W3C trace id (32 hexadecimal digits)."""

    request_id: str
    trace_id: str


current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)
