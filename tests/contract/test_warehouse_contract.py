"""What application/ports/warehouse.py promises."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from application.caller import Caller
from application.errors import Conflict
from application.ports.history import HistoryBatch
from application.ports.unit_of_work import UnitsOfWork
from application.ports.warehouse import (
    Changed,
    FactPart,
    Facts,
    FactSource,
    FactStore,
    FactTable,
    Place,
    WarehouseUnreadable,
)
from domain.analytics.scope import Scope
from domain.shared.events import Event
from tests.contract.conftest import Load
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    a_returned_line,
    an_order,
)
from tests.support.facts import an_order_of, facts_of, line
from tests.support.store_case import StoreCase, StorePorts

AT = datetime(2026, 6, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
SCOPE = Scope(as_of=date(2027, 1, 1), currency="EUR")
Rows = dict[FactTable, list[list[str]]]


def read(parts: Iterable[FactPart]) -> Rows:
    """The rows of each table, in the order of their text."""
    text: defaultdict[FactTable, str] = defaultdict(str)
    for part in parts:
        text[part.table] += part.rows.decode()
    return {table: sorted(csv.reader(io.StringIO(rows, newline=""))) for table, rows in text.items()}


async def told(source: FactSource, after: Place | None) -> tuple[Facts, Rows]:
    async with source.read(after) as facts:
        return facts, read([part async for part in facts.parts])


async def record(units: UnitsOfWork, *named: tuple[str, UUID]) -> None:
    async with units(Caller("bob")) as uow:
        uow.record(*(Event(type=kind, aggregate_id=one, version=1, at=MORNING, by="bob") for kind, one in named))
        await uow.commit()


@pytest.mark.needs("tells_facts")
class TestTelling:
    @pytest.fixture
    def source(self, ports: StorePorts) -> FactSource:
        assert ports.facts is not None
        return ports.facts

    async def test_all_there_is_is_told_of_a_store_that_nobody_followed(self, source: FactSource, load: Load) -> None:
        ada = a_customer(reference="A")
        gone = a_customer(name="Gone").delete(at=MORNING, by="bob")[0]
        book = a_book(title='Say "when",\nor not', author="Étienne", categories=["Poetry", 'Q"t, b'])
        placed = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
        sold = an_order(
            a_line(1, book=book, quantity=2, unit_price="0.0001"),
            a_line(2, sku="MUG", description="", unit_price="9999999999999"),
            customer=ada,
            placed_at=placed,
        )
        cancelled = an_order(customer=ada).cancel(at=MORNING, by="bob")[0]
        back = a_lone_return(a_returned_line(sku="MUG", unit_price="1.5"), returned_at=placed)
        await load(HistoryBatch(customers=[ada, gone], books=[book], orders=[sold, cancelled], returns=[back]))
        facts, rows = await told(source, None)
        assert facts.changed is None
        isbn, when = book.details.isbn.value, "2026-03-01 12:00:00.123456"
        order = [str(sold.id), str(ada.id), when, "EUR"]
        assert [numbers(row, 4) for row in rows[FactTable.ORDERS]] == [[*order, Decimal("9999999999999.0002")]]
        assert [numbers(row, 7) for row in rows[FactTable.SALES]] == sorted(
            [
                [*order, isbn, str(book.id), "", 2, Decimal("0.0001"), Decimal("0.0002")],
                [*order, "MUG", "", "", 1, Decimal(9_999_999_999_999), Decimal(9_999_999_999_999)],
            ],
            key=str,
        )
        assert [numbers(row, 7) for row in rows[FactTable.RETURNS]] == [
            [str(back.id), "", when, "EUR", "MUG", "", "", 1, Decimal("1.5"), Decimal("1.5")]
        ]
        (named,) = rows[FactTable.BOOKS]
        assert named[:3] == [str(book.id), 'Say "when",\nor not', "Étienne"]
        assert named[3].replace('", "', '","') == '["Poetry","Q\\"t, b"]'
        deleted = {row[0]: (row[1], bool(row[2])) for row in rows[FactTable.CUSTOMERS]}
        assert deleted == {str(ada.id): ("A", False), str(gone.id): ("", True)}

    async def test_missing_text_is_told_from_empty_text(self, source: FactSource, load: Load) -> None:
        await load(HistoryBatch(orders=[an_order(a_line(1, sku="A", description=""), a_line(2, sku="B"))]))
        async with source.read(None) as facts:
            text = b"".join([part.rows async for part in facts.parts if part.table is FactTable.SALES]).decode()
        assert ',"",1,' in text
        assert text.count(",,,1,") == 1

    async def test_what_events_name_is_told_as_it_is_now(
        self, ports: StorePorts, source: FactSource, load: Load
    ) -> None:
        ada, bob = a_customer(reference="A"), a_customer(reference="B")
        book, other = a_book(), a_book()
        first, second = an_order(customer=ada), an_order(customer=bob)
        third = an_order(customer=bob).cancel(at=MORNING, by="bob")[0]
        back, back_too = a_lone_return(customer=ada), a_lone_return(customer=bob)
        await load(
            HistoryBatch(
                customers=[ada, bob], books=[book, other], orders=[first, second, third], returns=[back, back_too]
            )
        )
        await record(ports.units, ("order.placed", first.id))
        start, _ = await told(source, None)
        facts, rows = await told(source, start.place)
        assert (facts.changed, rows) == (Changed(), {})
        await record(ports.units, ("order.placed", second.id), ("order.cancelled", third.id))
        await record(ports.units, ("order.returned", first.id), ("return.recorded", back.id))
        await record(ports.units, ("book.updated", other.id), ("customer.created", bob.id), ("author.created", ada.id))
        facts, rows = await told(source, start.place)
        assert facts.changed == Changed(
            orders=frozenset({second.id, third.id}),
            returns=frozenset({back.id}),
            books=frozenset({other.id}),
            customers=frozenset({bob.id}),
        )
        assert {table: {row[0] for row in some} for table, some in rows.items()} == {
            FactTable.ORDERS: {str(second.id)},
            FactTable.SALES: {str(second.id)},
            FactTable.RETURNS: {str(back.id)},
            FactTable.BOOKS: {str(other.id)},
            FactTable.CUSTOMERS: {str(bob.id)},
        }
        assert facts.place.sequence == start.place.sequence + 7
        assert facts.place.watermark == await ports.watermark()

    async def test_a_place_of_another_log_is_no_place(self, ports: StorePorts, source: FactSource) -> None:
        await record(ports.units, ("order.placed", a_book().id), ("order.placed", a_book().id))
        here = (await told(source, None))[0].place
        for place in (
            replace_place(here, sequence=here.sequence + 1),
            replace_place(here, event=f"{a_book().id}:1"),
            replace_place(here, sequence=here.sequence - 1),
        ):
            assert (await told(source, place))[0].changed is None
            with pytest.raises(WarehouseUnreadable, match="another database"):
                await source.behind(place)

    async def test_whether_something_was_sold_since(self, ports: StorePorts, source: FactSource) -> None:
        place = (await told(source, None))[0].place
        await record(ports.units, ("book.created", a_book().id), ("customer.created", a_book().id))
        assert not await source.new_facts(place)
        for kind in ("order.placed", "order.cancelled", "return.recorded"):
            await record(ports.units, (kind, a_book().id))
            assert await source.new_facts(place)
            place = (await told(source, None))[0].place
            assert not await source.new_facts(place)

    async def test_how_far_behind_is_since_when(self, ports: StorePorts, source: FactSource) -> None:
        place = (await told(source, None))[0].place
        assert await source.behind(place) is None
        await record(ports.units, ("order.placed", a_book().id))
        await record(ports.units, ("order.placed", a_book().id))
        assert await source.behind(place) == MORNING
        assert await source.behind((await told(source, None))[0].place) is None


def numbers(row: list[str], first: int) -> list[object]:
    """The row with its numbers as numbers."""
    if first == 4:
        return [*row[:4], Decimal(row[4])]
    return [*row[:7], int(row[7]), Decimal(row[8]), Decimal(row[9])]


def replace_place(place: Place, **changes: object) -> Place:
    return Place(**{"sequence": place.sequence, "watermark": place.watermark, "event": place.event, **changes})  # type: ignore[arg-type]  # fields of the Struct


# ---- keeping


@pytest.mark.needs("keeps_facts")
class TestKeeping:
    @pytest.fixture
    def warehouse(self, ports: StorePorts) -> FactStore:
        assert ports.warehouse is not None
        return ports.warehouse

    async def take(self, warehouse: FactStore, facts: Facts) -> None:
        async with warehouse.writing() as writer:
            await writer.take(facts, at=AT)

    async def told(self, ports: StorePorts) -> tuple[int, int, Decimal, int]:
        one = await ports.purchases.read(lambda view: view.summary(SCOPE))
        return one.orders, one.customers, one.revenue, one.returned_units

    async def test_changes_are_added_and_what_is_gone_is_taken_back(
        self, ports: StorePorts, warehouse: FactStore
    ) -> None:
        ada, bob = a_customer().id, a_customer().id
        one, two, back = a_book().id, a_book().id, a_book().id
        await self.take(warehouse, facts_of(1, None, an_order_of(one, ada, "5"), an_order_of(two, ada, "7")))
        assert await self.told(ports) == (2, 1, Decimal(12), 0)
        came_back = {FactTable.RETURNS: line(back, ada, "2026-03-02 12:00:00", "EUR", "A", None, None, 1, "2", "2")}
        changed = Changed(orders=frozenset({two}), returns=frozenset({back}))
        await self.take(warehouse, facts_of(2, changed, an_order_of(two, bob, "7"), came_back))
        assert await self.told(ports) == (2, 2, Decimal(10), 1)
        await self.take(warehouse, facts_of(3, Changed(orders=frozenset({one}))))
        assert await self.told(ports) == (1, 1, Decimal(5), 1)
        status = await warehouse.status()
        assert status is not None
        assert (status.place.sequence, status.synced_at, status.withdrawn) == (3, AT, 2)
        assert await ports.purchases.read(lambda view: view.watermark()) == 3

    async def test_the_same_facts_again_change_no_answer(self, ports: StorePorts, warehouse: FactStore) -> None:
        one, ada = a_book().id, a_customer().id
        await self.take(warehouse, facts_of(1, None))
        for sequence in (2, 2, 3):
            changed = Changed(orders=frozenset({one}), customers=frozenset({ada}))
            person = {FactTable.CUSTOMERS: line(ada, '"A"', None)}
            await self.take(warehouse, facts_of(sequence, changed, an_order_of(one, ada, "5"), person))
            assert await self.told(ports) == (1, 1, Decimal(5), 0)
        assert await ports.purchases.read(lambda view: view.prospects(SCOPE)) == 0

    async def test_what_breaks_off_changes_nothing(self, ports: StorePorts, warehouse: FactStore) -> None:
        one = a_book().id
        await self.take(warehouse, facts_of(1, None, an_order_of(one, None, "5")))
        facts = facts_of(2, Changed(orders=frozenset({one})), {FactTable.ORDERS: b"no id,\n"})
        with pytest.raises(Exception, match="no id"):
            await self.take(warehouse, facts)
        assert await self.told(ports) == (1, 0, Decimal(5), 0)
        await self.take(warehouse, facts_of(2, Changed(orders=frozenset({one}))))
        assert await self.told(ports) == (0, 0, Decimal(0), 0)

    async def test_compaction_changes_no_answer_and_leaves_out_what_was_taken_back(
        self, case: StoreCase, ports: StorePorts, warehouse: FactStore
    ) -> None:
        # Half a second a round where statements go to a server, or are translated for what stands in for one.
        rounds = 6 if case.remote else 30
        ids = [a_book().id for _ in range(rounds)]
        await self.take(warehouse, facts_of(1, None, *(an_order_of(one, None, "5") for one in ids)))
        for n, one in enumerate(ids):
            again = an_order_of(one, None, "6") if n % 2 else {}
            await self.take(warehouse, facts_of(n + 2, Changed(orders=frozenset({one})), again))
            expected = (rounds - n // 2 - 1, 0, Decimal(5 * (rounds - 1 - n) + 6 * ((n + 1) // 2)), 0)
            assert await self.told(ports) == expected
            async with warehouse.writing() as writer:
                await writer.compact(whole=False, at=AT)
                await writer.tidy(at=AT)
            assert await self.told(ports) == expected
        before = await warehouse.status()
        async with warehouse.writing() as writer:
            assert await writer.compact(whole=True, at=LATER)
            assert not await writer.compact(whole=True, at=LATER)
        after = await warehouse.status()
        assert before is not None
        assert after is not None
        assert before.segments is None or (before.segments < 20 and after.segments == 1)
        assert before.withdrawn > 0
        assert (after.withdrawn, after.orders, after.place) == (0, rounds // 2, before.place)
        assert await self.told(ports) == (rounds // 2, 0, Decimal(6 * (rounds // 2)), 0)

    async def test_there_is_one_writer(self, warehouse: FactStore) -> None:
        async with warehouse.writing():
            with pytest.raises(Conflict):
                await self.take(warehouse, facts_of(1, None))
        await self.take(warehouse, facts_of(1, None))

    async def test_a_question_goes_on_with_what_was_there_when_it_began(
        self, ports: StorePorts, warehouse: FactStore
    ) -> None:
        one = a_book().id
        await self.take(warehouse, facts_of(1, None, an_order_of(one, None, "5")))

        async def question(view: object) -> list[int]:
            counted = [(await view.summary(SCOPE)).orders]  # type: ignore[attr-defined]  # a PurchaseView
            await self.take(warehouse, facts_of(2, Changed(orders=frozenset({one}))))
            async with warehouse.writing() as writer:
                await writer.compact(whole=True, at=AT)
                await writer.tidy(at=AT)
            return [*counted, (await view.summary(SCOPE)).orders]  # type: ignore[attr-defined]  # likewise

        assert await ports.purchases.read(question) == [1, 1]
        assert await self.told(ports) == (0, 0, Decimal(0), 0)

    async def test_what_is_said_of_a_customer_no_longer_lies_anywhere_once_it_is_tidied(
        self, ports: StorePorts, warehouse: FactStore
    ) -> None:
        ada, bob = a_customer().id, a_customer().id
        one = an_order_of(a_book().id, ada, "5")
        people = {FactTable.CUSTOMERS: line(ada, '"A"', None) + line(bob, '"B"', None)}
        await self.take(warehouse, facts_of(1, None, one, people))
        erased = {FactTable.CUSTOMERS: line(ada, None, "2026-03-01 00:00:00")}
        await self.take(warehouse, facts_of(2, Changed(customers=frozenset({ada})), erased))
        status = await warehouse.status()
        assert status is not None
        assert status.orders == 1
        found = await ports.purchases.read(lambda view: view.prospects(SCOPE))
        assert found == 1
