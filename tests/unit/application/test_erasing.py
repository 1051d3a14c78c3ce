from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from adapters.memory.people import MemoryPersonReader
from adapters.memory.unit_of_work import MemoryUnitOfWork, MemoryUnitsOfWork
from application.caller import Caller
from application.customers.erasing import BATCH, ErasureService
from application.customers.export_models import PurgeRead
from application.customers.models import CustomerCreate
from application.errors import Conflict, Erased, NotFound, StaleVersion
from application.ports.unit_of_work import UnitsOfWork
from tests.support.builders import MORNING, new_id
from tests.unit.application.conftest import Shop

BOB = Caller("bob", request_id="req-1")
MONTH = timedelta(days=30)


def service(shop: Shop, units: UnitsOfWork | None = None) -> ErasureService:
    return ErasureService(
        units=units or MemoryUnitsOfWork(shop.store), people=MemoryPersonReader(shop.store), clock=shop.clock
    )


async def a_deleted_one(shop: Shop, name: str = "Ada") -> UUID:
    made = await shop.customers.create(CustomerCreate(name=name), BOB)
    await shop.customers.delete(made.id, BOB)
    return made.id


async def test_one_is_erased_once_and_for_good(shop: Shop) -> None:
    erasures = service(shop)
    made = await shop.customers.create(CustomerCreate(name="Ada", email="ada@example.org"), BOB)
    with pytest.raises(StaleVersion):
        await erasures.erase(made.id, BOB, version=2)
    with pytest.raises(NotFound):
        await erasures.erase(new_id(), BOB)
    shop.clock.pass_by(minutes=1)
    answer = await erasures.erase(made.id, Caller("eve"), version=1)
    assert (answer.id, answer.version, answer.erased_at) == (made.id, 2, shop.clock.now())
    assert shop.events == [("customer.created", 1, "bob"), ("customer.erased", 2, "eve")]
    for again in (
        lambda: erasures.erase(made.id, BOB),
        lambda: shop.customers.get(made.id, include_deleted=True),
        lambda: shop.customers.restore(made.id, BOB),
        lambda: shop.customers.delete(made.id, BOB),
    ):
        with pytest.raises(Erased):
            await again()
    await shop.customers.create(CustomerCreate(name="Ida", email="ada@example.org"), BOB)


async def test_a_purge_erases_who_was_deleted_long_enough_ago(shop: Shop) -> None:
    erasures = service(shop)
    old = await a_deleted_one(shop)
    shop.clock.pass_by(minutes=1)
    younger, here = await a_deleted_one(shop), await shop.customers.create(CustomerCreate(name="Eve"), BOB)
    shop.clock.at = MORNING + MONTH + timedelta(minutes=1)
    before = MORNING + timedelta(minutes=1)
    assert await erasures.due(MONTH) == PurgeRead(deleted_before=before, due=1, erased=0)
    assert await erasures.purge(MONTH, BOB) == PurgeRead(deleted_before=before, due=1, erased=1)
    assert await erasures.purge(MONTH, BOB) == PurgeRead(deleted_before=before, due=0, erased=0)
    with pytest.raises(Erased):
        await shop.customers.get(old)
    assert (await shop.customers.get(younger, include_deleted=True)).name == "Ada"
    assert (await shop.customers.get(here.id)).name == "Eve"
    assert [one for one in shop.events if one[0] == "customer.erased"] == [("customer.erased", 3, "bob")]


async def test_a_purge_of_many_goes_in_batches(shop: Shop) -> None:
    commits = []

    class Counting(MemoryUnitOfWork):
        async def commit(self, answer: Any = None) -> None:
            commits.append(len(shop.events))
            await super().commit(answer)

    many = 2 * BATCH + 5
    for number in range(many):
        await a_deleted_one(shop, f"Reader {number}")
    shop.clock.pass_by(minutes=1)
    erasures = service(shop, lambda caller: Counting(shop.store, caller))
    assert (await erasures.purge(timedelta(0), BOB)).erased == many
    assert [later - earlier for earlier, later in pairwise(commits)] == [BATCH, BATCH, 5]


async def test_who_is_restored_meanwhile_stays(shop: Shop) -> None:
    lucky, other = await a_deleted_one(shop, "Ada"), await a_deleted_one(shop, "Bob")
    shop.clock.pass_by(minutes=1)

    class Overtaken(MemoryUnitOfWork):
        async def commit(self, answer: Any = None) -> None:
            if shop.store.customers[lucky].lifecycle.deleted:
                await shop.customers.restore(lucky, BOB)
            await super().commit(answer)

    found = await service(shop, lambda caller: Overtaken(shop.store, caller)).purge(timedelta(0), BOB)
    assert (found.due, found.erased) == (2, 1)
    assert (await shop.customers.get(lucky)).name == "Ada"
    with pytest.raises(Erased):
        await shop.customers.get(other)


async def test_a_purge_that_is_always_overtaken_gives_up(shop: Shop) -> None:
    gone = await a_deleted_one(shop)
    shop.clock.pass_by(minutes=1)

    class Overtaken(MemoryUnitOfWork):
        async def commit(self, answer: Any = None) -> None:
            raise Conflict("somebody else changed it in the meantime")

    with pytest.raises(Conflict):
        await service(shop, lambda caller: Overtaken(shop.store, caller)).purge(timedelta(0), BOB)
    assert (await shop.customers.get(gone, include_deleted=True)).name == "Ada"
