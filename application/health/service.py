"""The use cases of health."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from application.ports.stores import Store, StoreHealth


class Health(Struct, frozen=True, kw_only=True):
    """`status` is `ok` or `unavailable`; `stores` says how each bound store is."""

    status: str
    stores: list[StoreHealth]

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return self.status == "ok"


class HealthService:
    """Asks every bound store."""

    def __init__(self, *, stores: Sequence[Store]) -> None:
        self._stores = stores

    async def ready(self) -> Health:
        """Ready to take requests: every store answers, and those with migrations are at the newest."""
        checks = await self._check()
        return _health(checks, all(one.ok and one.migrated is not False for one in checks))

    async def connected(self) -> Health:
        """Every bound store answers, with the time of its round trip."""
        checks = await self._check()
        return _health(checks, all(one.ok for one in checks))

    async def _check(self) -> list[StoreHealth]:
        return list(await asyncio.gather(*(store.check() for store in self._stores)))


def _health(checks: list[StoreHealth], fine: bool) -> Health:  # noqa: FBT001  # private, and named where it is called
    return Health(status="ok" if fine else "unavailable", stores=checks)
