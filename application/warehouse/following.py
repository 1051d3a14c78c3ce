"""Following the events into the warehouse, as they come."""

import asyncio
import logging
from datetime import timedelta

from application.errors import Conflict, Unavailable
from application.ports.event_signal import EventSignal
from application.ports.system import Clock
from application.ports.warehouse import FactStore, Place
from application.warehouse.service import WarehouseService

_PAUSE = 1.0
# As many times as long as the last round took that had something to take.
_NAMES_WAIT = 50
_logger = logging.getLogger("daybook.warehouse")


class WarehouseFollower:
    """Brings the warehouse forward whenever there are events, at least `every` seconds from the beginning of one round
    to that of the next.

    Without events it looks after `idle` seconds, so that what is no longer needed goes. Books and customers are
    written anew as a whole: while a catalogue is being filled, and nothing is sold, that takes a fiftieth of the time.

    Any number of processes may: whoever writes holds the others up, and what one has taken the next one finds there.
    """

    def __init__(
        self,
        *,
        service: WarehouseService,
        store: FactStore,
        signal: EventSignal,
        clock: Clock,
        every: float = 1.0,
        idle: float = 5.0,
    ) -> None:
        self._service = service
        self._store = store
        self._signal = signal
        self._clock = clock
        self._every = every
        self._idle = idle
        self._place: Place | None = None
        self._took = 0.0

    async def follow(self) -> None:
        """Until it is cancelled. What a round raises is logged, and tried again a second later."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                place = await self._round()
                # From one beginning to the next: a round that took longer has made them wait enough.
                await asyncio.sleep(self._every - (loop.time() - began))
                await self._signal.wait(place, seconds=self._idle)
            except Conflict:
                # Another process is at it.
                await asyncio.sleep(self._every)
            except Unavailable as error:
                _logger.warning("the warehouse waits: %s", error.detail)
                await asyncio.sleep(_PAUSE)
            except Exception:
                _logger.exception("a round of the warehouse failed")
                await asyncio.sleep(_PAUSE)

    async def _round(self) -> int:
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with self._store.writing() as writer:
            status = await self._service.brought_forward(writer, names_wait=timedelta(seconds=_NAMES_WAIT * self._took))
            await writer.compact(whole=False, at=self._clock.now())
            await writer.tidy(at=self._clock.now())
        if status.place != self._place:
            self._place, self._took = status.place, loop.time() - began
        return status.place.sequence
