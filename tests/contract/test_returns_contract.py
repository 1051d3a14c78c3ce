"""What application/ports/orders.py promises of returns."""

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.orders.models import RETURN_LIST, ReturnRead
from application.ports.history import HistoryBatch
from application.ports.orders import ReturnReader, ReturnReferenceExists
from domain.orders.returns import Return
from tests.contract.conftest import Load
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    a_returned_line,
    an_order,
    minutes,
    new_id,
    some_returned,
)
from tests.support.lists import asked, walked
from tests.support.store_case import StorePorts

CALLER = Caller("bob")
ADA = a_customer(name="Ada")
BOOK = a_book()
ORDER = an_order(a_line(1, book=BOOK, quantity=3, unit_price="10", discount="0.01"), a_line(2), customer=ADA)
CHANGED, OF_ORDER = some_returned(ORDER, {2: 1, 1: 2}, reference="R-1")


async def added(ports: StorePorts, *returns: Return) -> None:
    async with ports.units(CALLER) as uow:
        for recorded in returns:
            uow.returns.add(recorded)
        await uow.commit()


@pytest.fixture
def returns(ports: StorePorts) -> ReturnReader:
    assert ports.returns is not None
    return ports.returns


@pytest.mark.needs("reads_orders")
class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, returns: ReturnReader, load: Load) -> None:
        alone = a_lone_return(
            a_returned_line(1, sku="袋", quantity=2, unit_price="0.001"), a_returned_line(2, book=BOOK), reference="C1"
        )
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[CHANGED], returns=[OF_ORDER, alone]))
        assert await returns.get(OF_ORDER.id) == ReturnRead.of(OF_ORDER)
        assert await returns.get(alone.id) == ReturnRead.of(alone)

    async def test_what_is_not_there_is_not_found(self, returns: ReturnReader) -> None:
        with pytest.raises(NotFound):
            await returns.get(new_id())


@pytest.mark.needs("reads_orders")
class TestListing:
    async def test_lines_come_only_when_asked_for(self, returns: ReturnReader, load: Load) -> None:
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[CHANGED], returns=[OF_ORDER]))
        assert list((await asked(RETURN_LIST, returns.list)).data) == [ReturnRead.of(OF_ORDER, lines=False)]
        assert list((await asked(RETURN_LIST, returns.list, expand="lines")).data) == [ReturnRead.of(OF_ORDER)]

    @pytest.mark.parametrize("sort", ["returned_at", "-returned_at", "-created_at,returned_at"])
    async def test_ties_fall_to_the_id_and_pages_lose_and_repeat_none(
        self, returns: ReturnReader, load: Load, sort: str
    ) -> None:
        recorded = [a_lone_return(returned_at=MORNING - minutes(n % 3)) for n in range(7)]
        await load(HistoryBatch(returns=recorded))
        last = sort.rpartition(",")[2]
        by_id = sorted(recorded, key=lambda one: one.id, reverse=last.startswith("-"))
        expected = sorted(by_id, key=lambda one: one.returned_at, reverse=last.startswith("-"))
        assert [one.id for one in await walked(RETURN_LIST, returns.list, sort=sort)] == [one.id for one in expected]

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({}, ["R-1", "C1", "C2", None]),
            ({"order_id": str(ORDER.id)}, ["R-1"]),
            ({"order_id": str(new_id())}, []),
            ({"customer_id": str(ADA.id)}, ["R-1", "C1"]),
            ({"channel": "web"}, ["C1", "C2"]),
            ({"reference": "C2"}, ["C2"]),
            ({"currency": "USD"}, ["C2"]),
            ({"returned_at__gt": "2026-03-01T09:05:00Z"}, ["C2", None]),
            ({"returned_at__lte": "2026-03-01T09:05:00Z", "channel": "web"}, ["C1"]),
            ({"created_at__lt": "2026-03-01T09:00:00Z"}, []),
        ],
        ids=str,
    )
    async def test_filters_narrow(
        self, returns: ReturnReader, load: Load, parameters: dict[str, str], expected: list[str | None]
    ) -> None:
        recorded = [
            OF_ORDER,
            a_lone_return(customer=ADA, channel="web", reference="C1", returned_at=MORNING + minutes(5)),
            a_lone_return(channel="web", reference="C2", currency="USD", returned_at=MORNING + minutes(10)),
            a_lone_return(returned_at=MORNING + minutes(15)),
        ]
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[CHANGED], returns=recorded))
        found = await walked(RETURN_LIST, returns.list, sort="returned_at", **parameters)
        assert [one.reference for one in found] == expected

    async def test_a_total_is_counted_over_all_pages(self, returns: ReturnReader, load: Load) -> None:
        await load(HistoryBatch(returns=[a_lone_return(channel="web" if n % 2 else "shop") for n in range(7)]))
        page = await asked(RETURN_LIST, returns.list, limit="2", channel="web", include="total")
        assert (len(page.data), page.total, page.has_more) == (2, 3, True)


@pytest.mark.needs("writes")
class TestWriting:
    async def test_they_are_found_by_reference_within_their_channel(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[CHANGED]))
        web = a_lone_return(a_returned_line(1), a_returned_line(2), channel="web", reference="R-1")
        await added(ports, OF_ORDER, web)
        async with ports.units(CALLER) as uow:
            assert await uow.returns.find_by_references("web", ["R-1", "R-2", "R-1"]) == {"R-1": web}
            assert await uow.returns.find_by_references("direct", ["R-1"]) == {"R-1": OF_ORDER}
            assert await uow.returns.find_by_references("shop", ["R-1"]) == {}
            assert await uow.returns.find_by_references("web", []) == {}

    async def test_many_are_added_in_one_go(self, ports: StorePorts) -> None:
        recorded = [
            a_lone_return(*(a_returned_line(n) for n in range(1, 2 + size % 3)), reference=f"C{size}")
            for size in range(30)
        ]
        async with ports.units(CALLER) as uow:
            uow.returns.add_many(iter(recorded))
            uow.returns.add_many([])
            await uow.commit()
        async with ports.units(CALLER) as uow:
            found = await uow.returns.find_by_references("direct", [f"C{n}" for n in range(30)])
        assert found == {one.reference: one for one in recorded}

    @pytest.mark.needs("enforces_unique")
    async def test_a_reference_is_unique_among_the_returns_of_its_channel(self, ports: StorePorts) -> None:
        async with ports.units(CALLER) as uow:
            uow.orders.add(an_order(channel="web", reference="R"))
            uow.returns.add(a_lone_return(channel="web", reference="R"))
            uow.returns.add(a_lone_return(channel="shop", reference="R"))
            uow.returns.add_many([a_lone_return(channel="web"), a_lone_return(channel="web")])
            await uow.commit()
        with pytest.raises(ReturnReferenceExists) as caught:
            await added(ports, a_lone_return(channel="web", reference="R"))
        assert (caught.value.code, caught.value.field) == ("return-reference-exists", "/reference")
        with pytest.raises(ReturnReferenceExists):
            await added(ports, a_lone_return(reference="S"), a_lone_return(reference="S"))

    @pytest.mark.needs("enforces_references")
    async def test_an_unknown_order_customer_or_book_is_a_conflict(self, ports: StorePorts, load: Load) -> None:
        with pytest.raises(Conflict):
            await added(ports, a_lone_return(customer=a_customer()))
        with pytest.raises(Conflict):
            await added(ports, a_lone_return(a_returned_line(book=a_book())))
        await load(HistoryBatch(customers=[ADA], books=[BOOK]))
        with pytest.raises(Conflict):
            await added(ports, OF_ORDER)
