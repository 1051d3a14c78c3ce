"""Events: reading what happened."""

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
