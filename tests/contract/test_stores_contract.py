"""What application/ports/stores.py promises."""

import asyncio

import pytest

from tests.support.store_case import StoreCase, StorePorts


async def test_a_store_that_is_there_says_so(case: StoreCase, ports: StorePorts) -> None:
    health = await ports.health.check()
    assert health.ok, health.detail
    assert health.store == ports.health.name
    assert ports.health.name in case.adapters
    assert health.migrated is not False
    assert health.round_trip_ms is not None
    assert 0 <= health.round_trip_ms < 5000


@pytest.mark.needs("remote")
async def test_a_store_that_is_not_there_says_so_soon_and_does_not_raise(case: StoreCase) -> None:
    assert case.unreachable is not None
    async with case.unreachable() as health, asyncio.timeout(10):
        answer = await health.check()
    assert not answer.ok
    assert answer.detail
    assert answer.round_trip_ms is None
