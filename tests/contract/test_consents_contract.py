"""What application/ports/consents.py promises."""

import asyncio

import pytest

from application.caller import Caller
from application.customers.consent_models import ConsentsRead
from application.errors import Conflict
from domain.customers.consent import ConsentRegister, ConsentState
from domain.customers.customer import Customer
from domain.shared.ids import ConsentId
from tests.support.belongings import an_entry, register_of
from tests.support.builders import MORNING, a_customer, minutes, new_id
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes", "transactions")
CALLER = Caller("bob")
LATER = MORNING + minutes(5)


async def added(ports: StorePorts, *customers: Customer) -> None:
    async with ports.units(CALLER) as uow:
        uow.customers.add_many(customers)
        await uow.commit()


async def kept(ports: StorePorts, before: ConsentRegister, after: ConsentRegister) -> None:
    async with ports.units(CALLER) as uow:
        uow.consents.save(before, after)
        await uow.commit()


async def fetched(ports: StorePorts, customer: Customer) -> ConsentRegister:
    async with ports.units(CALLER) as uow:
        return await uow.consents.of(customer.id)


async def test_what_is_kept_is_got_and_read_as_it_was(ports: StorePorts) -> None:
    ada, bob = a_customer(), a_customer()
    await added(ports, ada, bob)
    given = register_of(ada, an_entry(ada, source="Żółć 📚"), an_entry(ada, purpose="a-survey", at=LATER))
    await kept(ports, register_of(ada), given)
    both = register_of(ada, *given.entries, an_entry(ada, ConsentState.WITHDRAWN, at=LATER))
    await kept(ports, given, both)
    assert await fetched(ports, ada) == both
    assert await fetched(ports, bob) == register_of(bob)
    assert ports.consents is not None
    found = await ports.consents.of(ada.id)
    assert found == ConsentsRead.of(both)
    told = [(one.purpose, one.state, one.version, one.withdrawn_at) for one in found.data]
    assert told == [("a-survey", "given", 1, None), ("newsletter", "withdrawn", 2, LATER)]
    assert [one.state for one in found.data[1].history] == ["given", "withdrawn"]
    assert (await ports.consents.of(bob.id)).data == []
    assert (await ports.consents.of(new_id())).data == []


async def test_what_somebody_else_added_is_a_conflict(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)
    given = register_of(ada, an_entry(ada))
    await kept(ports, register_of(ada), given)
    with pytest.raises(Conflict):
        await kept(ports, register_of(ada), register_of(ada, an_entry(ada)))
    assert await fetched(ports, ada) == given


async def test_nobody_who_is_deleted_or_not_there_agrees(ports: StorePorts) -> None:
    gone, nobody = a_customer(), a_customer()
    await added(ports, gone)
    async with ports.units(CALLER) as uow:
        uow.customers.save(gone.delete(at=LATER, by="bob")[0])
        await uow.commit()
    for owner in (gone, nobody):
        with pytest.raises(Conflict):
            await kept(ports, register_of(owner), register_of(owner, an_entry(owner)))
        assert await fetched(ports, owner) == register_of(owner)


async def test_of_two_at_once_one_wins(ports: StorePorts) -> None:
    ada = a_customer()
    await added(ports, ada)

    all_have_read = asyncio.Barrier(5)

    async def agree() -> None:
        async with ports.units(CALLER) as uow:
            before = await uow.consents.of(ada.id)
            await all_have_read.wait()
            after, _ = before.give(ConsentId(new_id()), "newsletter", source="web", when=LATER, at=LATER, by="bob")
            uow.consents.save(before, after)
            await uow.commit()

    outcomes = await asyncio.gather(*(agree() for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 4 + ["NoneType"]
    assert len((await fetched(ports, ada)).entries) == 1
