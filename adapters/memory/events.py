"""Events in memory."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from adapters.memory.store import MemoryStore, RecordedEvent
from application.events.models import EventRead
from application.listing import Listing, Page

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}
_Numbered = tuple[int, RecordedEvent]
_FIELDS: dict[str, Callable[[_Numbered], Any]] = {
    "sequence": lambda one: one[0],
    "position": lambda one: one[1].position,
    "type": lambda one: one[1].event.type,
    "aggregate": lambda one: one[1].event.aggregate,
    "aggregate_id": lambda one: one[1].event.aggregate_id,
    "at": lambda one: one[1].event.at,
}


class MemoryEventReader:
    """Events for reading: a commit takes no time here, so their order is that of their commits."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def list(self, listing: Listing) -> Page[EventRead]:
        """One page in the order of `sequence`."""
        return self._page(listing)

    async def history(self, listing: Listing) -> Page[EventRead]:
        """One page in the order of `position`."""
        return self._page(listing)

    async def after(self, sequence: int, *, limit: int) -> Sequence[EventRead]:
        """The next ones."""
        kept = self._store.events[sequence : sequence + limit]
        return [event_read_of(one) for one in enumerate(kept, start=sequence + 1)]

    async def last(self) -> int:
        """The highest sequence."""
        return len(self._store.events)

    def _page(self, listing: Listing) -> Page[EventRead]:
        (key,) = listing.sort
        matching: Sequence[_Numbered] = [
            one
            for one in enumerate(self._store.events, start=1)
            if all(_COMPARE[each.op](_FIELDS[each.field](one), each.value) for each in listing.filters)
        ]
        total = len(matching) if listing.count else None
        place, beyond = _FIELDS[key.field], operator.lt if key.descending else operator.gt
        if listing.after is not None:
            matching = [one for one in matching if beyond(place(one), listing.after[0])]
        ordered = matching[::-1] if key.descending else matching
        return Page(
            items=[event_read_of(one) for one in ordered[: listing.limit]],
            has_more=len(ordered) > listing.limit,
            total=total,
        )


def event_read_of(numbered: tuple[int, RecordedEvent]) -> EventRead:
    """The read model of an event, with its place among all."""
    sequence, kept = numbered
    return EventRead.of(kept.event, kept.request_id, position=kept.position, sequence=sequence)
