"""What application/ports/unit_of_work.py promises."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound, ReadOnlyStore
from application.ports.books import IsbnExists
from application.ports.customers import EmailExists
from domain.shared.events import Event
from tests.support.builders import MORNING, a_book, a_customer, a_line, a_lone_return, an_order, minutes, some_returned
from tests.support.store_case import KeptEvent, StorePorts

CALLER = Caller("bob", request_id="req-1")
LATER = MORNING + minutes(5)

Events = Callable[[], Awaitable[list[KeptEvent]]]


class Changed(Exception):
    """Whatever a use case may raise."""


@pytest.fixture
def events(ports: StorePorts) -> Events:
    async def kept() -> list[KeptEvent]:
        assert ports.events is not None, "a case with writes gives a look at the events"
        return list(await ports.events())

    return kept


def an_event(kind: str = "book.created", **data: str | int | bool | None) -> Event:
    return Event(type=kind, aggregate_id=a_book().id, version=1, at=MORNING, by="bob", data=data)


async def is_there(ports: StorePorts, customer_id: object) -> bool:
    try:
        await ports.customers.get(customer_id)  # type: ignore[arg-type]  # any id
    except NotFound:
        return False
    return True


@pytest.mark.needs("writes")
class TestKeeping:
    async def test_nothing_is_seen_before_the_commit_and_all_of_it_after(self, ports: StorePorts) -> None:
        customer, book = a_customer(), a_book()
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            uow.books.add(book)
            assert not await is_there(ports, customer.id)
            with pytest.raises(NotFound):
                await ports.books.get(book.id)
            await uow.commit()
            assert await is_there(ports, customer.id)
            assert (await ports.books.get(book.id)).id == book.id

    async def test_a_block_left_without_a_commit_keeps_nothing(self, ports: StorePorts, events: Events) -> None:
        customer = a_customer()
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            uow.record(an_event())
        assert not await is_there(ports, customer.id)
        assert await events() == []

    async def test_a_block_left_with_an_error_keeps_nothing_and_lets_it_through(
        self, ports: StorePorts, events: Events
    ) -> None:
        customer = a_customer()
        with pytest.raises(Changed):
            async with ports.units(CALLER) as uow:
                uow.customers.add(customer)
                uow.record(an_event())
                raise Changed
        assert not await is_there(ports, customer.id)
        assert await events() == []

    async def test_what_was_committed_stays_when_the_block_ends_in_an_error(self, ports: StorePorts) -> None:
        customer = a_customer()
        with pytest.raises(Changed):
            async with ports.units(CALLER) as uow:
                uow.customers.add(customer)
                await uow.commit()
                raise Changed
        assert await is_there(ports, customer.id)

    async def test_a_commit_of_nothing_does_nothing(self, ports: StorePorts, events: Events) -> None:
        before = await ports.watermark()
        async with ports.units(CALLER) as uow:
            await uow.commit()
        assert await ports.watermark() == before
        assert await events() == []

    async def test_a_unit_may_read_and_write_all_kinds(self, ports: StorePorts) -> None:
        customer, book = a_customer(), a_book()
        order = an_order(a_line(book=book, quantity=2), customer=customer)
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            uow.books.add(book)
            uow.orders.add(order)
            uow.returns.add(a_lone_return(customer=customer, reference="alone"))
            await uow.commit()
        async with ports.units(CALLER) as uow:
            found = await uow.orders.get(order.id)
            changed, recorded = some_returned(found, {1: 1}, reference="of it")
            uow.orders.save(changed)
            uow.returns.add(recorded)
            uow.customers.save((await uow.customers.get(customer.id)).delete(at=LATER, by="bob")[0])
            await uow.commit()
        async with ports.units(CALLER) as uow:
            assert (await uow.orders.get(order.id)).lifecycle.version == 2
            assert (await uow.customers.get(customer.id)).lifecycle.deleted
            assert set(await uow.returns.find_by_references("direct", ["alone", "of it"])) == {"alone", "of it"}


@pytest.mark.needs("writes", "transactions")
class TestAllOrNothing:
    async def test_one_bad_row_keeps_all_others_out(self, ports: StorePorts, events: Events) -> None:
        async with ports.units(CALLER) as uow:
            uow.books.add(a_book(number=1))
            await uow.commit()
        customer, order = a_customer(), an_order(reference="R")
        with pytest.raises(IsbnExists):
            async with ports.units(CALLER) as uow:
                uow.customers.add(customer)
                uow.orders.add(order)
                uow.books.add_many([a_book(number=2), a_book(number=1)])
                uow.record(an_event())
                await uow.commit()
        assert not await is_there(ports, customer.id)
        assert await events() == []
        async with ports.units(CALLER) as uow:
            assert await uow.orders.find_by_references("direct", ["R"]) == {}
            assert len(await uow.books.find_by_isbns([a_book(number=2).details.isbn])) == 0

    async def test_one_stale_row_keeps_all_others_out(self, ports: StorePorts, events: Events) -> None:
        customer, stale, book = a_customer(), a_customer(), a_book()
        async with ports.units(CALLER) as uow:
            uow.customers.add_many([customer, stale])
            await uow.commit()
        async with ports.units(CALLER) as uow:
            uow.customers.save(stale.delete(at=LATER, by="eve")[0])
            await uow.commit()
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.customers.save(customer.delete(at=LATER, by="bob")[0])
                uow.books.add(book)
                uow.customers.save(stale.edit(replace(stale.details, name="x"), at=LATER, by="bob")[0])
                uow.record(an_event())
                await uow.commit()
        assert (await ports.customers.get(customer.id)).version == 1
        with pytest.raises(NotFound):
            await ports.books.get(book.id)
        assert await events() == []

    async def test_a_unit_that_lost_can_be_repeated_in_another(self, ports: StorePorts) -> None:
        customer = a_customer(email="ada@example.org")
        with pytest.raises(EmailExists):
            async with ports.units(CALLER) as uow:
                uow.customers.add_many([customer, a_customer(email="ada@example.org")])
                await uow.commit()
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            await uow.commit()
        assert await is_there(ports, customer.id)

    async def test_of_two_that_change_one_row_at_once_one_loses(self, ports: StorePorts, events: Events) -> None:
        customer = a_customer()
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            await uow.commit()
        all_have_read = asyncio.Barrier(4)

        async def rename(name: str) -> str:
            async with ports.units(CALLER) as uow:
                found = await uow.customers.get(customer.id)
                await all_have_read.wait()
                changed, event = found.edit(replace(found.details, name=name), at=LATER, by=name)
                assert event is not None
                uow.customers.save(changed)
                uow.record(event)
                await uow.commit()
            return name

        outcomes = await asyncio.gather(*(rename(name) for name in "abcd"), return_exceptions=True)
        winners = [one for one in outcomes if isinstance(one, str)]
        assert len(winners) == 1
        assert all(isinstance(one, Conflict) for one in outcomes if one not in winners)
        read = await ports.customers.get(customer.id)
        assert (read.name, read.version) == (winners[0], 2)
        assert [kept.event.by for kept in await events()] == winners

    @pytest.mark.needs("enforces_unique")
    async def test_of_two_that_take_one_address_at_once_one_loses(self, ports: StorePorts, events: Events) -> None:
        all_are_ready = asyncio.Barrier(4)

        async def register(n: int) -> int:
            async with ports.units(CALLER) as uow:
                uow.customers.add(a_customer(email="ada@example.org"))
                uow.record(an_event(n=n))
                await all_are_ready.wait()
                await uow.commit()
            return n

        outcomes = await asyncio.gather(*(register(n) for n in range(4)), return_exceptions=True)
        winners = [one for one in outcomes if isinstance(one, int)]
        assert len(winners) == 1
        assert sum(isinstance(one, EmailExists) for one in outcomes) == 3
        assert [dict(kept.event.data) for kept in await events()] == [{"n": winners[0]}]

    async def test_many_at_once_all_come_in(self, ports: StorePorts, events: Events) -> None:
        async def catalogue(n: int) -> None:
            async with ports.units(CALLER) as uow:
                uow.books.add(a_book(number=n))
                uow.record(an_event(n=n), an_event(n=-n - 1))
                await uow.commit()

        await asyncio.gather(*(catalogue(n) for n in range(20)))
        numbers = [kept.event.data["n"] for kept in await events()]
        assert sorted(n for n in numbers if isinstance(n, int)) == list(range(-20, 20))
        # The two events of one unit keep their order, whatever other units do.
        assert all(numbers.index(n) < numbers.index(-n - 1) for n in range(20))


@pytest.mark.needs("writes")
class TestEvents:
    async def test_they_are_kept_in_order_with_the_request_they_came_with(
        self, ports: StorePorts, events: Events
    ) -> None:
        customer = a_customer()
        first = Event(
            type="customer.updated",
            aggregate_id=customer.id,
            version=2,
            at=MORNING,
            by="ünal",
            changed=("name", "email"),
            data={"text": 'é"\\', "number": 10**12, "yes": True, "no": False, "nothing": None},
        )
        second, third = an_event(), an_event("return.recorded")
        async with ports.units(CALLER) as uow:
            uow.customers.add(customer)
            uow.record(first, second)
            uow.record(third)
            await uow.commit()
        async with ports.units(Caller("eve")) as uow:
            uow.record(second)
            await uow.commit()
        assert await events() == [
            KeptEvent(first, "req-1"),
            KeptEvent(second, "req-1"),
            KeptEvent(third, "req-1"),
            KeptEvent(second, None),
        ]

    async def test_the_watermark_moves_on(self, ports: StorePorts) -> None:
        before = await ports.watermark()
        for _ in range(2):
            async with ports.units(CALLER) as uow:
                uow.record(an_event(), an_event())
                await uow.commit()
            after = await ports.watermark()
            assert after > before
            before = after


@pytest.mark.needs("reads_records")
@pytest.mark.without("writes")
async def test_a_store_that_takes_no_changes_says_so(ports: StorePorts) -> None:
    with pytest.raises(ReadOnlyStore):
        ports.units(CALLER)
