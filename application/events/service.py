"""The use cases of events."""

from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from application.listing import Listed, Listing, listed
from application.ports.events import EventReader


class EventService:
    """Each method is one use case."""

    def __init__(self, *, reader: EventReader) -> None:
        self._reader = reader

    async def list(self, listing: Listing) -> Listed[EventRead]:
        """One page of all events in the order of their sequence.

        - Every event that was committed before the question has its sequence, and none comes before it later: go on
          with `sequence[gt]=` the last one that you have seen, and you miss none and get none twice.
        - The order is that of the numbering, not of `at`: of two changes at about the same time either may come first.
        """
        return listed(EVENT_LIST, listing, await self._reader.list(listing))

    async def history(self, listing: Listing) -> Listed[EventRead]:
        """One page of what happened to one thing, the latest first, also when it is deleted by now."""
        return listed(HISTORY_LIST, listing, await self._reader.history(listing))
