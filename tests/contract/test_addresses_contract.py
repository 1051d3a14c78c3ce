"""What application/ports/addresses.py promises."""

import asyncio
from dataclasses import replace

import pytest

from application.caller import Caller
from application.customers.address_models import ADDRESS_LIST, AddressRead
from application.errors import Conflict, NotFound
from domain.customers.address import MAX_ADDRESSES, AddressBook, AddressType
from domain.customers.customer import Customer
from domain.shared.ids import AddressId
from tests.support.belongings import a_place, an_address, book_of
from tests.support.builders import MORNING, a_customer, minutes, new_id
from tests.support.lists import walked
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes", "transactions")
CALLER = Caller("bob")
LATER = MORNING + minutes(5)
FULL = a_place(
    kind=AddressType.BILLING,
    default=True,
    recipient="Żółć & Söhne",
    lines=["c/o 📚", 'Hof "Nord"', "{braces}, 1"],
    city="Köln",
    region="NRW",
    postal_code="50667",
    country="DE",
)


async def added(ports: StorePorts, *customers: Customer) -> None:
    async with ports.units(CALLER) as uow:
        uow.customers.add_many(customers)
        await uow.commit()


async def kept(ports: StorePorts, before: AddressBook, after: AddressBook) -> None:
    async with ports.units(CALLER) as uow:
        uow.addresses.save(before, after)
        await uow.commit()


async def fetched(ports: StorePorts, customer: Customer) -> AddressBook:
    async with ports.units(CALLER) as uow:
        return await uow.addresses.of(customer.id)


async def test_what_is_kept_is_got_and_read_as_it_was(ports: StorePorts) -> None:
    ada, bob = a_customer(), a_customer()
    await added(ports, ada, bob)
    full, bare = an_address(ada, FULL), an_address(ada, a_place(city=None, postal_code=None))
    await kept(ports, book_of(ada), book_of(ada, full, bare))
    assert await fetched(ports, ada) == book_of(ada, full, bare)
    assert await fetched(ports, bob) == book_of(bob)
    assert ports.addresses is not None
    assert await ports.addresses.get(ada.id, full.id) == AddressRead.of(full)
    assert await ports.addresses.get(ada.id, bare.id) == AddressRead.of(bare)
    for owner, address_id in ((bob.id, full.id), (ada.id, new_id())):
        with pytest.raises(NotFound):
            await ports.addresses.get(owner, address_id)


async def test_a_customer_that_is_not_there_has_none(ports: StorePorts) -> None:
    nobody = a_customer()
    assert await fetched(ports, nobody) == book_of(nobody)


async def test_a_page_is_of_one_customer_and_of_one_type_where_that_is_asked(ports: StorePorts) -> None:
    ada, bob = a_customer(), a_customer()
    await added(ports, ada, bob)
    shipping = [an_address(ada, at=MORNING + minutes(n)) for n in range(3)]
    billing = an_address(ada, FULL, at=LATER)
    await kept(ports, book_of(ada), book_of(ada, *shipping, billing))
    await kept(ports, book_of(bob), book_of(bob, an_address(bob)))
    assert ports.addresses is not None
    read = ports.addresses.list
    newest = [billing.id, *(one.id for one in reversed(shipping))]
    assert [one.id for one in await walked(ADDRESS_LIST, read, customer_id=str(ada.id))] == newest
    found = await walked(ADDRESS_LIST, read, customer_id=str(ada.id), type="billing")
    assert found == [AddressRead.of(billing)]


async def test_one_commit_changes_adds_and_takes_away(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)
    first, second = an_address(ada, a_place(default=True)), an_address(ada, a_place(lines=["2 Elm Row"]))
    before = book_of(ada, first, second)
    await kept(ports, book_of(ada), before)
    after, third, _ = before.add(AddressId(new_id()), a_place(default=True, lines=["3 Oak End"]), at=LATER, by="bob")
    after, _ = after.remove(second, at=LATER, by="bob")
    await kept(ports, before, after)
    found = await fetched(ports, ada)
    assert found == after
    assert [(one.id, one.details.default, one.lifecycle.version) for one in found.addresses] == [
        (first.id, False, 2),
        (third.id, True, 1),
    ]


async def test_the_default_may_change_hands_between_two_that_are_there(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)
    first, second = an_address(ada, a_place()), an_address(ada, a_place(default=True))
    before = book_of(ada, first, second)
    await kept(ports, book_of(ada), before)
    after, _, _ = before.change(first, a_place(default=True), at=LATER, by="bob")
    await kept(ports, before, after)
    assert (await fetched(ports, ada)).default(AddressType.SHIPPING) == after.find(first.id)


async def test_what_somebody_else_changed_is_a_conflict(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)
    before = book_of(ada, an_address(ada))
    await kept(ports, book_of(ada), before)
    for stale in (book_of(ada), book_of(ada, an_address(ada)), book_of(ada, *before.addresses, an_address(ada))):
        with pytest.raises(Conflict):
            await kept(ports, stale, book_of(ada, *stale.addresses, an_address(ada)))
    edited, _, _ = before.change(before.addresses[0], FULL, at=LATER, by="bob")
    await kept(ports, before, edited)
    with pytest.raises(Conflict):
        await kept(ports, before, book_of(ada))
    assert await fetched(ports, ada) == edited


async def test_nobody_who_is_deleted_or_not_there_gets_one(ports: StorePorts) -> None:
    gone, nobody = a_customer(), a_customer()
    await added(ports, gone)
    async with ports.units(CALLER) as uow:
        uow.customers.save(gone.delete(at=LATER, by="bob")[0])
        await uow.commit()
    for owner in (gone, nobody):
        with pytest.raises(Conflict):
            await kept(ports, book_of(owner), book_of(owner, an_address(owner)))
        assert await fetched(ports, owner) == book_of(owner)


async def test_of_two_at_once_one_wins(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)
    full = book_of(ada, *(an_address(ada) for _ in range(MAX_ADDRESSES - 1)))
    await kept(ports, book_of(ada), full)

    async def one_more() -> None:
        async with ports.units(CALLER) as uow:
            before = await uow.addresses.of(ada.id)
            await asyncio.sleep(0.01)
            after, _, events = before.add(AddressId(new_id()), replace(FULL, default=True), at=LATER, by="bob")
            uow.addresses.save(before, after)
            uow.record(*events)
            await uow.commit()

    outcomes = await asyncio.gather(*(one_more() for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 4 + ["NoneType"]
    found = await fetched(ports, ada)
    assert len(found.addresses) == MAX_ADDRESSES
    assert sum(one.details.default for one in found.addresses) == 1
