"""What application/ports/history.py promises."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.memory.store import MemoryStore
from application.books.models import BookResponse
from application.caller import Caller
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.ports.history import History, HistoryBatch, HistorySink, HistorySource
from application.ports.unit_of_work import UnitsOfWork
from domain.books.contributor import ContributorRole
from domain.books.rating import Rating
from domain.customers.email_address import EmailAddress
from domain.shared.events import Event
from tests.contract.conftest import Load
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    an_author,
    an_order,
    credited,
    minutes,
    some_returned,
)
from tests.support.memory_case import memory_ports
from tests.support.store_case import StorePorts, told

CALLER = Caller("bob")
LATER = MORNING + minutes(5)


class Stopped(Exception):
    """A source that failed half way."""


@pytest.fixture
def source(ports: StorePorts) -> HistorySource:
    assert ports.source is not None
    return ports.source


@pytest.fixture
def sink(ports: StorePorts) -> HistorySink:
    assert ports.sink is not None
    return ports.sink


def a_shop() -> HistoryBatch:
    """A bit of everything: deleted, cancelled, returned, standing alone."""
    ada, gone = a_customer(email="ada@example.org", tags=["x"]), a_customer().delete(at=LATER, by="bob")[0]
    author, editor = an_author("George Eliot", other_names=["Mary Ann Evans"], born="1819"), an_author("Somebody Else")
    merged = an_author("G. Eliot").merge_into(author, at=LATER, by="bob")[0]
    names = [credited(author), credited(editor, ContributorRole.EDITOR)]
    book = a_book(price=("9.99", "EUR"), categories=["Fiction"], authors=names)
    old = a_book().delete(at=LATER, by="bob")[0]
    bought = an_order(a_line(1, book=book, quantity=3), a_line(2), customer=ada, reference="R1")
    changed, recorded = some_returned(bought, {1: 2}, reference="C1")
    never = an_order(a_line(1, book=old), customer=gone).cancel(at=LATER, by="bob")[0]
    alone = a_lone_return(customer=ada)
    return HistoryBatch(
        customers=[ada, gone],
        authors=[merged, author, editor],
        books=[book, old],
        orders=[changed, never],
        returns=[recorded, alone],
    )


async def whole(history: History) -> HistoryBatch:
    batches = [batch async for batch in history.batches]
    return HistoryBatch(
        customers=[one for batch in batches for one in batch.customers],
        authors=[one for batch in batches for one in batch.authors],
        books=[one for batch in batches for one in batch.books],
        orders=[one for batch in batches for one in batch.orders],
        returns=[one for batch in batches for one in batch.returns],
    )


def by_id(batch: HistoryBatch) -> dict[str, dict[object, object]]:
    return {
        "customers": {one.id: one for one in batch.customers},
        "authors": {one.id: one for one in batch.authors},
        "books": {one.id: one for one in batch.books},
        "orders": {one.id: one for one in batch.orders},
        "returns": {one.id: one for one in batch.returns},
    }


async def record_an_event(units: UnitsOfWork) -> None:
    async with units(CALLER) as uow:
        uow.record(Event(type="book.created", aggregate_id=a_book().id, version=1, at=MORNING, by="bob"))
        await uow.commit()


@pytest.mark.needs("tells_history")
class TestTelling:
    async def test_all_of_it_is_told_once(self, source: HistorySource, load: Load) -> None:
        shop = a_shop()
        await load(shop)
        told_again = await whole(await source.read())
        assert by_id(told_again) == by_id(shop)
        assert [len(rows) for rows in (told_again.customers, told_again.books, told_again.orders)] == [2, 2, 2]
        assert len(told_again.returns) == 2

    async def test_an_empty_store_has_an_empty_history(self, source: HistorySource) -> None:
        history = await source.read()
        assert history.watermark == 0
        assert by_id(await whole(history)) == by_id(HistoryBatch())

    async def test_references_point_backwards_and_batches_are_bounded(self, source: HistorySource, load: Load) -> None:
        many = HistoryBatch(
            customers=[a_customer() for _ in range(2_500)],
            authors=[an_author(f"Author {n}") for n in range(3)],
            books=[a_book() for _ in range(3)],
            orders=[an_order() for _ in range(3)],
            returns=[a_lone_return()],
        )
        await load(many)
        kinds: list[int] = []
        async for batch in (await source.read()).batches:
            sizes = [len(rows) for rows in (batch.customers, batch.authors, batch.books, batch.orders, batch.returns)]
            assert sum(sizes) <= 2_000
            kinds.extend(kind for kind, size in enumerate(sizes) if size)
        assert kinds == sorted(kinds)
        assert kinds.count(0) > 1

    @pytest.mark.needs("writes")
    async def test_it_is_of_the_moment_of_reading(self, ports: StorePorts, source: HistorySource) -> None:
        first = a_customer()
        async with ports.units(CALLER) as uow:
            uow.customers.add(first)
            await uow.commit()
        await record_an_event(ports.units)
        history = await source.read()
        assert history.watermark == await ports.watermark()
        async with ports.units(CALLER) as uow:
            uow.customers.add(a_customer())
            uow.customers.save(first.delete(at=LATER, by="bob")[0])
            await uow.commit()
        await record_an_event(ports.units)
        assert by_id(await whole(history)) == by_id(HistoryBatch(customers=[first]))
        later = await source.read()
        await whole(later)
        assert later.watermark > history.watermark


@pytest.mark.needs("takes_history")
class TestTakingOver:
    async def test_what_a_shop_has_can_be_read_there(self, ports: StorePorts, sink: HistorySink) -> None:
        other = memory_ports(MemoryStore())
        shop = a_shop()
        async with other.units(CALLER) as uow:
            uow.customers.add_many(shop.customers)
            uow.authors.add_many(shop.authors)
            uow.books.add_many(shop.books)
            uow.orders.add_many(shop.orders)
            uow.returns.add_many(shop.returns)
            await uow.commit()
        for _ in range(3):
            await record_an_event(other.units)
        assert other.source is not None
        assert await sink.write(await other.source.read()) > 0
        assert await ports.watermark() == 3
        for customer in shop.customers:
            assert await ports.customers.get(customer.id, include_deleted=True) == CustomerRead.of(customer)
        for book in shop.books:
            assert (await ports.books.get(book.id, include_deleted=True)).id == book.id

    async def test_the_same_history_again_changes_nothing(self, ports: StorePorts, sink: HistorySink) -> None:
        shop = a_shop()
        assert await sink.write(told(shop, watermark=7)) > 0
        before = await ports.customers.get_many([one.id for one in shop.customers])
        assert await sink.write(told(shop, watermark=7)) == 0
        assert await ports.customers.get_many([one.id for one in shop.customers]) == before
        assert await ports.watermark() == 7

    async def test_what_a_book_shows_of_others_is_taken_from_a_history_that_is_no_older(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        author = an_author("George Eliot")
        book = a_book(authors=[credited(author)])
        renamed = replace(
            author.edit(replace(author.details, name="Mary Ann Evans"), at=LATER, by="bob")[0],
            lifecycle=author.lifecycle.next_version(),
        )
        details = replace(book.details, authors=(credited(renamed),))
        followed = replace(book, details=details, rating=Rating(2, 9))
        before = told(HistoryBatch(authors=[author], books=[book]), watermark=3)
        after = HistoryBatch(authors=[renamed], books=[followed])
        await sink.write(before)
        assert await sink.write(told(after, watermark=5)) > 0
        assert await ports.books.get(book.id) == BookResponse.of(followed)
        assert await sink.write(told(after, watermark=5)) == 0
        older = told(HistoryBatch(authors=[author], books=[book]), watermark=3)
        assert await sink.write(older) == 0
        assert await ports.books.get(book.id) == BookResponse.of(followed)

    async def test_a_row_that_comes_twice_is_taken_once_at_its_later_version(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        customer = a_customer()
        later = replace(
            customer.edit(replace(customer.details, name="Later"), at=LATER, by="bob")[0],
            lifecycle=customer.lifecycle.next_version(),
        )
        batch = HistoryBatch(customers=[later, customer, later])
        await sink.write(told(batch, HistoryBatch(customers=[customer]), watermark=1))
        assert (await ports.customers.get(customer.id)).name == "Later"

    async def test_what_changed_is_taken_and_what_is_older_is_not(self, ports: StorePorts, sink: HistorySink) -> None:
        customer = a_customer()
        older = HistoryBatch(customers=[customer])
        changed = customer.edit(replace(customer.details, name="Later"), at=LATER, by="bob")[0]
        newer = HistoryBatch(customers=[replace(changed, lifecycle=changed.lifecycle.next_version())])
        await sink.write(told(older, watermark=1))
        assert await sink.write(told(newer, watermark=2)) == 1
        assert (await ports.customers.get(customer.id)).name == "Later"
        assert await sink.write(told(older, watermark=1)) == 0
        assert (await ports.customers.get(customer.id)).name == "Later"
        assert await ports.watermark() == 2

    async def test_an_address_that_changed_hands_is_taken_in_any_order(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        ada, bob = a_customer(email="ada@example.org"), a_customer(email="bob@example.org")
        await sink.write(told(HistoryBatch(customers=[ada, bob]), watermark=1))
        swapped = [
            replace(
                one.edit(replace(one.details, email=EmailAddress.parse(email)), at=LATER, by="eve")[0],
                lifecycle=one.lifecycle.next_version(),
            )
            for one, email in ((ada, "bob@example.org"), (bob, "ada@example.org"))
        ]
        assert await sink.write(told(HistoryBatch(customers=swapped), watermark=2)) == 2
        assert (await ports.customers.get(ada.id)).email == "bob@example.org"
        assert (await ports.customers.get(bob.id)).email == "ada@example.org"

    async def test_a_history_that_breaks_off_leaves_the_watermark(self, ports: StorePorts, sink: HistorySink) -> None:
        async def broken() -> AsyncIterator[HistoryBatch]:
            yield HistoryBatch(customers=[a_customer()])
            raise Stopped

        await sink.write(told(a_shop(), watermark=3))
        with pytest.raises(Stopped):
            await sink.write(History(watermark=9, batches=broken()))
        assert await ports.watermark() == 3

    async def test_an_empty_history_is_fine(self, ports: StorePorts, sink: HistorySink) -> None:
        assert await sink.write(told(HistoryBatch(), watermark=0)) == 0
        with pytest.raises(NotFound):
            await ports.customers.get(a_customer().id)
