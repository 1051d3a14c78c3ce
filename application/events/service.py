"""The use cases of events."""

from collections.abc import Sequence

from application.errors import BadQuery
from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from application.listing import Listed, Listing, listed
from application.ports.consumers import ConsumerPosition, ConsumerReader
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from domain.shared.errors import Problem


class EventService:
    """Each method is one use case."""

    def __init__(self, *, reader: EventReader, signal: EventSignal, consumers: ConsumerReader) -> None:
        self._reader = reader
        self._signal = signal
        self._consumers = consumers

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

    async def after(self, sequence: int, *, limit: int) -> Sequence[EventRead]:
        """The next events after this sequence, at most `limit` of them, for who follows: see `wait`."""
        return await self._reader.after(sequence, limit=limit)

    async def last(self) -> int:
        """The sequence of the last event that was committed before the question; 0 without any."""
        return await self._reader.last()

    async def begin(self, after: int | None, *, pointer: str = "after") -> int:
        """After which sequence to follow: the last one now where `after` is None.

        Raises BadQuery with `after-the-end`, at `pointer`, when there is no such event yet.
        """
        last = await self.last()
        if after is not None and after > last:
            message = f"is after the last event, which is {last}: this position is of another store, or of its future"
            raise BadQuery([Problem(pointer=pointer, code="after-the-end", message=message)])
        return last if after is None else after

    async def wait(self, after: int, *, seconds: float) -> bool:
        """Until there may be events after this sequence (True), or so many seconds are over (False)."""
        return await self._signal.wait(after, seconds=seconds)

    async def consumers(self) -> Sequence[ConsumerPosition]:
        """How far each consumer of the events has got, and how many it has yet to deal with."""
        return await self._consumers.positions()
