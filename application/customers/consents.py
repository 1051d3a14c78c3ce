"""The use cases of consents."""

from uuid import UUID

from application.caller import Caller
from application.customers.consent_models import ConsentGive, ConsentRead, ConsentsRead, ConsentWithdraw
from application.customers.living import living_customer
from application.errors import NotFound
from application.ports.consents import ConsentReader
from application.ports.customers import CustomerReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitsOfWork
from application.versions import expect_number
from domain.shared.ids import ConsentId, CustomerId


class ConsentService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: ConsentReader,
        customers: CustomerReader,
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        self._units = units
        self._reader = reader
        self._customers = customers
        self._clock = clock
        self._ids = ids

    async def list(self, customer_id: UUID) -> ConsentsRead:
        """What a customer agreed to, each purpose with how it is now and its whole history."""
        await self._customers.get(customer_id, include_deleted=True)
        return await self._reader.of(customer_id)

    async def get(self, customer_id: UUID, purpose: str) -> ConsentRead:
        """One purpose: how it is now, and its whole history."""
        found = next((one for one in (await self.list(customer_id)).data if one.purpose == purpose), None)
        if found is None:
            raise NotFound("consent to", purpose)
        return found

    async def give(self, customer_id: UUID, command: ConsentGive, caller: Caller) -> ConsentRead:
        """Notes that a customer agrees to a purpose, where that was said and when.

        - What is given already stays as it is: nothing is added.
        - The history is never rewritten: nothing can be said to have been before the last entry of its purpose.
        """
        purpose, source = command.cleaned()
        async with self._units(caller) as uow:
            await living_customer(uow, customer_id)
            before = await uow.consents.of(CustomerId(customer_id))
            now = self._clock.now()
            after, event = before.give(
                ConsentId(self._ids.new()), purpose, source=source, when=command.at or now, at=now, by=caller.actor
            )
            answer = ConsentRead.of(after, purpose)
            if event is None:
                return answer
            uow.consents.save(before, after)
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def withdraw(
        self, customer_id: UUID, purpose: str, command: ConsentWithdraw, caller: Caller, *, version: int | None = None
    ) -> ConsentRead:
        """Notes that a customer no longer agrees to a purpose, where that was said and when.

        - What was never given cannot be withdrawn; what is withdrawn already stays as it is.
        - The history is never rewritten: nothing can be said to have been before the last entry of its purpose.
        """
        source = command.cleaned()
        async with self._units(caller) as uow:
            await living_customer(uow, customer_id)
            before = await uow.consents.of(CustomerId(customer_id))
            expect_number(len(before.about(purpose)), version)
            now = self._clock.now()
            after, event = before.withdraw(
                ConsentId(self._ids.new()), purpose, source=source, when=command.at or now, at=now, by=caller.actor
            )
            answer = ConsentRead.of(after, purpose)
            if event is None:
                return answer
            uow.consents.save(before, after)
            uow.record(event)
            await uow.commit(answer)
        return answer
