"""The use cases of the warehouse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from msgspec import Struct

from application.errors import Unavailable
from application.ports.system import Clock
from application.ports.warehouse import (
    FactSource,
    FactStore,
    FactWriter,
    Place,
    WarehouseBusy,
    WarehouseStatus,
    WarehouseUnreadable,
)

_LOOK_EVERY = 0.2
_PATIENCE = timedelta(seconds=60)
_AT_ONCE = timedelta(0)


class WarehouseLag(Struct, frozen=True, kw_only=True):
    """What the warehouse holds, and for how many seconds it has been behind: 0 when it has all."""

    status: WarehouseStatus
    lag_seconds: float


class WarehouseService:
    """Each method is one use case. There is one writer at a time: who comes second waits up to `patience` for it."""

    def __init__(self, *, source: FactSource, store: FactStore, clock: Clock, patience: timedelta = _PATIENCE) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self._patience = patience

    async def sync(self) -> WarehouseStatus:
        """Brings the warehouse to what the store of record has now.

        - What events since the last time have changed is told anew, and kept at once with the place in the log.
        - All is told when there is no warehouse yet, or it is of another log, or far behind.
        - Raises Unavailable, or WarehouseBusy when another process writes for too long.
        """
        async with self._writing() as writer:
            return await self.brought_forward(writer)

    async def rebuild(self) -> WarehouseStatus:
        """Tells all facts anew and replaces the warehouse by them; answers come from the old one until then.

        Raises as `sync`.
        """
        async with self._writing() as writer:
            return await self._taken(writer, None)

    async def compact(self) -> WarehouseStatus:
        """Joins all segments into one and leaves out what was taken back; no answer changes.

        Raises as `sync`, and Unavailable when there is no warehouse.
        """
        async with self._writing() as writer:
            await writer.compact(whole=True, at=self._clock.now())
            await writer.tidy(at=self._clock.now())
        return _there(await self._store.status())

    async def status(self) -> WarehouseLag:
        """What the warehouse holds and how late it is. Raises Unavailable when there is none."""
        status = _there(await self._store.status())
        return WarehouseLag(status=status, lag_seconds=await self.lag(status.place))

    async def lag(self, place: Place) -> float:
        """For how many seconds there has been an event after this place; 0 when there is none."""
        first = await self._source.behind(place)
        return 0.0 if first is None else max(0.0, (self._clock.now() - first).total_seconds())

    async def place(self) -> Place | None:
        """How far the warehouse is; None without one."""
        status = await self._store.status()
        return None if status is None else status.place

    async def brought_forward(self, writer: FactWriter, *, names_wait: timedelta = _AT_ONCE) -> WarehouseStatus:
        """As `sync`, by a writer that is there. While nothing was bought or came back, what else is new waits for so
        long from the last sync on.
        """
        after = await self._readable_place()
        if after is not None and names_wait:
            status = _there(await self._store.status())
            if self._clock.now() < status.synced_at + names_wait and not await self._source.new_facts(after):
                return status
        return await self._taken(writer, after)

    async def _taken(self, writer: FactWriter, after: Place | None) -> WarehouseStatus:
        await writer.tidy(at=self._clock.now())
        async with self._source.read(after) as facts:
            if after is not None and facts.place == after:
                return _there(await self._store.status())
            return await writer.take(facts, at=self._clock.now())

    async def _readable_place(self) -> Place | None:
        try:
            return await self.place()
        except WarehouseUnreadable:
            # All of it is told anew. One that cannot be reached just now keeps what it has.
            return None

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[FactWriter]:
        async with AsyncExitStack() as held:
            yield await self._entered(held)

    async def _entered(self, held: AsyncExitStack) -> FactWriter:
        until = self._clock.now() + self._patience
        while True:
            try:
                return await held.enter_async_context(self._store.writing())
            except WarehouseBusy:
                if self._clock.now() >= until:
                    raise
            await asyncio.sleep(_LOOK_EVERY)


def _there(status: WarehouseStatus | None) -> WarehouseStatus:
    if status is None:
        raise Unavailable("there is no warehouse yet: run `daybook warehouse sync`")
    return status
