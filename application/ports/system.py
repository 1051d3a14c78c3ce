"""The time, new ids and chance: what a pure core cannot make."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC, in whole microseconds."""
        ...


class IdGenerator(Protocol):
    """New ids."""

    def new(self) -> UUID:
        """A version 7 UUID that was never given before; later ones sort after earlier ones of the same process."""
        ...


class RandomBytes(Protocol):
    """Chance that nobody can foresee, such as secrets are made of."""

    def draw(self, length: int) -> bytes:
        """So many bytes, from the source that the operating system has for secrets."""
        ...
