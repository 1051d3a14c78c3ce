"""Answering a request that may have been sent before."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from application.caller import Claim
from application.errors import ApplicationError
from application.ports.idempotency import IdempotencyKeys, KeyReused
from application.ports.system import Clock

T = TypeVar("T")
Claiming = Callable[[Callable[[Struct | None], bytes]], Claim]
"""Makes the claim of a request from what turns its answer into the bytes to be kept."""


class IdempotencyService:
    """Lets a use case have its effect once a key."""

    def __init__(self, *, keys: IdempotencyKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def once(
        self, actor: str, key: str, fingerprint: bytes, ask: Callable[[Claiming], Awaitable[T]]
    ) -> T | bytes:
        """What `ask` gives, or the bytes that were kept when this request came before.

        - `ask` is given what makes the claim, for the caller of its use case.
        - The answer to a change is kept for 24 hours, in the same transaction as the change.
        - A refusal, and an answer to what changed nothing, is not kept: the next try runs anew.
        - The same key with another fingerprint is refused (KeyReused).
        - While another request with this key is under way this one waits, two seconds at most (KeyInUse).
        """
        now = self._clock.now()
        kept = await self._kept(actor, key, fingerprint, now)
        if kept is not None:
            return kept

        def claiming(reply: Callable[[Struct | None], bytes]) -> Claim:
            return Claim(key=key, fingerprint=fingerprint, at=now, reply=reply)

        try:
            return await ask(claiming)
        except Exception as error:
            # It may have failed because the same request, sent twice, came first: then that one's answer is due.
            try:
                kept = await self._kept(actor, key, fingerprint, now)
            except KeyReused:
                raise
            except ApplicationError:
                # That the store cannot be asked says less than what came before.
                raise error from None
            if kept is None:
                raise
            return kept

    async def forget_expired(self) -> int:
        """Deletes the answers that are older than 24 hours; returns how many."""
        return await self._keys.forget_expired(at=self._clock.now())

    async def _kept(self, actor: str, key: str, fingerprint: bytes, now: datetime) -> bytes | None:
        kept = await self._keys.find(actor, key, at=now)
        if kept is not None and kept.fingerprint != fingerprint:
            raise KeyReused
        return None if kept is None else kept.reply
