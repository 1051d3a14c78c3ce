"""The health of the store in memory."""

from application.ports.stores import StoreHealth


class MemoryHealth:
    """It is there as long as the process is, and has no schema to migrate."""

    @property
    def name(self) -> str:
        """Its name in health answers."""
        return "memory"

    async def check(self) -> StoreHealth:
        """Always well."""
        return StoreHealth(store=self.name, ok=True, round_trip_ms=0.0)
