"""The use cases of customers."""

from uuid import UUID

from application.caller import Caller
from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead, CustomerUpdate
from application.errors import NotFound
from application.listing import Listed, Listing, listed
from application.ports.customers import CustomerReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.customers.customer import Customer
from domain.shared.ids import CustomerId


class CustomerService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, reader: CustomerReader, clock: Clock, ids: IdGenerator) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock
        self._ids = ids

    async def create(self, command: CustomerCreate, caller: Caller) -> CustomerRead:
        """Registers a customer.

        - A name, a reference or an e-mail address must be given.
        - The e-mail address and the reference are unique among living customers.
        """
        async with self._units(caller) as uow:
            customer, event = Customer.register(
                CustomerId(self._ids.new()), command.details(), at=self._clock.now(), by=caller.actor
            )
            uow.customers.add(customer)
            uow.record(event)
            answer = CustomerRead.of(customer)
            await uow.commit(answer)
        return answer

    async def get(self, customer_id: UUID, *, include_deleted: bool = False) -> CustomerRead:
        """One customer. A deleted one is found only when asked for."""
        return await self._reader.get(customer_id, include_deleted=include_deleted)

    async def list(self, listing: Listing) -> Listed[CustomerRead]:
        """One page of customers: by words of the name, or by equality of e-mail, phone, reference, status or tag."""
        return listed(CUSTOMER_LIST, listing, await self._reader.list(listing))

    async def update(
        self, customer_id: UUID, command: CustomerUpdate, caller: Caller, *, version: int | None = None
    ) -> CustomerRead:
        """Changes the fields that are given and leaves the others.

        - null takes a value away; `tags` and `metadata` are replaced as a whole.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            customer = await self._living(uow, customer_id, version)
            edited, event = customer.edit(command.over(customer.details), at=self._clock.now(), by=caller.actor)
            if event is None:
                return CustomerRead.of(edited)
            answer = CustomerRead.of(uow.customers.save(edited))
            uow.record(event)
            await uow.commit(answer)
        return answer

    async def delete(self, customer_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a customer away; it can be restored, and its orders stay."""
        async with self._units(caller) as uow:
            customer = await self._living(uow, customer_id, version)
            gone, event = customer.delete(at=self._clock.now(), by=caller.actor)
            uow.customers.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, customer_id: UUID, caller: Caller, *, version: int | None = None) -> CustomerRead:
        """Brings a deleted customer back, unless its e-mail address or reference was taken in the meantime."""
        async with self._units(caller) as uow:
            customer = await uow.customers.get(CustomerId(customer_id))
            expect(customer.lifecycle, version)
            back, event = customer.restore(at=self._clock.now(), by=caller.actor)
            back = uow.customers.save(back)
            uow.record(event)
            answer = CustomerRead.of(back)
            await uow.commit(answer)
        return answer

    async def _living(self, uow: UnitOfWork, customer_id: UUID, version: int | None) -> Customer:
        customer = await uow.customers.get(CustomerId(customer_id))
        if customer.lifecycle.deleted:
            raise NotFound("customer", customer_id)
        expect(customer.lifecycle, version)
        return customer
