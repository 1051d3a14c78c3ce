"""The use cases of merging customers, and of undoing that."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from application.caller import Caller
from application.customers.living import living_customer
from application.customers.merge_models import MERGE_LIST, MergeAnswer, MergeCommand, MergeRead, UnmergeAnswer
from application.customers.models import CustomerRead
from application.errors import Conflict, NotFound
from application.listing import Listed, Listing, listed
from application.ports.merges import MergeReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from domain.customers.belongings import Handover
from domain.customers.customer import Customer
from domain.customers.merge import Merge, merge, undo
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId, GroupId, MergeId, ReviewId


class MergeService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, reader: MergeReader, clock: Clock, ids: IdGenerator) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock
        self._ids = ids

    async def list(self, listing: Listing) -> Listed[MergeRead]:
        """One page of what was merged into a customer, the last merge first."""
        return listed(MERGE_LIST, listing, await self._reader.list(listing))

    async def merge(
        self, customer_id: UUID, command: MergeCommand, caller: Caller, *, version: int | None = None
    ) -> MergeAnswer:
        """Merges another customer into this one, which survives.

        - Orders, returns, reviews, addresses, consents and what was merged into the other before go to the survivor.
        - Name, reference, e-mail address and phone are filled in where the survivor has none; tags are united, and of
          the metadata the keys that the survivor lacks.
        - Of two default addresses of one type the survivor's stays the default, and of two reviews of one book the
          survivor's stays; the other one is put away.
        - The other customer is gone: its id leads to the survivor from then on, until the merge is undone.
        """
        async with self._units(caller) as uow:
            survivor = await living_customer(uow, customer_id, version)
            other = await _other(uow, command.from_id)
            survivor, merged, handover, events = merge(
                MergeId(self._ids.new()),
                survivor,
                other,
                held=await uow.merges.belongings(survivor.id),
                others=await uow.merges.belongings(other.id),
                at=self._clock.now(),
                by=caller.actor,
            )
            uow.merges.hand_over(handover)
            await _save_the_rest(uow, handover)
            uow.merges.dissolve(other)
            survivor = uow.customers.save(survivor)
            uow.merges.add(merged)
            uow.record(*events)
            answer = MergeAnswer(customer=CustomerRead.of(survivor), merge=MergeRead.of(merged))
            await uow.commit(answer)
        return answer

    async def undo(
        self, customer_id: UUID, command: MergeCommand, caller: Caller, *, version: int | None = None
    ) -> UnmergeAnswer:
        """Undoes a merge: the other customer is back under its id, with what moved, as that is by now.

        - The survivor loses the fields, tags and metadata that it was given, unless they were changed since.
        - What came later stays with the survivor. What was taken away since stays away.
        - A merge whose survivor was merged away itself can be undone after that other one.
        """
        async with self._units(caller) as uow:
            survivor = await living_customer(uow, customer_id, version)
            merged = await uow.merges.get(survivor.id, CustomerId(command.from_id))
            survivor, back, handover, events = undo(
                merged,
                survivor,
                held=await uow.merges.belongings(survivor.id),
                groups=await _groups(uow, merged),
                at=self._clock.now(),
                by=caller.actor,
            )
            survivor = uow.customers.save(survivor)
            uow.customers.add(back)
            uow.merges.hand_over(handover)
            await _save_the_rest(uow, handover)
            uow.merges.remove(merged)
            uow.record(*events)
            answer = UnmergeAnswer(customer=CustomerRead.of(survivor), restored=CustomerRead.of(back))
            await uow.commit(answer)
        return answer


async def _other(uow: UnitOfWork, from_id: UUID) -> Customer:
    try:
        return await living_customer(uow, from_id)
    except NotFound as error:
        raise Invalid.because("no-such-customer", error.detail, "/from_id") from None


async def _groups(uow: UnitOfWork, merged: Merge) -> Mapping[GroupId, int]:
    memberships = () if merged.kept is None else merged.kept.memberships
    return {one.group_id: (await uow.groups.get(one.group_id)).lifecycle.version for one in memberships}


async def _save_the_rest(uow: UnitOfWork, handover: Handover) -> None:
    """Reviews that are deleted or come back, which changes the ratings of their books, and groups."""
    for one in handover.things.reviews:
        if one.id not in handover.decided:
            continue
        review = await uow.reviews.get(ReviewId(one.id))
        if review.lifecycle.version != one.version:
            raise Conflict("somebody else changed a review of the customer in the meantime: read it again")
        lifecycle = replace(
            review.lifecycle.handed_over(at=handover.at, by=handover.by),
            deleted_at=handover.at if one.id in handover.put_away else None,
        )
        uow.reviews.save(replace(review, customer_id=handover.taker, lifecycle=lifecycle))
    for held in handover.leaves:
        uow.groups.dismiss(held.membership.group_id, [handover.giver])
    uow.groups.admit(held.membership for held in handover.joins)
