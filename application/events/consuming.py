"""Consuming: what follows from events, each once and in their order, whatever is killed meanwhile."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from application.caller import Caller
from application.errors import Unavailable
from application.events.models import EVENT_LIST, EventRead
from application.listing import Filter, Listing
from application.ports.consumers import ConsumerMoved, ConsumerReader
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from application.ports.system import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork

MOST_AT_ONCE = 200
_LOOK_EVERY = 5.0
_PAUSE = 1.0
_LOOK_AT_IDLE_EVERY = 1.0
_logger = logging.getLogger("daybook.events")


class EventConsumer(Protocol):
    """Something that follows from events."""

    @property
    def name(self) -> str:
        """What its position is kept under, at most 64 characters. Another name is another consumer."""
        ...

    async def idle(self, uow: UnitOfWork) -> bool:
        """Whether nothing follows from any event now, so that none has to be read."""
        ...

    async def take(self, uow: UnitOfWork, events: Sequence[EventRead]) -> None:
        """Adds to the unit of work what follows from these events, in their order.

        It does nothing else: what is not in the unit of work may happen twice, or without it.
        """
        ...


class Consuming:
    """Brings consumers forward, one round after the other."""

    def __init__(
        self, *, units: UnitsOfWork, events: EventReader, consumers: ConsumerReader, signal: EventSignal, clock: Clock
    ) -> None:
        self._units = units
        self._events = events
        self._consumers = consumers
        self._signal = signal
        self._clock = clock

    async def round(self, consumer: EventConsumer, *, from_start: bool = False) -> int:
        """The next events, at most MOST_AT_ONCE, and what follows from them; how many they were, 0 for nothing new.

        - The position and what follows are kept in one transaction. So each event has its effect once, in the order of
          the sequences, and none is left out that commits late.
        - Of two processes that do the same round one keeps it; the other keeps nothing and is told 0.
        - A consumer that is new begins at the end of the log, or with the first event when it is to be `from_start`.

        Raises what the consumer raises, Conflict, Unavailable or OutcomeUnknown: the next round finds what was kept.
        """
        before = await self._consumers.position(consumer.name)
        async with self._units(Caller(f"consumer:{consumer.name}")) as uow:
            events: Sequence[EventRead] = ()
            if before is None:
                after = 0 if from_start else await self._events.last()
            else:
                asked = Listing(
                    filters=(Filter("sequence", "gt", before),), sort=EVENT_LIST.default_sort, limit=MOST_AT_ONCE
                )
                events = (await self._events.list(asked)).items
                after = (events[-1].sequence if events else None) or before
            if before == after:
                return 0
            # First of all, so that a second process waits here and has nothing to take back.
            uow.consumers.advance(consumer.name, before=before, after=after, at=self._clock.now())
            if events:
                await consumer.take(uow, events)
            try:
                await uow.commit()
            except ConsumerMoved:
                return 0
        return len(events)

    async def pass_over(self, consumer: EventConsumer) -> bool:
        """Whether the consumer is idle; then all events until now are dealt with, unread.

        Raises as `round`.
        """
        before = await self._consumers.position(consumer.name)
        async with self._units(Caller(f"consumer:{consumer.name}")) as uow:
            if before is None or not await consumer.idle(uow):
                return False
            after = await self._events.last()
            if after > before:
                uow.consumers.advance(consumer.name, before=before, after=after, at=self._clock.now())
                with suppress(ConsumerMoved):
                    await uow.commit()
        return True

    async def follow(self, consumer: EventConsumer, *, from_start: bool = False) -> None:
        """Round after round until it is cancelled, as soon as there are events.

        What a round raises is logged, and the round is tried again a second later: events are never passed over.
        """
        while True:
            try:
                if await self.pass_over(consumer):
                    await asyncio.sleep(_LOOK_AT_IDLE_EVERY)
                elif not await self.round(consumer, from_start=from_start):
                    seen = await self._consumers.position(consumer.name)
                    await self._signal.wait(seen or 0, seconds=_LOOK_EVERY)
            except Unavailable as error:
                _logger.warning("the consumer %s waits: %s", consumer.name, error.detail)
                await asyncio.sleep(_PAUSE)
            except Exception:
                _logger.exception("a round of the consumer %s failed", consumer.name)
                await asyncio.sleep(_PAUSE)
