"""A follower of events into a warehouse, to be killed: its arguments are URL FOLDER SEED.

It says `begun` before it writes for the first time, and rebuilds and compacts whole more often than anybody would.
"""

import asyncio
import random
import sys
from pathlib import Path

from adapters.duckdb.engine import Engine
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.postgres.pool import Pool
from adapters.postgres.warehouse import PostgresFactSource
from adapters.system.system import SystemClock
from application.errors import Conflict
from application.ports.warehouse import FactStore
from application.warehouse.service import WarehouseService
from tests.support.duckdb_case import LIMITS


async def _work(url: str, folder: Path, seed: int) -> None:
    """Writes until it is killed."""
    chance, clock = random.Random(seed), SystemClock()
    pool = Pool(url)
    await pool.open()
    store = DuckDbFactStore(folder, Engine(LIMITS, spill=folder))
    service = WarehouseService(source=PostgresFactSource(pool), store=store, clock=clock)
    print("begun", flush=True)
    while True:
        await asyncio.sleep(0.02)
        try:
            await _written(service, store, chance)
        except Conflict:
            continue  # the other process is at it


async def _written(service: WarehouseService, store: FactStore, chance: random.Random) -> None:
    if chance.random() < 0.1:
        await service.rebuild()
    async with store.writing() as writer:
        await service.brought_forward(writer)
        await writer.compact(whole=chance.random() < 0.3, at=SystemClock().now())
        await writer.tidy(at=SystemClock().now())


def main() -> None:
    """With what the command line says."""
    asyncio.run(_work(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
