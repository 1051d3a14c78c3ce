"""A warehouse whose writers are killed over and over while the shop goes on: in the end it answers as the shop does."""

import asyncio
import random
from datetime import date
from pathlib import Path

import pytest

from adapters.duckdb.engine import Engine
from adapters.duckdb.manifest import ManifestFile
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.postgres.history import PostgresHistorySource
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from adapters.postgres.warehouse import PostgresFactSource
from adapters.system.system import SystemClock, Uuid7Generator
from application.analytics.verify import Backend, Verification, VerificationService
from application.warehouse.service import WarehouseService
from domain.analytics.scope import Scope
from tests.support.busy_shop import BusyShop
from tests.support.definition import MODELS, AtOnce
from tests.support.duckdb_case import LIMITS
from tests.support.forked import Piped
from tests.support.postgres_case import postgres_ports
from tests.support.shops import shop_on

SCOPE = Scope(as_of=date(2999, 1, 1), currency="EUR")


async def started(url: str, folder: Path, seed: int) -> Piped:
    return await asyncio.to_thread(Piped, url, str(folder), str(seed), program="tests.support.warehouse_process:main")


async def kill_over_and_over(url: str, folder: Path, times: int, chance: random.Random) -> None:
    """Two writers at a time, of which one waits for the other; each is killed somewhere in what it does."""
    left = iter(range(times))

    async def one_after_the_other() -> None:
        for seed in left:
            process = await started(url, folder, seed)
            try:
                assert await asyncio.to_thread(process.stdout.readline) == "begun\n"
                await asyncio.sleep(chance.random())
                assert process.returncode is None, "it goes on until it is killed"
            finally:
                await asyncio.to_thread(process.close)

    await asyncio.gather(one_after_the_other(), one_after_the_other())


def parquet_files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.parquet")}


async def compared(pool: Pool, facts: DuckDbPurchaseFacts, service: WarehouseService) -> Verification:
    return await VerificationService(
        source=PostgresHistorySource(pool),
        backends={
            "postgres": Backend(facts=PostgresPurchaseFacts(pool)),
            "duckdb": Backend(facts=facts, sync=service.sync),
        },
        clock=SystemClock(),
        computation=AtOnce(),
        models=MODELS,
    ).verify()


@pytest.mark.parametrize(("kills", "seed"), [(4, 1), pytest.param(40, 2, marks=pytest.mark.long)])
async def test_a_warehouse_whose_writers_are_killed(
    pool: Pool, database_url: str, tmp_path: Path, kills: int, seed: int
) -> None:
    busy = BusyShop(shop_on(postgres_ports(pool), Uuid7Generator(SystemClock())), seed)
    working = asyncio.create_task(busy.run())
    await kill_over_and_over(database_url, tmp_path, kills, random.Random(seed))
    engine = Engine(LIMITS, spill=tmp_path)
    store, facts = DuckDbFactStore(tmp_path, engine), DuckDbPurchaseFacts(tmp_path, engine)
    service = WarehouseService(source=PostgresFactSource(pool), store=store, clock=SystemClock())
    if await store.status() is not None:
        # Whatever moment it was: what is there is whole.
        assert (await facts.read(lambda view: view.summary(SCOPE))).orders > 0
    await service.sync()
    await asyncio.sleep(0.2)
    assert not working.done(), "they were killed while the shop went on"
    busy.stop.set()
    await working
    # From where the killed ones came to, by what has changed since.
    await service.sync()
    verified = await compared(pool, facts, service)
    assert [check for check in verified.checks if not check.agree] == []
    assert len(set(verified.watermarks.values())) == 1
    status = await store.status()
    assert status is not None
    assert status.orders - status.withdrawn > 50
    await service.compact()
    assert (await compared(pool, facts, service)).agree
    manifest = ManifestFile(tmp_path).read()
    assert manifest is not None
    assert parquet_files(tmp_path) == manifest.files | manifest.retired.keys(), "nothing is left of what was broken off"
    await engine.close()
