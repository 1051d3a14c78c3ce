"""What application/ports/orders.py promises of orders; its returns are in test_returns_contract.py."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.listing import Listing
from application.orders.models import ORDER_LIST, OrderRead
from application.ports.history import HistoryBatch
from application.ports.orders import OrderReader, OrderReferenceExists
from domain.orders.order import Order
from domain.shared.ids import OrderId
from tests.contract.conftest import Load
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    an_order,
    minutes,
    new_id,
    some_returned,
)
from tests.support.lists import asked, walked
from tests.support.store_case import StorePorts

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
ADA, BOB = a_customer(name="Ada"), a_customer(name="Bob")
BOOK = a_book()


def full_order() -> Order:
    return an_order(
        a_line(1, book=BOOK, quantity=3, unit_price="19.9", discount="0.0001"),
        a_line(2, sku="Ünïcode / 袋 #1", description='A "tote", large', quantity=1_000_000, unit_price="0.001"),
        a_line(3, sku="FREE", unit_price="0"),
        customer=ADA,
        channel="webshop",
        reference="W-1",
        currency="JPY",
        placed_at=datetime(1900, 1, 1, tzinfo=UTC),
        tax="1.2345",
        shipping="4",
        by="ünal",
    )


def cancelled(order: Order) -> Order:
    return order.cancel(at=LATER, by="bob")[0]


async def added(ports: StorePorts, *orders: Order) -> None:
    async with ports.units(CALLER) as uow:
        for order in orders:
            uow.orders.add(order)
        await uow.commit()


async def saved(ports: StorePorts, order: Order) -> Order:
    async with ports.units(CALLER) as uow:
        kept = uow.orders.save(order)
        await uow.commit()
    return kept


async def fetched(ports: StorePorts, order: Order) -> Order:
    async with ports.units(CALLER) as uow:
        return await uow.orders.get(order.id)


@pytest.fixture
def orders(ports: StorePorts) -> OrderReader:
    assert ports.orders is not None
    return ports.orders


@pytest.mark.needs("reads_orders")
class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, orders: OrderReader, load: Load) -> None:
        full, bare = full_order(), an_order()
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[full, bare]))
        assert await orders.get(full.id) == OrderRead.of(full)
        assert await orders.get(bare.id) == OrderRead.of(bare)

    async def test_lines_come_in_the_order_of_their_numbers(self, orders: OrderReader, load: Load) -> None:
        order = an_order(*(a_line(n, sku=f"S{99 - n}") for n in range(1, 13)))
        await load(HistoryBatch(orders=[order]))
        read = await orders.get(order.id)
        assert isinstance(read.lines, list | tuple)
        assert [one.number for one in read.lines] == list(range(1, 13))
        assert [one.sku for one in read.lines] == [f"S{99 - n}" for n in range(1, 13)]

    async def test_amounts_are_exact_at_their_limits(self, orders: OrderReader, load: Load) -> None:
        most = an_order(a_line(quantity=1, unit_price="10000000000000"))
        least = an_order(a_line(quantity=999_999, unit_price="0.0001"), tax="0.0001")
        many = an_order(a_line(quantity=1_000_000, unit_price="9999999.9999"))
        await load(HistoryBatch(orders=[most, least, many]))
        assert (await orders.get(most.id)).total.amount == Decimal(10) ** 13
        assert (await orders.get(least.id)).total.amount == Decimal(100)
        assert (await orders.get(many.id)).subtotal.amount == Decimal(9999999999900)

    async def test_a_cancelled_one_is_read_too(self, orders: OrderReader, load: Load) -> None:
        order = cancelled(an_order())
        await load(HistoryBatch(orders=[order]))
        assert await orders.get(order.id) == OrderRead.of(order)
        assert [one.id for one in await walked(ORDER_LIST, orders.list, status="cancelled")] == [order.id]

    async def test_what_is_not_there_is_not_found(self, orders: OrderReader) -> None:
        with pytest.raises(NotFound):
            await orders.get(new_id())


@pytest.mark.needs("reads_orders")
class TestListing:
    async def test_lines_come_only_when_asked_for(self, orders: OrderReader, load: Load) -> None:
        full, bare = full_order(), an_order()
        await load(HistoryBatch(customers=[ADA], books=[BOOK], orders=[full, bare]))
        without = await asked(ORDER_LIST, orders.list, sort="placed_at")
        assert list(without.data) == [OrderRead.of(full, lines=False), OrderRead.of(bare, lines=False)]
        with_lines = await asked(ORDER_LIST, orders.list, sort="placed_at", expand="lines")
        assert list(with_lines.data) == [OrderRead.of(full), OrderRead.of(bare)]
        with_both = await asked(ORDER_LIST, orders.list, sort="placed_at", expand="lines,customer")
        assert list(with_both.data) == list(with_lines.data)

    @pytest.mark.parametrize("sort", ["placed_at", "-placed_at", "created_at", "-updated_at,placed_at"])
    async def test_ties_fall_to_the_id_and_pages_lose_and_repeat_none(
        self, orders: OrderReader, load: Load, sort: str
    ) -> None:
        placed = [an_order(placed_at=MORNING - minutes(n % 3), at=MORNING + minutes(n % 2)) for n in range(9)]
        await load(HistoryBatch(orders=placed))
        expected = list(placed)
        keys = sort.split(",")
        expected.sort(key=lambda one: one.id, reverse=keys[-1].startswith("-"))
        for key in reversed(keys):
            name = key.removeprefix("-")
            expected.sort(
                key=lambda one: one.placed_at if name == "placed_at" else getattr(one.lifecycle, name),
                reverse=key.startswith("-"),
            )
        assert [one.id for one in await walked(ORDER_LIST, orders.list, sort=sort)] == [one.id for one in expected]

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({}, ["w1", "s1", "s2", None]),
            ({"customer_id": str(ADA.id)}, ["w1", "s1"]),
            ({"customer_id": str(ADA.id), "channel": "shop"}, ["s1"]),
            ({"customer_id": str(new_id())}, []),
            ({"status": "placed"}, ["w1", "s1", None]),
            ({"channel": "shop"}, ["s1", "s2"]),
            ({"channel": "direct"}, [None]),
            ({"reference": "s1"}, ["s1"]),
            ({"currency": "USD"}, ["s2"]),
            ({"placed_at": "2026-03-01T09:05:00Z"}, ["s1"]),
            ({"placed_at__gt": "2026-03-01T09:05:00Z"}, ["s2", None]),
            ({"placed_at__gte": "2026-03-01T09:05:00Z", "placed_at__lt": "2026-03-01T09:15:00Z"}, ["s1", "s2"]),
            ({"placed_at__lte": "2026-03-01T10:05:00+01:00"}, ["w1", "s1"]),
            ({"created_at__gt": "2026-03-01T09:00:00Z"}, []),
        ],
        ids=str,
    )
    async def test_filters_narrow(
        self, orders: OrderReader, load: Load, parameters: dict[str, str], expected: list[str | None]
    ) -> None:
        placed = [
            an_order(customer=ADA, channel="web", reference="w1", placed_at=MORNING),
            an_order(customer=ADA, channel="shop", reference="s1", placed_at=MORNING + minutes(5)),
            cancelled(
                an_order(customer=BOB, channel="shop", reference="s2", currency="USD", placed_at=MORNING + minutes(10))
            ),
            an_order(placed_at=MORNING + minutes(15)),
        ]
        await load(HistoryBatch(customers=[ADA, BOB], orders=placed))
        found = await walked(ORDER_LIST, orders.list, sort="placed_at", **parameters)
        assert [one.reference for one in found] == expected

    async def test_a_total_is_counted_over_all_pages(self, orders: OrderReader, load: Load) -> None:
        await load(HistoryBatch(customers=[ADA], orders=[an_order(customer=ADA if n % 2 else None) for n in range(7)]))
        page = await asked(ORDER_LIST, orders.list, limit="2", customer_id=str(ADA.id), include="total")
        assert (len(page.data), page.total, page.has_more) == (2, 3, True)

    async def test_a_page_of_lines_has_each_order_once(self, orders: OrderReader, load: Load) -> None:
        placed = [an_order(*(a_line(n) for n in range(1, 8))) for _ in range(4)]
        await load(HistoryBatch(orders=placed))
        found = await walked(ORDER_LIST, orders.list, sort="id", limit="3", expand="lines")
        assert [one.id for one in found] == [one.id for one in placed]
        page = await orders.list(Listing(limit=2, expand=frozenset({"lines"})))
        assert (len(page.items), page.has_more) == (2, True)


@pytest.mark.needs("writes")
class TestWriting:
    async def test_what_is_added_is_got_back_as_it_was(self, ports: StorePorts, load: Load) -> None:
        full, bare = full_order(), an_order()
        await load(HistoryBatch(customers=[ADA], books=[BOOK]))
        await added(ports, full, bare)
        assert await fetched(ports, full) == full
        assert await fetched(ports, bare) == bare

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        async with ports.units(CALLER) as uow:
            with pytest.raises(NotFound):
                await uow.orders.get(OrderId(new_id()))

    async def test_a_cancellation_is_saved_under_the_next_version(self, ports: StorePorts) -> None:
        order = an_order(a_line(1, quantity=2), a_line(2))
        await added(ports, order)
        kept = await saved(ports, cancelled(order))
        assert kept.lifecycle.version == 2
        assert await fetched(ports, order) == kept

    async def test_what_came_back_is_saved_on_its_lines(self, ports: StorePorts) -> None:
        order = an_order(a_line(1, quantity=5), a_line(2, quantity=5), a_line(3, quantity=5))
        await added(ports, order)
        changed, recorded = some_returned(order, {1: 2, 3: 5})
        async with ports.units(CALLER) as uow:
            kept = uow.orders.save(changed)
            uow.returns.add(recorded)
            await uow.commit()
        assert [one.returned for one in kept.lines] == [2, 0, 5]
        assert await fetched(ports, order) == kept

    async def test_a_save_of_an_old_version_is_a_conflict(self, ports: StorePorts) -> None:
        order = an_order(a_line(quantity=5))
        await added(ports, order)
        changed, recorded = some_returned(order, {1: 2})
        await saved(ports, changed)
        with pytest.raises(Conflict):
            await saved(ports, cancelled(order))
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.orders.save(changed)
                uow.returns.add(recorded)
                await uow.commit()
        assert [one.returned for one in (await fetched(ports, order)).lines] == [2]
        async with ports.units(CALLER) as uow:
            assert await uow.returns.find_by_references(recorded.channel, [str(recorded.reference)]) == {}

    async def test_many_are_added_in_one_go(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(customers=[ADA], books=[BOOK]))
        placed = [
            an_order(
                *(
                    a_line(n, book=BOOK if n % 2 else None, sku="x", description="d" * n)
                    for n in range(1, 2 + size % 4)
                ),
                customer=ADA if size % 2 else None,
                reference=f"R{size}" if size % 3 else None,
            )
            for size in range(30)
        ]
        async with ports.units(CALLER) as uow:
            uow.orders.add_many(iter(placed))
            uow.orders.add_many([])
            await uow.commit()
        for order in placed:
            assert await fetched(ports, order) == order

    async def test_they_are_found_by_reference_within_their_channel(self, ports: StorePorts) -> None:
        web, shop = (
            an_order(a_line(1), a_line(2), channel="web", reference="R1"),
            an_order(channel="shop", reference="R1"),
        )
        other = cancelled(an_order(channel="web", reference="R2"))
        await added(ports, web, shop, other)
        async with ports.units(CALLER) as uow:
            assert await uow.orders.find_by_references("web", ["R1", "R3", "R1"]) == {"R1": web}
            assert await uow.orders.find_by_references("web", ["R2", "R1"]) == {"R1": web, "R2": other}
            assert await uow.orders.find_by_references("shop", ["R1", "R2"]) == {"R1": shop}
            assert await uow.orders.find_by_references("shop", []) == {}


@pytest.mark.needs("writes", "enforces_unique")
class TestUniqueness:
    async def test_a_reference_is_unique_in_its_channel(self, ports: StorePorts) -> None:
        await added(ports, an_order(channel="web", reference="R1"), an_order(channel="shop", reference="R1"))
        with pytest.raises(OrderReferenceExists) as caught:
            await added(ports, an_order(channel="web", reference="R1"))
        assert (caught.value.code, caught.value.field) == ("order-reference-exists", "/reference")

    async def test_two_in_one_unit_collide_as_well(self, ports: StorePorts) -> None:
        with pytest.raises(OrderReferenceExists):
            async with ports.units(CALLER) as uow:
                uow.orders.add_many([an_order(reference="R1"), an_order(reference="R1")])
                await uow.commit()

    async def test_a_cancelled_order_keeps_its_reference(self, ports: StorePorts) -> None:
        await added(ports, cancelled(an_order(reference="R1")))
        with pytest.raises(OrderReferenceExists):
            await added(ports, an_order(reference="R1"))

    async def test_orders_without_a_reference_do_not_collide(self, ports: StorePorts) -> None:
        first, second = an_order(), an_order()
        await added(ports, first, second)
        assert await fetched(ports, second) == second


@pytest.mark.needs("writes", "enforces_references")
class TestReferences:
    async def test_an_unknown_customer_or_book_is_a_conflict(self, ports: StorePorts) -> None:
        with pytest.raises(Conflict):
            await added(ports, an_order(customer=a_customer()))
        with pytest.raises(Conflict):
            await added(ports, an_order(a_line(book=a_book())))
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.orders.add_many([an_order(), an_order(customer=a_customer())])
                await uow.commit()

    async def test_they_may_come_in_the_same_unit(self, ports: StorePorts) -> None:
        customer, book = a_customer(), a_book()
        order = an_order(a_line(book=book), customer=customer)
        async with ports.units(CALLER) as uow:
            uow.orders.add(order)
            uow.books.add(book)
            uow.customers.add(customer)
            await uow.commit()
        assert await fetched(ports, order) == order
