"""What the facts in Snowflake alone have: rounds that break off anywhere, leases, names, views of somebody else's."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from snowflake.connector import errors
from sqlalchemy import text

from adapters.memory.event_signal import MemoryEventSignal
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from adapters.memory.warehouse import MemoryFactSource
from adapters.snowflake import facts as tables
from adapters.snowflake import following
from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.names import FactNames
from adapters.snowflake.purchases import SnowflakePurchaseFacts
from adapters.snowflake.stores import SnowflakeHealth
from adapters.snowflake.warehouse import SnowflakeFactStore
from application.analytics.freshness import FreshEnough
from application.analytics.service import AnalyticsService
from application.books.models import BookCreate
from application.customers.models import CustomerCreate, CustomerUpdate
from application.errors import OutcomeUnknown, ReadOnlyStore, Unavailable
from application.orders.models import OrderCreate, OrderLineCreate
from application.ports.purchases import PurchaseFacts
from application.ports.warehouse import Changed, FactStore, FactTable, Place, WarehouseBusy
from application.warehouse.following import WarehouseFollower
from application.warehouse.service import WarehouseService
from domain.analytics.scope import Scope
from tests.support.builders import MORNING, a_book
from tests.support.busy_shop import CALLER
from tests.support.clocks import SetClock
from tests.support.definition import AtOnce
from tests.support.facts import an_order_of, facts_of
from tests.support.memory_case import memory_ports
from tests.support.shops import Shop, shop_on
from tests.support.snapshots import assert_pinned

SCOPE = Scope(as_of=date(2999, 1, 1), currency="EUR")
PINNED = Path(__file__).parent / "snapshots"
ISBN = "9780141439587"
# Of each of these there is something to be told once it is brought forward.
REPORTS = ("summary", "top-products", "rfm", "pareto")


class Followed:
    """A shop in memory, and its facts in Snowflake."""

    def __init__(self, warehouse: Warehouse, names: FactNames, **how: Any) -> None:
        self.warehouse = warehouse
        self.names = names
        self.rows = MemoryStore()
        self.shop: Shop = shop_on(memory_ports(self.rows))
        self.store = SnowflakeFactStore(warehouse, names, **how)
        self.facts = SnowflakePurchaseFacts(warehouse, names)
        self.clock = SetClock()
        self.service = self.service_on(self.store)

    def service_on(self, store: FactStore) -> WarehouseService:
        """What brings a store forward, however long it is held up."""
        return WarehouseService(
            source=MemoryFactSource(self.rows), store=store, clock=self.clock, patience=timedelta(hours=1)
        )

    async def buy(self, customer_id: UUID | None = None, sku: str = "MUG") -> UUID:
        line = OrderLineCreate(sku=sku, quantity=1, unit_price="5")
        placed = await self.shop.orders.place(
            OrderCreate(currency="EUR", lines=[line], customer_id=customer_id), CALLER
        )
        return placed.id

    async def digests(self, facts: PurchaseFacts | None = None) -> dict[str, str]:
        """What reports say that between them ask each table."""
        service = AnalyticsService(facts=facts or self.facts, clock=self.clock, computation=AtOnce())
        found = {name: (await service.ask(name, [("as_of", "2999-01-01")])).answer_digest for name in REPORTS}
        found["customers"] = (await service.rfm_customers([("as_of", "2999-01-01")])).answer_digest
        return found

    async def of_records(self) -> dict[str, str]:
        return await self.digests(MemoryPurchaseFacts(self.rows))

    async def orders(self) -> int:
        return (await self.facts.read(lambda view: view.summary(SCOPE))).orders

    async def count(self, table: str) -> int:
        (row,) = await self.warehouse.ask("test.count", text(f"SELECT COUNT(*) AS many FROM {table}"))
        return int(row["many"])


@pytest.fixture
def followed(warehouse: Warehouse, fact_names: FactNames) -> Followed:
    return Followed(warehouse, fact_names, lease=timedelta(seconds=1))


@contextmanager
def breaking(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, at: int | str, *, after: bool
) -> Iterator[list[str]]:
    """The statement of this number or text fails, before it is sent or after it has worked; gives those sent."""
    dialect = warehouse._engine.dialect
    execute, sent = dialect.do_execute, []

    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        sent.append(statement)
        broken = at in (len(sent) - 1, statement)
        if not broken or after:
            execute(cursor, statement, parameters, context)
        if broken:
            raise errors.OperationalError(msg="gone", errno=250001)

    with monkeypatch.context() as patched:
        patched.setattr(dialect, "do_execute", do_execute)
        yield sent


class TestBrokenOff:
    async def test_a_round_that_breaks_off_anywhere_has_its_effect_once(
        self, warehouse: Warehouse, fact_names: FactNames, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        followed = Followed(warehouse, fact_names)
        ada = await followed.shop.customers.create(CustomerCreate(name="Ada", reference="A"), CALLER)
        await followed.shop.books.create(BookCreate(title="Emma", author="Jane Austen", isbn=ISBN), CALLER)
        first = await followed.buy(ada.id, ISBN)
        await followed.buy(ada.id)
        await followed.service.sync()
        # The first round found nothing, so the second one makes sure of the tables once more.
        before = await followed.service.sync()
        answered = await followed.digests()
        assert answered == await followed.of_records()
        await followed.shop.orders.cancel(first, CALLER)
        await followed.buy(ada.id, ISBN)
        await followed.shop.customers.update(ada.id, CustomerUpdate(reference="B"), CALLER)
        with (
            breaking(warehouse, monkeypatch, "COMMIT", after=False) as sent,
            pytest.raises(OutcomeUnknown),
        ):
            await followed.service.sync()
        # What is staged is alike for every table.
        verbs = [statement.split()[0] for statement in sent]
        steps = [n for n, verb in enumerate(verbs) if verb not in ("CREATE", "PUT", "COPY") or verb not in verbs[:n]]
        for step in steps[: steps.index(verbs.index("COMMIT"))]:
            with breaking(warehouse, monkeypatch, step, after=bool(step % 2)), pytest.raises(Unavailable):
                await followed.service.sync()
            assert await followed.store.status() == before, sent[step]
            # As if the lease of one that was killed were over.
            await warehouse.run(
                lambda session: session.exec_driver_sql(f"UPDATE {fact_names.writers} SET holder = NULL")
            )
        assert await followed.digests() == answered
        synced = await followed.service.sync()
        assert (synced.orders, synced.sales, synced.place.sequence) == (2, 2, len(followed.rows.events))
        assert await followed.digests() == await followed.of_records() != answered
        assert await followed.count(followed.names.orders) == 3

    async def test_a_commit_that_is_lost_is_told_and_made_good(
        self, followed: Followed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await followed.service.sync()
        await followed.buy()
        for n, after in enumerate((False, True)):
            with (
                breaking(followed.warehouse, monkeypatch, "COMMIT", after=after),
                pytest.raises(OutcomeUnknown, match="sync again"),
            ):
                await followed.service.sync()
            assert await followed.orders() == n + after
            await followed.service.sync()
            assert await followed.orders() == n + 1
            await followed.buy()

    async def test_no_file_is_left_and_none_is_for_others(
        self, followed: Followed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        odd = tmp_path / "it's a folder"
        odd.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(odd))
        store = SnowflakeFactStore(followed.warehouse, followed.names, file_bytes=1)
        modes: list[int] = []
        told = facts_of(1, None, an_order_of(a_book().id, None, "5"), an_order_of(a_book().id, None, "6"))

        async def parts() -> AsyncIterator[Any]:
            async for part in told.parts:
                yield part
                modes.extend(one.stat().st_mode & 0o077 for one in odd.iterdir())
            if len(modes) > 4:
                raise RuntimeError("broken off")

        async with store.writing() as writer:
            assert (await writer.take(replace(told, parts=parts()), at=MORNING)).sales == 2
            with pytest.raises(ValueError, match="told of orders cannot be read"):
                await writer.take(facts_of(2, Changed(), {FactTable.ORDERS: b"1,2\n"}), at=MORNING)
        assert modes == [0] * 4
        assert list(odd.iterdir()) == []


class TestOneWriter:
    async def test_a_writer_that_was_killed_holds_others_up_for_its_lease_alone(
        self, warehouse: Warehouse, fact_names: FactNames
    ) -> None:
        one = SnowflakeFactStore(warehouse, fact_names, lease=timedelta(seconds=2))
        another = SnowflakeFactStore(warehouse, fact_names, lease=timedelta(seconds=2))
        # As if its process had stopped: nothing keeps it any more. Here it is still kept now and then.
        over = f"UPDATE {fact_names.writers} SET held_until = DATEADD(second, -1, CURRENT_TIMESTAMP())"
        async with AsyncExitStack() as writers:
            writer = await writers.enter_async_context(one.writing())
            await asyncio.sleep(2.5)
            with pytest.raises(WarehouseBusy):
                await another.writing().__aenter__()  # it was kept
            for _ in range(20):
                await warehouse.run(lambda session: session.exec_driver_sql(over))
                with suppress(WarehouseBusy):
                    heir = await writers.enter_async_context(another.writing())
                    break
            else:
                pytest.fail("nobody could take over")
            with pytest.raises(WarehouseBusy):
                await writer.take(facts_of(9, None, an_order_of(a_book().id, None, "5")), at=MORNING)
            assert (await heir.take(facts_of(1, None), at=MORNING)).orders == 0
        status = await another.status()
        assert status is not None
        assert status.place.sequence == 1
        async with one.writing():
            pass


class TestNames:
    @pytest.fixture
    async def marts(self, snowflake_connection: SnowflakeConnection) -> AsyncIterator[str]:
        """Another schema of the same database."""
        name = f"DAYBOOK_TEST_{uuid4().hex[:12].upper()}"
        keeper = Warehouse(snowflake_connection, sessions=1)
        await keeper.run(lambda session: session.exec_driver_sql(f"CREATE SCHEMA {name}"))
        yield name
        await keeper.run(lambda session: session.exec_driver_sql(f"DROP SCHEMA {name} CASCADE"))
        await keeper.close()

    async def test_facts_are_kept_and_read_under_any_names(
        self, warehouse: Warehouse, snowflake_connection: SnowflakeConnection, marts: str
    ) -> None:
        names = FactNames.of(
            snowflake_connection.database,
            snowflake_connection.schema,
            names={
                "orders": f"{marts}.PURCHASES",
                "sales": f'{snowflake_connection.database}.{marts}."Lines sold"',
                "books": f"{marts}.books",
                "places": f"{marts}.seen_up_to",
            },
        )
        shop = Followed(warehouse, names)
        await shop.shop.books.create(BookCreate(title="Emma", author="Jane Austen", isbn=ISBN), CALLER)
        await shop.buy(sku=ISBN)
        await shop.service.sync()
        assert await shop.digests() == await shop.of_records()
        assert await shop.count(f'{marts}."Lines sold"') == 1
        assert await shop.count("sale_facts") == 0
        usual = SnowflakeFactStore(warehouse, FactNames.of(snowflake_connection.database, snowflake_connection.schema))
        assert await usual.status() is None, "another place"

    async def test_views_of_somebody_else_are_read_and_never_written(
        self, followed: Followed, snowflake_connection: SnowflakeConnection, marts: str
    ) -> None:
        ada = await followed.shop.customers.create(CustomerCreate(name="Ada", reference="A"), CALLER)
        await followed.shop.books.create(BookCreate(title="Emma", author="Jane Austen", isbn=ISBN), CALLER)
        await followed.buy(ada.id, ISBN)
        await followed.service.sync()
        names = FactNames.of(snowflake_connection.database, marts, views=True)
        for statement in views_of(followed.names, names):
            await followed.warehouse.run(lambda session, sql=statement: session.exec_driver_sql(sql))  # type: ignore[misc]  # mypy infers no lambda with a default
        theirs = SnowflakePurchaseFacts(followed.warehouse, names)
        assert await followed.digests(theirs) == await followed.of_records()
        assert await theirs.read(lambda view: view.watermark()) == await followed.facts.read(
            lambda view: view.watermark()
        )
        revision = await theirs.revision()
        health = await SnowflakeHealth(followed.warehouse, names).check()
        assert (health.ok, health.migrated, health.detail) == (True, True, None)
        times = 0

        async def question(view: Any) -> int:
            nonlocal times
            times += 1
            if times == 1:
                await followed.buy(ada.id)
                await followed.service.sync()
            return (await view.summary(SCOPE)).orders  # type: ignore[no-any-return]  # a PurchaseView

        assert await theirs.read(question) == 2
        assert times == 2, "asked again, since the views changed meanwhile"
        assert await theirs.revision() != revision
        for store in (
            SnowflakeFactStore(followed.warehouse, names),
            SnowflakeFactStore(followed.warehouse, replace(names, views=False)),
        ):
            with pytest.raises(ReadOnlyStore, match="SNOWFLAKE_FACTS=views"):
                await store.writing().__aenter__()
            # At once: there is nobody to wait for.
            with pytest.raises(ReadOnlyStore):
                await followed.service_on(store).sync()

    async def test_a_place_that_is_not_there_is_said(self, warehouse: Warehouse, fact_names: FactNames) -> None:
        nowhere = replace(fact_names, places=f"{fact_names.places}_nowhere", views=True)
        health = await SnowflakeHealth(warehouse, nowhere).check()
        assert (health.ok, health.migrated) == (True, False)
        assert health.detail == f"{nowhere.places} has no row, or this role may not read it"
        with pytest.raises(Unavailable, match="`daybook warehouse sync` makes them"):
            await SnowflakePurchaseFacts(warehouse, nowhere).revision()
        with pytest.raises(Unavailable, match="never written: run `daybook warehouse sync`"):
            await SnowflakePurchaseFacts(warehouse, fact_names).revision()


def views_of(names: FactNames, views: FactNames) -> Iterator[str]:
    """Views as a team may have them: ids as it writes them, moments without a zone, more columns than are asked for."""
    hyphens = "UPPER(SUBSTR({0}, 1, 8) || '-' || SUBSTR({0}, 9)) AS {0}"
    for table in FactTable:
        picked = ", ".join(
            hyphens.format(one.name) if one.name.endswith("id") else one.name for one in tables.columns(table)
        )
        rows = f"SELECT {picked}, 'theirs' AS source FROM {names.of_table(table)} WHERE withdrawn IS NULL"
        yield f"CREATE VIEW {views.of_table(table)} AS {rows}"
    newest = f"SELECT MAX(generation) AS generation, MAX(watermark) AS watermark FROM {names.places}"
    yield f"CREATE VIEW {views.places} AS {newest}"


async def test_questions_are_answered_by_who_is_fresh_enough(followed: Followed) -> None:
    records = MemoryPurchaseFacts(followed.rows)
    fresh = FreshEnough(warehouse=followed.facts, records=records, service=followed.service)
    await followed.buy()
    assert await fresh.store(None) is records, "there is no warehouse yet"
    await followed.service.sync()
    assert await fresh.store(0) is followed.facts
    await followed.buy()
    followed.clock.at = followed.shop.clock.pass_by(minutes=1)
    assert await fresh.store(None) is followed.facts
    assert await fresh.store(60) is followed.facts
    assert await fresh.store(59) is records
    lag = await followed.service.status()
    assert (lag.lag_seconds, lag.status.orders, lag.status.segments) == (60, 1, None)


async def reached(followed: Followed, watermark: int) -> None:
    for _ in range(1000):
        status = await followed.store.status()
        if status is not None and status.place.watermark == watermark:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"event {watermark} has not reached the warehouse")


async def test_the_warehouse_follows_the_events(followed: Followed) -> None:
    follower = asyncio.create_task(
        WarehouseFollower(
            service=followed.service,
            store=followed.store,
            signal=MemoryEventSignal(followed.rows),
            clock=followed.clock,
            every=0.05,
            idle=60,
        ).follow()
    )
    for n in range(1, 4):
        await followed.buy()
        await reached(followed, n)
        assert await followed.orders() == n
    follower.cancel()
    await asyncio.wait([follower])


def test_the_sql_of_a_round_is_as_pinned() -> None:
    names = FactNames.of("DAYBOOK", "PUBLIC", names={"sales": 'MARTS."Lines sold"'})
    at = datetime(2026, 3, 1, tzinfo=UTC)
    place = Place(sequence=7, watermark=9, event="0199-x:1")
    parts = [following.kinds_of(names), *tables.create(names), following.introduce(names)]
    parts.append(following.hold(names, "holder", 30))
    parts.append(following.stage(following.CHANGED, following.CHANGED_COLUMNS))
    for table in FactTable:
        columns = [one.name for one in tables.columns(table)]
        parts.append(following.stage(following.staged(table), columns))
        parts += following.upload(following.staged(table), columns, f"/folder/{table}.parquet")
    parts += [following.newest(names), *following.empty(names)]
    parts += [following.withdraw(names, table, 3) for table in FactTable]
    parts += [following.add(names, table, 3) for table in FactTable]
    parts += [following.count(names), following.arrive(names, place, 3, (1, 2, 3, 4), at)]
    parts += [following.needed(names, at), *following.forget(names, tuple(FactTable), 2)]
    parts += [following.forget_places(names, 2), following.recount(names, (1, 2, 3, 4))]
    parts.append(following.release(names, "holder"))
    assert_pinned(PINNED / "snowflake_facts.sql", "".join(f"{part};\n\n" for part in parts))
