"""The use cases of erasing customers: one on demand, and those that were deleted long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from application.caller import Caller
from application.customers.export_models import ErasureRead, PurgeRead
from application.errors import Conflict
from application.ports.people import PersonReader
from application.ports.system import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.customers.customer import Customer
from domain.shared.ids import CustomerId

BATCH = 100
"""How many customers a purge erases in one unit of work."""
_MOST_RACES = 10


class ErasureService:
    """Each method is one use case. `erase` is one unit of work, `purge` one a batch."""

    def __init__(self, *, units: UnitsOfWork, people: PersonReader, clock: Clock) -> None:
        self._units = units
        self._people = people
        self._clock = clock

    async def erase(self, customer_id: UUID, caller: Caller, *, version: int | None = None) -> ErasureRead:
        """Erases the person behind a customer for good, also when the customer is deleted.

        - Name, reference, e-mail address, phone, tags and metadata are gone, and so are addresses, consents,
          memberships in groups and snapshots, the words of reviews, and answers kept under idempotency keys.
        - What was bought stays, and the stars of reviews: the id leads to nobody, and answers 410 from now on.
        - The e-mail address and the reference are free for others.
        """
        async with self._units(caller) as uow:
            customer = await uow.customers.get(CustomerId(customer_id))
            expect(customer.lifecycle, version)
            at = self._clock.now()
            _erase(uow, [customer], at, caller)
            answer = ErasureRead(id=customer_id, version=customer.lifecycle.version + 1, erased_at=at)
            await uow.commit(answer)
        return answer

    async def due(self, older_than: timedelta) -> PurgeRead:
        """How many customers were deleted longer ago than that, whom a purge would erase."""
        before = self._clock.now() - older_than
        return PurgeRead(deleted_before=before, due=await self._people.count_due(before), erased=0)

    async def purge(self, older_than: timedelta, caller: Caller) -> PurgeRead:
        """Erases the customers who were deleted longer ago than that, a hundred in a unit of work.

        One that is restored meanwhile stays. Raises Conflict when others change the same customers again and again;
        what was erased until then is.
        """
        before = self._clock.now() - older_than
        due, erased, races = await self._people.count_due(before), 0, 0
        while True:
            try:
                batch = await self._purge_some(before, caller)
            except Conflict:
                races += 1
                if races > _MOST_RACES:
                    raise
                continue
            erased += batch
            if not batch:
                return PurgeRead(deleted_before=before, due=due, erased=erased)

    async def _purge_some(self, before: datetime, caller: Caller) -> int:
        async with self._units(caller) as uow:
            some = await uow.people.due(before, BATCH)
            _erase(uow, some, self._clock.now(), caller)
            await uow.commit()
        return len(some)


def _erase(uow: UnitOfWork, customers: Sequence[Customer], at: datetime, caller: Caller) -> None:
    erased = [one.erase(at=at, by=caller.actor) for one in customers]
    uow.people.erase([customer for customer, _ in erased])
    uow.record(*(event for _, event in erased))
