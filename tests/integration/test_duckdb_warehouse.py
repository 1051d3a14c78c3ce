"""What the embedded warehouse alone has: files, days of zones, statements that are broken off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.duckdb.engine import Engine
from adapters.duckdb.manifest import FORMAT, ManifestFile
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.stores import DuckDbHealth
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.duckdb.zones import latest_day, local_day
from adapters.memory.event_signal import MemoryEventSignal
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from adapters.memory.warehouse import MemoryFactSource
from application.analytics.freshness import FreshEnough
from application.analytics.service import AnalyticsService
from application.customers.models import CustomerCreate, CustomerUpdate
from application.errors import Conflict, Unavailable
from application.orders.models import OrderCreate, OrderLineCreate
from application.ports.purchases import PurchaseView
from application.warehouse.following import WarehouseFollower
from application.warehouse.service import WarehouseService
from domain.analytics.scope import Scope
from tests.support.busy_shop import CALLER
from tests.support.clocks import SetClock
from tests.support.definition import AtOnce
from tests.support.duckdb_case import LIMITS
from tests.support.histories import ZONES
from tests.support.memory_case import memory_ports
from tests.support.shops import Shop, shop_on

SCOPE = Scope(as_of=date(2999, 1, 1), currency="EUR")


class Place:
    """A shop in memory, and its warehouse in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = MemoryStore()
        self.shop: Shop = shop_on(memory_ports(self.rows))
        self.engine = Engine(LIMITS, spill=folder / "spilled")
        self.store = DuckDbFactStore(folder, self.engine)
        self.facts = DuckDbPurchaseFacts(folder, self.engine)
        self.clock = SetClock()
        self.service = WarehouseService(
            source=MemoryFactSource(self.rows), store=self.store, clock=self.clock, patience=timedelta()
        )

    async def buy(self, customer_id: UUID | None = None, *, currency: str = "EUR") -> UUID:
        line = OrderLineCreate(sku="MUG", quantity=1, unit_price="5")
        placed = await self.shop.orders.place(
            OrderCreate(currency=currency, lines=[line], customer_id=customer_id), CALLER
        )
        return placed.id

    async def enrol(self) -> None:
        await self.shop.customers.create(CustomerCreate(name="Ada Lovelace"), CALLER)

    async def orders(self) -> int:
        return (await self.facts.read(lambda view: view.summary(SCOPE))).orders

    def all_bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    yield made
    await made.engine.close()


@settings(max_examples=60, deadline=None)
@given(
    tz=st.sampled_from(ZONES),
    years=st.tuples(st.integers(1900, 2100), st.integers(0, 12)),
    data=st.data(),
)
def test_days_are_those_of_the_zone(tz: str, years: tuple[int, int], data: st.DataObject) -> None:
    first, last = years[0], years[0] + years[1]
    begin, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    within = (end - begin) // timedelta(microseconds=1) - 1
    moments = [begin + timedelta(microseconds=one) for one in data.draw(st.lists(st.integers(0, within), min_size=1))]
    # Each quarter of an hour of the days on which the offset changes, and the moment before it.
    zone, at = ZoneInfo(tz), begin
    while at < end:
        later = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            quarters = [at + timedelta(minutes=15 * n) for n in range(97)]
            moments += [*quarters, *(one - timedelta(microseconds=1) for one in quarters)]
        at = later
    moments = [one for one in moments if first <= one.year <= last]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO day(moment) AS {local_day(tz, first, last)}")
        plain = [one.replace(tzinfo=None) for one in moments]
        found = connection.execute("SELECT day(unnest($1::TIMESTAMP[]))", [plain]).fetchall()
    assert [day for (day,) in found] == [one.astimezone(zone).date() for one in moments]


@settings(max_examples=60, deadline=None)
@given(
    tz=st.sampled_from(ZONES),
    latest=st.integers(0, 260 * 366 * 24).map(lambda hours: datetime(1840, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    hours=st.integers(-50, 50),
)
@example(tz="America/Sao_Paulo", latest=datetime(2018, 2, 18, 2, 30, tzinfo=UTC), hours=0)
@example(tz="America/St_Johns", latest=datetime(2009, 11, 1, 2, 31, tzinfo=UTC), hours=0)
@example(tz="Asia/Manila", latest=datetime(1844, 12, 31, 15, 56, tzinfo=UTC), hours=1)
def test_no_day_is_later_than_the_latest(tz: str, latest: datetime, hours: int) -> None:
    zone = ZoneInfo(tz)
    # Near the last change of the offset, if there was one in the half year before.
    for days in range(183):
        at = latest - timedelta(days=days)
        if (at - timedelta(days=1)).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            latest = at + timedelta(hours=hours)
            break
    days_until = {(latest - timedelta(minutes=n)).astimezone(zone).date() for n in range(3 * 24 * 60)}
    assert latest_day(tz, latest) == max(days_until)


def test_past_the_last_day_that_there_is_nothing_is_known() -> None:
    assert latest_day("Asia/Tokyo", datetime.max.replace(tzinfo=UTC)) == date.max


async def test_days_and_currencies_are_looked_at_where_they_may_be_others(place: Place) -> None:
    asked: list[str] = []
    facts = DuckDbPurchaseFacts(
        place.folder, place.engine, observer=lambda name, sql, seconds, error: asked.append(sql)
    )
    tomorrow = place.shop.clock.now().date() + timedelta(days=1)

    async def told(as_of: date) -> tuple[int, int, bool]:
        """Orders, different products of all baskets, and whether nothing was looked at."""
        asked.clear()
        found = await facts.read(lambda view: view.summary(Scope(as_of=as_of, currency="EUR")))
        return found.orders, found.basket_items, not any(" currency" in sql or "placed_at <" in sql for sql in asked)

    for _ in range(2):
        await place.buy()
        await place.service.sync()
    assert await told(tomorrow) == (2, 2, True)
    assert await told(tomorrow - timedelta(days=1)) == (0, 0, False)
    # As an earlier program wrote it.
    kept = ManifestFile(place.folder)
    manifest = kept.read()
    assert manifest is not None
    kept.write(replace(manifest, segments=tuple(replace(one, latest=None) for one in manifest.segments)))
    assert await told(tomorrow) == (2, 2, False)
    await place.service.compact()
    assert await told(tomorrow) == (2, 2, True)
    await place.buy(currency="SEK")
    await place.service.sync()
    assert await told(tomorrow) == (2, 2, False)


async def test_of_the_erased_no_byte_is_left(place: Place) -> None:
    ada = await place.shop.customers.create(CustomerCreate(name="Ada Lovelace", reference="PSEUDONYM-17"), CALLER)
    await place.buy(ada.id)
    await place.service.sync()
    assert b"PSEUDONYM-17" in place.all_bytes()
    assert b"Lovelace" not in place.all_bytes()
    await place.shop.erasures.erase(ada.id, CALLER)
    await place.service.sync()
    found = await place.facts.read(lambda view: view.summary(SCOPE))
    assert (found.orders, found.customers) == (1, 1), "what was bought stays bought, by the same person"
    place.clock.pass_by(minutes=1.1)
    await place.service.compact()
    assert b"PSEUDONYM-17" not in place.all_bytes()


async def test_a_changed_reference_is_that_of_the_next_answer(place: Place) -> None:
    ada = await place.shop.customers.create(CustomerCreate(name="Ada", reference="OLD"), CALLER)
    await place.buy(ada.id)
    await place.service.sync()
    await place.shop.customers.delete(ada.id, CALLER)
    analytics = AnalyticsService(facts=place.facts, clock=place.clock, computation=AtOnce())
    for reference in ("OLD", "NEW"):
        (one,) = (await analytics.rfm_customers([("as_of", "2999-01-01")])).data
        assert one.key == reference
        await place.shop.customers.restore(ada.id, CALLER)
        await place.shop.customers.update(ada.id, CustomerUpdate(reference="NEW"), CALLER)
        await place.shop.customers.delete(ada.id, CALLER)
        await place.service.sync()


async def test_a_cancelled_question_stops_counting(place: Place) -> None:
    cursor = place.engine.cursor()
    forever = "SELECT count(*) FROM range(10000000000) AS a, range(1000) AS b"
    running = asyncio.create_task(place.engine.run(cursor, lambda it: it.execute(forever)))
    await asyncio.sleep(0.2)
    began = perf_counter()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert perf_counter() - began < 5
    assert await place.engine.run(cursor, lambda it: it.execute("SELECT 7").fetchone()) == (7,)


async def test_a_file_that_went_away_is_read_in_its_new_place(place: Place) -> None:
    await place.buy()
    await place.service.sync()

    async def question(view: PurchaseView) -> int:
        before = ManifestFile(place.folder).read()
        assert before is not None
        if before.generation == 1:
            # Nobody keeps the files of this question.
            await place.buy()
            await place.service.rebuild()
            for name in before.files:
                (place.folder / name).unlink()
        return (await view.summary(SCOPE)).orders

    assert await place.facts.read(question) == 2


async def test_a_manifest_that_cannot_be_read_says_what_to_do(place: Place) -> None:
    await place.buy()
    await place.service.sync()
    path = place.folder / "manifest.json"
    for broken in (b'{"format": 99', path.read_bytes().replace(b'"format":%d' % FORMAT, b'"format":99')):
        path.write_bytes(broken)
        with pytest.raises(Unavailable, match="daybook warehouse rebuild"):
            await place.orders()
        health = await DuckDbHealth(place.folder).check()
        assert not health.ok
        await place.service.sync()
        assert await place.orders() == 1


async def test_who_cannot_write_is_told_and_the_folder_is_as_it_was(place: Place) -> None:
    await place.buy()
    await place.service.sync()
    async with place.store.writing():
        with pytest.raises(Conflict, match="another process writes"):
            await place.service.sync()
    before = sorted(path.name for path in place.folder.glob("*.parquet"))
    await place.service.sync()
    assert sorted(path.name for path in place.folder.glob("*.parquet")) == before, "there was nothing new"


async def test_questions_are_answered_by_who_is_fresh_enough(place: Place) -> None:
    records = MemoryPurchaseFacts(place.rows)
    fresh = FreshEnough(warehouse=place.facts, records=records, service=place.service)
    analytics = AnalyticsService(facts=place.facts, clock=place.clock, computation=AtOnce(), fresh=fresh)

    async def answered(**parameters: str) -> tuple[str, int]:
        answer = await analytics.ask("summary", [("as_of", "2999-01-01"), *parameters.items()])
        return answer.store, answer.watermark

    await place.buy()
    assert await answered() == ("memory", 1), "there is no warehouse yet"
    await place.service.sync()
    assert await answered(max_lag="0") == ("duckdb", 1)
    await place.buy()
    place.clock.at = place.shop.clock.pass_by(minutes=1)
    assert await answered() == ("duckdb", 1)
    assert await answered(max_lag="60") == ("duckdb", 1)
    assert await answered(max_lag="59") == ("memory", 2)
    assert (await place.service.status()).lag_seconds == 60
    await place.service.sync()
    assert await answered(max_lag="0") == ("duckdb", 2)
    strict = FreshEnough(warehouse=place.facts, records=records, service=place.service, max_lag=0)
    assert await strict.store(None) is place.facts
    await place.buy()
    place.clock.at = place.shop.clock.pass_by(minutes=1)
    assert await strict.store(None) is records
    assert await strict.store(60) is place.facts
    nobody_knows = FreshEnough(warehouse=place.facts, records=records, service=None)
    assert await nobody_knows.store(None) is place.facts
    assert await nobody_knows.store(60) is records


async def test_new_names_alone_may_wait_and_what_is_sold_does_not(place: Place) -> None:
    async def round_of_one_who_waits() -> int:
        async with place.store.writing() as writer:
            wait = timedelta(minutes=10)
            return (await place.service.brought_forward(writer, names_wait=wait)).place.watermark

    await place.buy()
    assert await round_of_one_who_waits() == 1
    await place.enrol()
    place.clock.pass_by(minutes=9)
    assert await round_of_one_who_waits() == 1, "a customer alone waits"
    place.clock.pass_by(minutes=1)
    assert await round_of_one_who_waits() == 2
    await place.enrol()
    await place.buy()
    assert await round_of_one_who_waits() == 4, "no fact waits"
    await place.enrol()
    assert (await place.service.sync()).place.watermark == 5, "nor does who asks for it"


async def reached(place: Place, watermark: int) -> None:
    for _ in range(1000):
        status = await place.store.status()
        if status is not None and status.place.watermark == watermark:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"event {watermark} has not reached the warehouse")


async def test_the_warehouse_follows_the_events(place: Place) -> None:
    followers = [
        asyncio.create_task(
            WarehouseFollower(
                service=place.service,
                store=place.store,
                signal=MemoryEventSignal(place.rows),
                clock=place.clock,
                every=0.05,
            ).follow()
        )
        for _ in range(2)
    ]
    for n in range(1, 21):
        await place.buy()
        await reached(place, n)
        assert await place.orders() == n
    status = await place.store.status()
    assert status is not None
    assert status.segments is not None
    assert status.segments < 17, "small ones are joined on the way"
    for one in followers:
        one.cancel()
    await asyncio.wait(followers)
