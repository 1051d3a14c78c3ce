"""The stores behind the ports: are they there, and how far is their schema."""

from typing import Protocol

from msgspec import Struct


class StoreHealth(Struct, frozen=True, kw_only=True):
    """How one store is. `migrated` is null where a store has no migrations."""

    store: str
    ok: bool
    round_trip_ms: float | None = None
    migrated: bool | None = None
    detail: str | None = None


class Store(Protocol):
    """One bound store."""

    @property
    def name(self) -> str:
        """Its name in health answers: memory, postgres, snowflake."""
        ...

    async def check(self) -> StoreHealth:
        """Asks the store something trivial and tells how it went, within a few seconds. Never raises."""
        ...
