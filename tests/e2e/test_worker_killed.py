"""`daybook worker`, killed at random points while it confirms orders and sends webhooks, and told to stop meanwhile.

No job is lost, and of each effect comes what is promised: one file for each order, however often it was written, and
one delivery for each event, of which the receiver hears at least once, by the same id.
"""

import asyncio
import random
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.books import PostgresBookReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.orders import PostgresOrderReader, PostgresReturnReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.caller import Caller
from application.orders.models import OrderCreate, OrderLineCreate
from application.orders.service import OrderService
from tests.support.builders import a_customer
from tests.support.daybook_process import environment
from tests.support.forked import Piped
from tests.support.mailers import taken_apart
from tests.support.pools import eventually
from tests.support.receivers import Receiver, Reply
from tests.support.webhooks import a_webhook

HEARTBEAT = 1
GRACE = 1
# No more than a process sends to one endpoint at once, since the rest would wait for its turn.
CONCURRENCY = 4
BEHIND = 30
"""Orders that may wait to be told of: whoever starts slowly shall not find hours of work."""
CALLER = Caller("ada")

Worker = Piped
Start = Callable[[], Worker]


class Shop:
    """Takes orders of one customer, each to be confirmed by mail and told to `receiver`."""

    def __init__(self, pool: Pool, receiver: Receiver, mail: Path) -> None:
        clock = SystemClock()
        self.pool, self.receiver, self.mail = pool, receiver, mail
        self.placed: list[UUID] = []
        self._units = PostgresUnitsOfWork(pool)
        self._customer = a_customer(email="ada@example.org", at=clock.now())
        self._webhook = a_webhook("order.placed", url=receiver.url, at=clock.now())
        self._orders = OrderService(
            units=self._units,
            orders=PostgresOrderReader(pool),
            returns=PostgresReturnReader(pool),
            customers=PostgresCustomerReader(pool),
            books=PostgresBookReader(pool),
            clock=clock,
            ids=Uuid7Generator(clock),
        )

    async def open(self) -> None:
        async with self._units(CALLER) as uow:
            uow.customers.add(self._customer)
            uow.webhooks.add(self._webhook)
            await uow.commit()

    async def place(self, many: int = 1) -> None:
        lines = [OrderLineCreate(sku="TOTE", quantity=2, unit_price="4.50")]
        new = OrderCreate(currency="GBP", lines=lines, customer_id=self._customer.id)
        for _ in range(many):
            self.placed.append((await self._orders.place(new, CALLER)).id)

    async def value(self, query: str, *values: object) -> Any:
        async with self.pool.acquire() as connection:
            return await connection.fetchval(query, *values)

    async def is_followed(self) -> bool:
        """Whether both consumers are there: a new one begins with what comes after it."""
        return bool(await self.value("SELECT count(*) FROM event_consumers") == 2)

    async def all_is_done(self) -> bool:
        """Whether the consumers have dealt with every order, and the worker with every job."""
        query = """
            SELECT (SELECT count(*) FROM deliveries) = $1
                AND (SELECT count(*) FROM jobs WHERE kind = 'order-confirmation') = $1
                AND NOT EXISTS (SELECT FROM jobs WHERE state IN ('waiting', 'running'))
        """
        return bool(await self.value(query, len(self.placed)))


@pytest.fixture
async def shop(pool: Pool, tmp_path: Path) -> AsyncIterator[Shop]:
    # So long that with the orders below some are being told of at nearly every moment, and can be caught by a kill.
    async with Receiver(Reply(delay=0.2)) as receiver:
        opened = Shop(pool, receiver, tmp_path / "mail")
        await opened.open()
        yield opened


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts `daybook worker`; those that are left are killed."""
    started: list[Worker] = []
    mail = {"MAIL_TRANSPORT": "folder", "MAIL_FOLDER": "mail", "MAIL_FROM_ADDRESS": "orders@shop.example"}
    settings = environment(
        DATABASE_URL=database_url,
        WORKER_HEARTBEAT_SECONDS=str(HEARTBEAT),
        WORKER_GRACE_SECONDS=str(GRACE),
        WORKER_CONCURRENCY=str(CONCURRENCY),
        WEBHOOKS_ALLOWED_NETWORKS="127.0.0.0/8",
        MAIL_ORDER_CONFIRMATIONS="true",
        **mail,
    )

    def one() -> Worker:
        worker = Piped("worker", folder=tmp_path, environment=settings)
        started.append(worker)
        return worker

    yield one
    for worker in started:
        worker.close()


async def ready(worker: Worker) -> None:
    assert "takes jobs" in await asyncio.to_thread(worker.stdout.readline)


async def ended(worker: Worker) -> int:
    return await asyncio.to_thread(worker.wait, 30)


async def killed(shop: Shop, start: Start, kills: int, seed: int) -> None:
    chance, enough = random.Random(seed), asyncio.Event()

    async def load() -> None:
        while not enough.is_set():
            if len(shop.placed) - len(shop.receiver.received) < BEHIND:
                await shop.place(chance.choice([1, 1, 3]))
            await asyncio.sleep(0.1)

    async def picked_up() -> bool:
        still = "SELECT count(*) FROM jobs JOIN unnest($1::uuid[], $2::integer[]) AS cut(id, lease) USING (id, lease)"
        ids, leases = [row["id"] for row in cut_off], [row["lease"] for row in cut_off]
        return not await shop.value(f"{still} WHERE state = 'running'", ids, leases)

    worker = start()
    await ready(worker)
    await eventually(shop.is_followed, within=30, every=0.05)
    loading, caught = asyncio.create_task(load()), 0
    for _ in range(kills):
        await asyncio.sleep(0.2 + chance.random())
        worker.kill()
        await ended(worker)
        async with shop.pool.acquire() as connection:
            cut_off = await connection.fetch("SELECT id, lease FROM jobs WHERE state = 'running'")
        caught += len(cut_off)
        worker = start()
        if chance.random() < 0.2:  # while it starts, too
            await asyncio.sleep(chance.random() / 4)
            worker.kill()
            await ended(worker)
            worker = start()
        await ready(worker)
        began = time.monotonic()
        await eventually(picked_up, within=HEARTBEAT + 5, every=0.02)
        assert time.monotonic() - began < HEARTBEAT + 5
    enough.set()
    await loading
    await eventually(shop.all_is_done, within=60, every=0.1)
    assert caught, "jobs ran when it was killed"
    await holds_what_is_promised(shop)


async def holds_what_is_promised(shop: Shop) -> None:
    many = len(shop.placed)
    assert await shop.value("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0
    assert await shop.value("SELECT count(*) FROM pgqueuer.pgqueuer") == 0
    confirmed = "SELECT count(DISTINCT arguments->>'order_id') FROM jobs WHERE kind = 'order-confirmation'"
    assert await shop.value(confirmed) == many
    assert await shop.value("SELECT count(*) FROM jobs WHERE kind = 'order-confirmation'") == many
    assert await shop.value("SELECT count(*) FROM deliveries WHERE state = 'delivered' AND attempt_count = 1") == many

    # What was under way in the folder has a name that begins with a dot.
    files = [one for one in shop.mail.iterdir() if not one.name.startswith(".")]
    assert {one.name for one in files} == {f"order-confirmation.{one}@shop.example.eml" for one in shop.placed}
    for one in files:
        got = taken_apart(one.read_bytes())
        assert (got.to[1], got.text[-8:], (got.html or "")[-8:]) == ("ada@example.org", "Daybook\n", "</html>\n")

    bodies: dict[str, set[bytes]] = defaultdict(set)
    for received in shop.receiver.received:
        bodies[received.headers["webhook-id"]].add(received.body)
    async with shop.pool.acquire() as connection:
        ids = {str(row["id"]) for row in await connection.fetch("SELECT id FROM deliveries")}
    assert bodies.keys() == ids
    assert all(len(each) == 1 for each in bodies.values())


async def test_killed_under_load_no_job_is_lost_and_what_is_promised_holds(shop: Shop, start: Start) -> None:
    await killed(shop, start, kills=3, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
async def test_killed_a_hundred_times(shop: Shop, start: Start, seed: int) -> None:
    await killed(shop, start, kills=25, seed=seed)


async def test_told_to_stop_it_ends_what_it_runs_or_hands_it_back(shop: Shop, start: Start) -> None:
    shop.receiver.replies = [Reply(delay=0.5), Reply(delay=0.5), Reply(delay=12)]
    worker = start()
    await ready(worker)
    await eventually(shop.is_followed, within=30, every=0.05)
    await shop.place(3)
    await eventually(lambda: len(shop.receiver.received) == 3, within=30)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert await ended(worker) == 0
    assert time.monotonic() - began < GRACE + 3
    assert await shop.value("SELECT count(*) FROM jobs WHERE state = 'running'") == 0
    assert await shop.value("SELECT count(*) FROM deliveries WHERE state = 'delivered'") == 2
    back = (
        "SELECT count(*) FROM jobs WHERE kind = 'webhook-delivery' AND state = 'waiting' AND attempt = 0 AND lease = 1"
    )
    assert await shop.value(back) == 1
    queued = (
        "SELECT count(*) FROM pgqueuer.pgqueuer AS delivery JOIN jobs ON jobs.id = CAST(delivery.dedupe_key AS uuid)"
        " WHERE jobs.kind = 'webhook-delivery' AND delivery.status = 'queued'"
    )
    assert await shop.value(queued) == 1
