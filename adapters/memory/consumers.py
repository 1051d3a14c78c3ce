"""Consumers of the events in memory."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore, Place
from application.ports.consumers import ConsumerPosition


class MemoryConsumerRepository:
    """Positions for writing."""

    def __init__(self, pending: Pending) -> None:
        self._pending = pending

    def advance(self, name: str, *, before: int | None, after: int, at: datetime) -> None:
        """Moves a consumer on at commit."""
        self._pending.write(lambda changes: changes.advance(name, before, Place(after, at)))


class MemoryConsumerReader:
    """Positions for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def position(self, name: str) -> int | None:
        """The last event that this consumer has dealt with."""
        place = self._store.consumers.get(name)
        return None if place is None else place.sequence

    async def positions(self) -> Sequence[ConsumerPosition]:
        """Where each consumer is."""
        last = len(self._store.events)
        return [
            ConsumerPosition(name=name, sequence=place.sequence, behind=last - place.sequence, updated_at=place.at)
            for name, place in sorted(self._store.consumers.items())
        ]
