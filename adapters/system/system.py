"""The time, new ids and chance."""

import os
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

from application.ports.system import Clock
from domain.shared.ids import uuid7

_LOW = (1 << 62) - 1
_STEP_BYTES = 4


class SystemClock:
    """The clock of the operating system."""

    def now(self) -> datetime:
        """The present moment in UTC, in whole microseconds."""
        return datetime.now(UTC)


class Uuid7Generator:
    """Version 7 ids that ascend within the process, whatever the clock does.

    Within one millisecond, and while the clock is behind, the 74 random bits count on in random steps (RFC 9562,
    section 6.2, method 2); their highest bit starts as 0, so that they cannot run over. Any thread may ask.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._at = datetime.fromtimestamp(0, UTC)
        self._count = 0

    def new(self) -> UUID:
        """An id later than all that this generator gave before."""
        now = self._clock.now()
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        with self._lock:
            if at > self._at:
                self._at = at
                self._count = int.from_bytes(os.urandom(10), "big") >> 7
            else:
                self._count += 1 + int.from_bytes(os.urandom(_STEP_BYTES), "big")
            at, count = self._at, self._count
        return uuid7(at, ((count >> 62 << 68) | (count & _LOW)).to_bytes(10, "big"))


class SystemRandomBytes:
    """The operating system's source of chance."""

    def draw(self, length: int) -> bytes:
        """So many bytes."""
        return os.urandom(length)
