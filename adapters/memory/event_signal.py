"""Hearing of new events in memory: a commit wakes who waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.store import MemoryStore


class MemoryEventSignal:
    """Events of this process, which are numbered by their commit."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing to be done: a commit wakes who waits."""
        yield

    async def wait(self, after: int, *, seconds: float) -> bool:
        """Until there are events after this sequence, or so many seconds are over."""
        store = self._store
        deadline = asyncio.get_running_loop().time() + seconds
        while len(store.events) <= after:
            left = deadline - asyncio.get_running_loop().time()
            woken = asyncio.get_running_loop().create_future()
            store.awaited.add(woken)
            try:
                # No timeout that cancels this task: a request is served in one that cannot be cancelled.
                if left <= 0 or not (await asyncio.wait([woken], timeout=left))[0]:
                    return False
            finally:
                store.awaited.discard(woken)
        return True
