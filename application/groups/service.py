"""The use cases of groups."""

from collections.abc import Sequence
from uuid import UUID

from application.caller import Caller
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.groups.models import (
    GROUP_LIST,
    GROUP_MEMBER_LIST,
    GroupCreate,
    GroupRead,
    GroupUpdate,
    MembersChange,
    MembersChanged,
)
from application.listing import Listed, Listing, listed
from application.ports.customers import CustomerReader
from application.ports.groups import GroupReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.customers.group import Group
from domain.shared.errors import Problems
from domain.shared.ids import CustomerId, GroupId


class GroupService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self, *, units: UnitsOfWork, reader: GroupReader, customers: CustomerReader, clock: Clock, ids: IdGenerator
    ) -> None:
        self._units = units
        self._reader = reader
        self._customers = customers
        self._clock = clock
        self._ids = ids

    async def create(self, command: GroupCreate, caller: Caller) -> GroupRead:
        """Founds a group, of nobody yet. Its name is unique among living groups."""
        async with self._units(caller) as uow:
            group, event = Group.found(
                GroupId(self._ids.new()), command.details(), at=self._clock.now(), by=caller.actor
            )
            uow.groups.add(group)
            uow.record(event)
            answer = GroupRead.of(group)
            await uow.commit(answer)
        return answer

    async def get(self, group_id: UUID, *, include_deleted: bool = False) -> GroupRead:
        """One group. A deleted one is found only when asked for."""
        return await self._reader.get(group_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[GroupRead]:
        """One page of groups: by name or time."""
        return listed(GROUP_LIST, listing, await self._reader.list(listing))

    async def update(
        self, group_id: UUID, command: GroupUpdate, caller: Caller, *, version: int | None = None
    ) -> GroupRead:
        """Changes the fields that are given and leaves the others.

        - null takes an optional value away.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            group = await self._living(uow, group_id, version)
            edited, event = group.edit(command.over(group.details), at=self._clock.now(), by=caller.actor)
            if event is None:
                return GroupRead.of(edited)
            answer = GroupRead.of(uow.groups.save(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, group_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a group away with its members; it can be restored, and they with it."""
        async with self._units(caller) as uow:
            group = await self._living(uow, group_id, version)
            gone, event = group.delete(at=self._clock.now(), by=caller.actor)
            uow.groups.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, group_id: UUID, caller: Caller, *, version: int | None = None) -> GroupRead:
        """Brings a deleted group back with its members, unless its name was taken in the meantime."""
        async with self._units(caller) as uow:
            group = await uow.groups.get(GroupId(group_id))
            expect(group.lifecycle, version)
            back, event = group.restore(at=self._clock.now(), by=caller.actor)
            answer = GroupRead.of(uow.groups.save(back))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def members(self, listing: Listing) -> Listed[CustomerRead]:
        """One page of the customers in a group."""
        return listed(GROUP_MEMBER_LIST, listing, await self._reader.members(listing))

    async def admit(self, group_id: UUID, command: MembersChange, caller: Caller) -> MembersChanged:
        """Puts customers into a group; those who are in it already stay as they are.

        Each of them must exist; otherwise nobody joins.
        """
        wanted = [*dict.fromkeys(map(CustomerId, command.customer_ids))]
        async with self._units(caller) as uow:
            group = await self._living(uow, group_id, None)
            await self._require(command.customer_ids)
            present = await uow.groups.members_among(group.id, wanted)
            at = self._clock.now()
            joined = [group.admit(one, at=at, by=caller.actor) for one in wanted if one not in present]
            answer = MembersChanged(changed=len(joined), unchanged=len(present))
            if joined:
                uow.groups.admit(membership for membership, _ in joined)
                uow.record(*(event for _, event in joined))
                await uow.commit(answer)
        return answer

    async def dismiss(self, group_id: UUID, command: MembersChange, caller: Caller) -> MembersChanged:
        """Takes customers out of a group; of those who are not in it nothing changes."""
        wanted = [*dict.fromkeys(map(CustomerId, command.customer_ids))]
        async with self._units(caller) as uow:
            group = await self._living(uow, group_id, None)
            present = await uow.groups.members_among(group.id, wanted)
            answer = MembersChanged(changed=len(present), unchanged=len(wanted) - len(present))
            await self._dismissed(uow, group, [one for one in wanted if one in present], caller, answer)
        return answer

    async def dismiss_one(
        self, group_id: UUID, customer_id: UUID, caller: Caller, *, version: int | None = None
    ) -> None:
        """Takes one customer out of a group. One who is not in it is not found."""
        async with self._units(caller) as uow:
            group = await self._living(uow, group_id, version)
            if not await uow.groups.members_among(group.id, [CustomerId(customer_id)]):
                raise NotFound("member", customer_id)
            await self._dismissed(uow, group, [CustomerId(customer_id)], caller, None)

    async def _dismissed(
        self,
        uow: UnitOfWork,
        group: Group,
        leaving: Sequence[CustomerId],
        caller: Caller,
        answer: MembersChanged | None,
    ) -> None:
        if leaving:
            at = self._clock.now()
            uow.groups.dismiss(group.id, leaving)
            uow.record(*(group.dismiss(one, at=at, by=caller.actor) for one in leaving))
            await uow.commit(answer)

    async def _living(self, uow: UnitOfWork, group_id: UUID, version: int | None) -> Group:
        group = await uow.groups.get(GroupId(group_id))
        if group.lifecycle.deleted:
            raise NotFound("group", group_id)
        expect(group.lifecycle, version)
        return group

    async def _require(self, customer_ids: Sequence[UUID]) -> None:
        known = await self._customers.get_many(set(customer_ids))
        problems = Problems()
        for place, one in enumerate(customer_ids):
            if one not in known or known[one].deleted_at is not None:
                problems.add(f"/customer_ids/{place}", "no-such-customer", f"there is no customer {one}")
        problems.raise_if_any()
