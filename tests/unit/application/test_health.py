import pytest

from application.health.service import HealthService
from application.ports.stores import StoreHealth


class Told:
    """A store that is as it is told to be."""

    def __init__(self, health: StoreHealth) -> None:
        self._health = health

    @property
    def name(self) -> str:
        return self._health.store

    async def check(self) -> StoreHealth:
        return self._health


@pytest.mark.parametrize(
    ("ok", "migrated", "connected", "ready"),
    [
        (True, True, "ok", "ok"),
        (True, None, "ok", "ok"),
        (True, False, "ok", "unavailable"),
        (False, None, "unavailable", "unavailable"),
    ],
)
async def test_every_store_must_be_well(ok: bool, migrated: bool | None, connected: str, ready: str) -> None:
    well = StoreHealth(store="memory", ok=True, round_trip_ms=0.0)
    other = StoreHealth(store="postgres", ok=ok, migrated=migrated)
    service = HealthService(stores=[Told(well), Told(other)])
    assert (await service.connected()).status == connected
    health = await service.ready()
    assert (health.status, health.ok, health.stores) == (ready, ready == "ok", [well, other])
