"""What was made of the facts and is kept for the next question, for as long as these stay as they are."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """The last `most` things that were asked for. One is made at a time, and each once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._making = asyncio.Lock()

    async def recalled(self, what: Hashable, state: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What was made in this state, or else what `make` makes."""
        async with self._making:
            kept = self._kept.pop(what, None)
            made = kept[1] if kept is not None and kept[0] == state else await make()
            self._kept[what] = state, made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return made
