"""A cache in the memory of this process."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic


class MemoryCache:
    """At most `entries` values of `most_bytes` in all, keys included, each for `seconds`; the one asked for least
    recently goes first.

    `now` gives the time in seconds.
    """

    def __init__(self, *, entries: int, most_bytes: int, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._entries = entries
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._now = now
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> tuple[int, int]:
        """How many values there are, and their bytes with those of their keys."""
        return len(self._kept), self._bytes

    async def get(self, key: str) -> bytes | None:
        """What was kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        value, until = found
        if self._now() >= until:
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return value

    async def put(self, key: str, value: bytes) -> None:
        """Makes room for it first."""
        self._forget(key)
        length = _length(key, value)
        if length > self._most_bytes or not self._entries:
            return
        while len(self._kept) >= self._entries or self._bytes + length > self._most_bytes:
            self._forget(next(iter(self._kept)))
        self._kept[key] = value, self._now() + self._seconds
        self._bytes += length

    def _forget(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= _length(key, found[0])


def _length(key: str, value: bytes) -> int:
    return len(key.encode()) + len(value)
