"""A memory of bounded size."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The values of the keys noted last, at most `size` of them; older ones are forgotten."""

    __slots__ = ("_kept", "_size")

    def __init__(self, size: int) -> None:
        self._kept: dict[K, V] = {}
        self._size = size

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def get(self, key: K) -> V | None:
        """Its value, None when it is not known (any more)."""
        return self._kept.get(key)

    def note(self, items: Iterable[tuple[K, V]]) -> None:
        """Notes keys and values, the newest last."""
        for key, value in items:
            self._kept.pop(key, None)
            self._kept[key] = value
        while len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]

    def forget(self) -> None:
        """Forgets all."""
        self._kept.clear()
