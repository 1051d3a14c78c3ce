"""Events: reading what happened."""

from collections.abc import Sequence
from typing import Protocol

from application.events.models import EventRead
from application.listing import Listing, Page


class EventReader(Protocol):
    """Events as they were recorded. None is ever changed or taken away."""

    async def list(self, listing: Listing) -> Page[EventRead]:
        """One page of EVENT_LIST, in the order of `sequence`.

        A sequence counts from 1 without gaps, is given to an event after its commit, by one place at a time, and stays.
        All that were committed before this question have theirs, and whatever is committed later gets a higher one,
        however early its transaction began. An event comes after those of the same thing that were recorded before it.
        Raises Unavailable.
        """
        ...

    async def history(self, listing: Listing) -> Page[EventRead]:
        """One page of HISTORY_LIST, in the order of `position`: that of the changes, for the events of one thing.

        `sequence` is None for an event that has none yet. Raises Unavailable.
        """
        ...

    async def after(self, sequence: int, *, limit: int) -> Sequence[EventRead]:
        """The next events after this sequence, in order, at most `limit` of them, of those that have one already.

        None is numbered for it, so that it costs little to ask over and over: whoever follows asks this when an
        EventSignal says so. Raises Unavailable.
        """
        ...

    async def last(self) -> int:
        """The sequence of the last event, and 0 without any, once all that were committed have theirs.

        Raises Unavailable.
        """
        ...
