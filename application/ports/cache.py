"""What was worked out once and may be asked for again."""

from typing import Protocol


class Cache(Protocol):
    """Keeps bytes by a key, for a while, within a bound.

    A key stands for what it was made of, so a value is right for as long as it is kept: nothing is ever put right or
    taken back. It may be forgotten at any time, and whoever asks then works it out again. So neither method raises when
    what keeps it is away: nothing is found then, and nothing is kept.
    """

    async def get(self, key: str) -> bytes | None:
        """What was last put under this key, byte for byte; None when it is not there, or no longer."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Keeps it, or does not: what is longer than the bound is not kept, and older values may go for a newer one."""
        ...
