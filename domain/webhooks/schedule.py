"""When a message is sent again: the schedule that Standard Webhooks 1.0 gives, over some 75 hours."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

RETRY_DELAYS: Sequence[timedelta] = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""What follows the first attempt, the second one, and so on; after the last there is none."""
LONGEST_WAIT = timedelta(hours=24)
"""How long a receiver may ask to be left alone (Retry-After)."""
_JITTER = 0.1


def next_delay(
    delays: Sequence[timedelta], tries: int, message_id: UUID, *, asked: timedelta | None = None
) -> timedelta | None:
    """How long to wait after this many attempts, or None when there are no more.

    A tenth more or less than the schedule says, so that what failed together does not come back together; the same for
    the same message and attempt. A receiver that asked for a longer wait gets it, up to LONGEST_WAIT.
    """
    if tries > len(delays):
        return None
    chance = hashlib.blake2b(message_id.bytes + tries.to_bytes(4, "big"), digest_size=4).digest()
    spread = 1 - _JITTER + 2 * _JITTER * int.from_bytes(chance, "big") / 2**32
    delay = delays[tries - 1] * spread
    return delay if asked is None else max(delay, min(asked, LONGEST_WAIT))
