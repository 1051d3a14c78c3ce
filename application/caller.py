"""Who asks."""

from dataclasses import dataclass

ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor that a change is put down to, and the request it came with (both go into the event)."""

    actor: str = ANONYMOUS
    request_id: str | None = None
