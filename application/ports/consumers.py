"""Consumers of the events: how far each has got."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from application.errors import Conflict


class ConsumerMoved(Conflict):
    """Another process has dealt with these events: nothing was kept, and the next round begins where that one ended."""

    code = "consumer-moved"

    def __init__(self) -> None:
        super().__init__("the consumer has gone on in another process: read its position again")


class ConsumerPosition(Struct, frozen=True, kw_only=True):
    """How far a consumer has got.

    `sequence` is that of the last event that it has dealt with, 0 before the first; `behind` is how many events with a
    sequence come after it.
    """

    name: str
    sequence: int
    behind: int
    updated_at: datetime


class ConsumerRepository(Protocol):
    """Positions for writing: one moves in the transaction of what its consumer did, so that this happens once."""

    def advance(self, name: str, *, before: int | None, after: int, at: datetime) -> None:
        """Moves a consumer on at commit, from the sequence `before` to `after`; from None where it has none yet.

        It is written at its place among the other changes: asked for first, it has a second process wait for this
        commit and then do nothing. The commit raises ConsumerMoved when the position is not `before` any more.
        """
        ...


class ConsumerReader(Protocol):
    """Positions for reading."""

    async def position(self, name: str) -> int | None:
        """The sequence of the last event that this consumer has dealt with; None for one that never began."""
        ...

    async def positions(self) -> Sequence[ConsumerPosition]:
        """Where each consumer is, in the order of their names."""
        ...
