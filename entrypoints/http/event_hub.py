"""The hub of the event stream: one a process, which reads each event once and hands it to all who listen.

Every reader has a buffer of its own, bounded in bytes. One that lags behind by more is dropped: it comes back and says
where it was, and what it missed is read for it again. So the memory that readers take does not grow with how slow
they are.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from typing import Final, Protocol

from application.errors import Unavailable
from application.events.models import EventRead
from application.events.service import EventService
from entrypoints.http.replies import encode

BATCH: Final = 500
_LOOK_EVERY: Final = 5.0
_PAUSE: Final = 1.0
# Events that follow one another closely are handed on together: a send costs more than what is in it.
_TOGETHER: Final = 0.05
# Those who have their hands full are waited for before there is more, so many times so many seconds at most.
_PATIENCE: Final = 100
_MOMENT: Final = 0.01
_logger = logging.getLogger("daybook.events")


class StreamObserver(Protocol):
    """Told of readers, to count them."""

    def joined(self) -> None: ...
    def left(self) -> None: ...
    def dropped(self) -> None: ...


class Wanted:
    """Which events a reader wants: of these types and of these kinds of things, None for all."""

    __slots__ = ("_aggregates", "_types", "everything")

    def __init__(self, types: frozenset[str] | None = None, aggregates: frozenset[str] | None = None) -> None:
        self._types = types
        self._aggregates = aggregates
        self.everything = types is None and aggregates is None

    def __call__(self, event: EventRead) -> bool:
        """Whether it is one of them."""
        if self._types is not None and event.type not in self._types:
            return False
        return self._aggregates is None or event.aggregate in self._aggregates


class Reader:
    """One who listens: how far it has got, and the bytes that wait for it.

    `ended` is done when it is to get nothing any more: it lagged behind, or the server stops.
    """

    __slots__ = ("_chunks", "_most", "_size", "_wake", "ended", "position", "wanted")

    def __init__(self, wanted: Wanted, most: int) -> None:
        self.position = 0
        self.wanted = wanted
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._most = most
        self._chunks: list[bytes] = []
        self._size = 0
        self._wake = asyncio.Event()

    @property
    def full(self) -> bool:
        """Whether more than half of what may wait does."""
        return 2 * self._size > self._most

    def offer(self, data: bytes) -> bool:
        """Puts bytes where they wait; False when that would be too many."""
        if self._size and self._size + len(data) > self._most:
            return False
        self._chunks.append(data)
        self._size += len(data)
        self._wake.set()
        return True

    async def take(self, *, within: float) -> bytes:
        """All that waits, and b"" when nothing came within so many seconds."""
        if not self._chunks:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._wake.wait()
        self._wake.clear()
        chunks, self._chunks, self._size = self._chunks, [], 0
        return b"".join(chunks)

    def end(self) -> None:
        """Nothing more."""
        if not self.ended.done():
            self.ended.set_result(None)


def frame(event: EventRead) -> bytes:
    """An event as Server-Sent Events have it (WHATWG HTML, section 9.2). JSON has no line breaks of its own."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.sequence or 0, event.type.encode("utf-8"), encode(event))


class EventHub:
    """Hands events to readers. It reads while there is anybody to read for."""

    def __init__(
        self, events: EventService, *, most_readers: int, most_bytes: int, observer: StreamObserver | None = None
    ) -> None:
        self._events = events
        self._most_readers = most_readers
        self._most_bytes = most_bytes
        self._observer = observer
        self._everyone: set[Reader] = set()
        self._joined: set[Reader] = set()
        self._position = 0
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    @property
    def full(self) -> bool:
        """Whether there are as many readers as there may be."""
        return len(self._everyone) >= self._most_readers

    def enter(self, wanted: Wanted) -> Reader:
        """A new reader, who has its place from now on, and reads for itself after the `position` that it is given until
        it joins.
        """
        reader = Reader(wanted, self._most_bytes)
        self._everyone.add(reader)
        if self._observer is not None:
            self._observer.joined()
        if self.closed:
            reader.end()
        return reader

    def join(self, reader: Reader) -> bool:
        """From now on it is handed what comes after its position; False when the hub is further already."""
        if self._task is None:
            self._position = reader.position
            # Not with the trace and the request id of whoever happens to be the first.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=Context())
        elif reader.position < self._position:
            return False
        self._joined.add(reader)
        return True

    def leave(self, reader: Reader) -> None:
        """It is gone."""
        self._joined.discard(reader)
        if reader in self._everyone:
            self._everyone.discard(reader)
            if self._observer is not None:
                self._observer.left()

    def drop(self, reader: Reader) -> None:
        """It was too slow."""
        self._joined.discard(reader)
        if not reader.ended.done():
            reader.end()
            if self._observer is not None:
                self._observer.dropped()

    def close(self) -> None:
        """Ends all streams, those too that begin from now on. The server stops."""
        self.closed = True
        for reader in self._everyone:
            reader.end()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            while self._joined:
                await self._step()
        except Exception:
            _logger.exception("events could not be handed on: all readers are sent away")
            for reader in tuple(self._joined):
                reader.end()
            self._joined.clear()
        finally:
            self._task = None

    async def _step(self) -> None:
        try:
            events = await self._events.after(self._position, limit=BATCH)
        except Unavailable:
            # Readers stay, and get what they missed when the store is back.
            await asyncio.sleep(_PAUSE)
            return
        if events:
            self._hand_out(events)
            await self._wait_for_the_full()
        if len(events) < BATCH:
            await asyncio.sleep(_TOGETHER)
            await self._events.wait(self._position, seconds=_LOOK_EVERY)

    def _hand_out(self, events: Sequence[EventRead]) -> None:
        frames = [frame(event) for event in events]
        whole = b"".join(frames)
        before, self._position = self._position, events[-1].sequence or 0
        for reader in tuple(self._joined):
            if reader.wanted.everything and reader.position == before:
                data = whole
            else:
                seen, wanted = reader.position, reader.wanted
                data = b"".join(
                    [
                        told
                        for event, told in zip(events, frames, strict=True)
                        if (event.sequence or 0) > seen and wanted(event)
                    ]
                )
            reader.position = max(reader.position, self._position)
            if data and not reader.offer(data):
                self.drop(reader)

    async def _wait_for_the_full(self) -> None:
        for _ in range(_PATIENCE):
            if not any(one.full for one in self._joined):
                return
            await asyncio.sleep(_MOMENT)
