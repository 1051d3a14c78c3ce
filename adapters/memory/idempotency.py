"""Idempotency keys in memory."""

from datetime import datetime

from adapters.memory.store import MemoryStore
from application.ports.idempotency import KEPT_FOR, Kept


class MemoryIdempotencyKeys:
    """What was answered under each key."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def find(self, actor: str, key: str, *, at: datetime) -> Kept | None:
        """What was kept and has not expired."""
        answered = self._store.answered.get((actor, key))
        if answered is None or answered.claim.at + KEPT_FOR <= at:
            return None
        return Kept(fingerprint=answered.claim.fingerprint, reply=answered.reply)

    async def forget_expired(self, *, at: datetime) -> int:
        """Deletes what has expired; returns how many."""
        held = self._store.answered
        expired = [name for name, answered in held.items() if answered.claim.at + KEPT_FOR <= at]
        for name in expired:
            del held[name]
        return len(expired)
