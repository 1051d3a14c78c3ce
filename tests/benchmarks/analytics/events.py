"""What the event log costs the write path: the same orders through the ports, with their events and without.

As `bench-jobs` does it: units of work on a durable PostgreSQL, 32 at once, in turns, without HTTP.
"""

import asyncio
import itertools
import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter
from typing import Final

import uvloop
from rich.console import Console

from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.caller import Caller
from domain.orders.order import Order, OrderLine
from domain.shared.events import Event
from domain.shared.ids import OrderId, uuid7
from tests.benchmarks.analytics.loading import LoadedShop
from tests.benchmarks.analytics.reports import Say
from tests.benchmarks.analytics.shop import CURRENCY

AT_ONCE, ORDERS, TURNS = 32, 400, 20
CALLER: Final = Caller("bench", request_id="bench")


def measure_events(shop: LoadedShop, console: Console, say: Say) -> None:
    """Prints two lines."""
    say(f"{ORDERS:,} orders with and without events, {TURNS} times")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_measured(shop.dsn))
    without, recording = (statistics.median(found[records]) * 1e6 for records in (False, True))
    ratio = statistics.median(more / less for less, more in zip(found[False], found[True], strict=True))
    console.print(
        f"unit of work that adds an order of three lines, {AT_ONCE} at once: {without:.0f} µs without its event, "
        f"{recording:.0f} µs with it; with / without {ratio:.2f} (median of {TURNS} pairs)"
    )


async def _measured(dsn: str) -> dict[bool, list[float]]:
    """Seconds an order, with an event or without, in turns."""
    pool = Pool(dsn)
    await pool.open()
    units, made = PostgresUnitsOfWork(pool), _orders()
    found: dict[bool, list[float]] = {False: [], True: []}
    for records in (False, True):
        await _added(units, made, records=records)
    for turn in range(TURNS):
        # Whoever comes second finds the log of writes as the first one left it.
        for records in (turn % 2 == 0, turn % 2 != 0):
            found[records].append(await _added(units, made, records=records))
    await pool.close()
    return found


async def _added(units: PostgresUnitsOfWork, made: Iterator[tuple[Order, Event]], *, records: bool) -> float:
    waiting = iter(list(itertools.islice(made, ORDERS)))

    async def caller() -> None:
        for order, event in waiting:
            async with units(CALLER) as uow:
                uow.orders.add(order)
                if records:
                    uow.record(event)
                await uow.commit()

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return (perf_counter() - began) / ORDERS


def _orders() -> Iterator[tuple[Order, Event]]:
    for _ in itertools.count():
        at = datetime.now(UTC)
        price = Decimal("12.50")
        lines = [OrderLine(number=n, sku=f"SKU{n}", quantity=1, unit_price=price) for n in (1, 2, 3)]
        yield Order.place(
            OrderId(uuid7(at, random.randbytes(10))),
            customer_id=None,
            channel="web",
            reference=None,
            currency=CURRENCY,
            placed_at=at,
            lines=lines,
            tax=Decimal(0),
            shipping=Decimal(0),
            at=at,
            by="bench",
        )
