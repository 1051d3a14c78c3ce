from dataclasses import replace
from uuid import UUID

import pytest

from application.caller import Caller
from application.customers.models import CustomerRead
from application.errors import Conflict, NotFound
from application.groups.models import GROUP_LIST, GROUP_MEMBER_LIST, GroupRead
from application.ports.groups import GroupNameExists, GroupReader
from domain.customers.customer import Customer
from domain.customers.group import Group, GroupDetails
from domain.shared.ids import CustomerId, GroupId
from tests.support.builders import MORNING, a_customer, minutes, new_id
from tests.support.lists import walked
from tests.support.store_case import StorePorts

CALLER = Caller("bob")
LATER = MORNING + minutes(5)

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> GroupReader:
    assert ports.groups is not None
    return ports.groups


def a_group(name: str = "Reading circle", description: str | None = None, *, after: int = 0) -> Group:
    details = GroupDetails(name=name, description=description)
    return Group.found(GroupId(new_id()), details, at=MORNING + minutes(after), by="ada")[0]


async def added(ports: StorePorts, *things: Group | Customer) -> None:
    async with ports.units(CALLER) as uow:
        for one in things:
            uow.groups.add(one) if isinstance(one, Group) else uow.customers.add(one)
        await uow.commit()


async def saved(ports: StorePorts, group: Group) -> Group:
    async with ports.units(CALLER) as uow:
        kept = uow.groups.save(group)
        await uow.commit()
    return kept


async def admitted(ports: StorePorts, group: Group, *customers: Customer) -> None:
    async with ports.units(CALLER) as uow:
        uow.groups.admit(group.admit(one.id, at=LATER, by="bob")[0] for one in customers)
        await uow.commit()


async def dismissed(ports: StorePorts, group: Group, *customers: Customer) -> None:
    async with ports.units(CALLER) as uow:
        uow.groups.dismiss(group.id, [one.id for one in customers])
        await uow.commit()


async def members(ports: StorePorts, group: Group, **asked: str) -> list[CustomerRead]:
    return await walked(GROUP_MEMBER_LIST, reader(ports).members, group_id=str(group.id), **asked)


async def among(ports: StorePorts, group: Group, *customers: Customer) -> set[UUID]:
    async with ports.units(CALLER) as uow:
        return {*await uow.groups.members_among(group.id, [one.id for one in customers])}


class TestGroups:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts) -> None:
        full, bare = a_group("Ünal's; circle", "On Mondays."), a_group("x")
        await added(ports, full, bare)
        for one in (full, bare):
            assert await reader(ports).get(one.id) == GroupRead.of(one)
            async with ports.units(CALLER) as uow:
                assert await uow.groups.get(one.id) == one

    async def test_a_save_gives_the_next_version_and_an_old_one_is_a_conflict(self, ports: StorePorts) -> None:
        group = a_group(description="On Mondays.")
        await added(ports, group)
        kept = await saved(ports, group.edit(GroupDetails(name="New"), at=LATER, by="bob")[0])
        assert await reader(ports).get(group.id) == GroupRead.of(kept)
        assert kept.lifecycle.version == 2
        with pytest.raises(Conflict):
            await saved(ports, group.edit(GroupDetails(name="Other"), at=LATER, by="bob")[0])

    async def test_what_is_not_there_or_deleted_is_not_found(self, ports: StorePorts) -> None:
        group = a_group()
        await added(ports, group)
        gone = await saved(ports, group.delete(at=LATER, by="bob")[0])
        for one in (group.id, new_id()):
            with pytest.raises(NotFound):
                await reader(ports).get(one)
        assert await reader(ports).get(group.id, include_deleted=True) == GroupRead.of(gone)
        async with ports.units(CALLER) as uow:
            assert await uow.groups.get(group.id) == gone
            with pytest.raises(NotFound):
                await uow.groups.get(GroupId(new_id()))

    @pytest.mark.needs("enforces_unique")
    async def test_a_name_is_of_one_living_group(self, ports: StorePorts) -> None:
        group = a_group()
        await added(ports, group)
        with pytest.raises(GroupNameExists) as caught:
            await added(ports, a_group())
        assert (caught.value.code, caught.value.field) == ("group-name-exists", "/name")
        gone = await saved(ports, group.delete(at=LATER, by="bob")[0])
        await added(ports, a_group())
        with pytest.raises(GroupNameExists):
            await saved(ports, gone.restore(at=LATER, by="bob")[0])

    async def test_lists(self, ports: StorePorts) -> None:
        groups = [a_group(name, after=n) for n, name in enumerate(["b", "a", "c"])]
        await added(ports, *groups)
        await saved(ports, groups[2].delete(at=LATER, by="bob")[0])

        async def found(**asked: str) -> str:
            return "".join([one.name for one in await walked(GROUP_LIST, reader(ports).list, **asked)])

        assert await found() == "ab"
        assert await found(include_deleted="true") == "cab"
        assert await found(sort="-name") == "ba"
        assert await found(name="b") == "b"
        assert await found(created_at__gt="2026-03-01T09:00:00Z") == "a"


class TestMembers:
    async def test_they_join_and_leave(self, ports: StorePorts) -> None:
        group, other, customers = a_group(), a_group("Other"), [a_customer(name=name) for name in "abcde"]
        await added(ports, group, other, *customers)
        await admitted(ports, group, *customers[:3])
        await admitted(ports, other, *customers[2:])
        assert [one.name for one in await members(ports, group, sort="name")] == ["a", "b", "c"]
        assert [one.name for one in await members(ports, group)] == ["c", "b", "a"]
        assert await among(ports, group, *customers[1:]) == {customers[1].id, customers[2].id}
        await dismissed(ports, group, *customers[1:])
        assert await members(ports, group) == [CustomerRead.of(customers[0])]
        assert [one.name for one in await members(ports, other, sort="-name", limit="1")] == ["e", "d", "c"]
        await admitted(ports, group, customers[1])
        assert await among(ports, group, *customers) == {customers[0].id, customers[1].id}
        assert await among(ports, group) == set()

    async def test_of_a_group_that_is_not_there_there_are_none(self, ports: StorePorts) -> None:
        await added(ports, a_customer())
        assert await members(ports, a_group()) == []

    async def test_who_is_deleted_is_shown_when_asked_for(self, ports: StorePorts) -> None:
        group, customer = a_group(), a_customer()
        await added(ports, group, customer)
        await admitted(ports, group, customer)
        async with ports.units(CALLER) as uow:
            uow.customers.save(customer.delete(at=LATER, by="bob")[0])
            await uow.commit()
        assert await members(ports, group) == []
        assert [one.id for one in await members(ports, group, include_deleted="true")] == [customer.id]

    async def test_who_joins_twice_is_a_conflict_and_nobody_joins(self, ports: StorePorts) -> None:
        group, customers = a_group(), [a_customer(), a_customer()]
        await added(ports, group, *customers)
        await admitted(ports, group, customers[0])
        with pytest.raises(Conflict):
            await admitted(ports, group, customers[1], customers[0])
        with pytest.raises(Conflict):
            await admitted(ports, group, customers[1], customers[1])
        assert await among(ports, group, *customers) == {customers[0].id}

    @pytest.mark.needs("enforces_references")
    async def test_who_or_what_is_not_there_is_a_conflict(self, ports: StorePorts) -> None:
        group, customer = a_group(), a_customer()
        await added(ports, group, customer)
        for joined, joining in ((group, a_customer()), (a_group("x"), customer)):
            with pytest.raises(Conflict):
                await admitted(ports, joined, joining)

    async def test_one_unit_may_dismiss_and_admit(self, ports: StorePorts) -> None:
        group, customer = a_group(), a_customer()
        await added(ports, group, customer)
        await admitted(ports, group, customer)
        async with ports.units(CALLER) as uow:
            uow.groups.dismiss(group.id, [customer.id])
            uow.groups.admit([group.admit(customer.id, at=LATER, by="eve")[0]])
            uow.groups.dismiss(group.id, [CustomerId(new_id())])
            uow.groups.save(group.edit(replace(group.details, name="New"), at=LATER, by="eve")[0])
            await uow.commit()
        assert await among(ports, group, customer) == {customer.id}
        assert (await reader(ports).get(group.id)).name == "New"
