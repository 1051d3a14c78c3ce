"""Which events a receiver wants to hear of."""

import re
from collections.abc import Iterable, Sequence

from domain.shared.errors import Invalid

EVENT_TYPE_LENGTH = 64
MOST_EVENT_TYPES = 100
_PATTERN = re.compile(r"[a-z][a-z0-9_]*\.(?:\*|[a-z][a-z0-9_]*)")


def event_pattern(text: str) -> str:
    """One type, such as `order.placed`, or all of one kind of thing: `book.*`. Raises Invalid."""
    if len(text) > EVENT_TYPE_LENGTH or not _PATTERN.fullmatch(text):
        raise Invalid.because("invalid-event-type", "must be a type such as order.placed, or book.* for all of a kind")
    return text


def event_patterns(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, sorted."""
    return tuple(sorted(set(texts)))


def wants(patterns: Sequence[str], event_type: str) -> bool:
    """Whether one of these is the type; without any, every type is wanted."""
    return not patterns or event_type in patterns or f"{event_type.partition('.')[0]}.*" in patterns
