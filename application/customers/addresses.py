"""The use cases of addresses."""

from uuid import UUID

from application.caller import Caller
from application.customers.address_models import ADDRESS_LIST, AddressCreate, AddressRead, AddressUpdate
from application.customers.living import living_customer
from application.errors import NotFound
from application.listing import Listed, Listing, listed
from application.ports.addresses import AddressReader
from application.ports.customers import CustomerReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.customers.address import Address, AddressBook
from domain.shared.ids import AddressId, CustomerId


class AddressService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: AddressReader,
        customers: CustomerReader,
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        self._units = units
        self._reader = reader
        self._customers = customers
        self._clock = clock
        self._ids = ids

    async def create(self, customer_id: UUID, command: AddressCreate, caller: Caller) -> AddressRead:
        """Adds an address to a customer.

        - As the default of its type it takes that from the one that had it, in the same transaction.
        - A customer has at most 50.
        """
        async with self._units(caller) as uow:
            await living_customer(uow, customer_id)
            before = await uow.addresses.of(CustomerId(customer_id))
            after, address, events = before.add(
                AddressId(self._ids.new()), command.details(), at=self._clock.now(), by=caller.actor
            )
            uow.addresses.save(before, after)
            uow.record(*events)
            answer = AddressRead.of(address)
            await uow.commit(answer)
        return answer

    async def get(self, customer_id: UUID, address_id: UUID) -> AddressRead:
        """One address of a customer."""
        await self._customers.get(customer_id, include_deleted=True)
        return await self._reader.get(customer_id, address_id)

    async def list(self, listing: Listing) -> Listed[AddressRead]:
        """One page of a customer's addresses, the newest first."""
        return listed(ADDRESS_LIST, listing, await self._reader.list(listing))

    async def update(
        self, customer_id: UUID, address_id: UUID, command: AddressUpdate, caller: Caller, *, version: int | None = None
    ) -> AddressRead:
        """Changes the fields that are given and leaves the others.

        - null takes a value away; `lines` is replaced as a whole.
        - As the default of its type it takes that from the one that had it, in the same transaction.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            before, address = await _one(uow, customer_id, address_id, version)
            after, changed, events = before.change(
                address, command.over(address.details), at=self._clock.now(), by=caller.actor
            )
            answer = AddressRead.of(changed)
            if not events:
                return answer
            uow.addresses.save(before, after)
            uow.record(*events)
            await uow.commit(answer)
        return answer

    async def delete(self, customer_id: UUID, address_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Takes an address away, for good."""
        async with self._units(caller) as uow:
            before, address = await _one(uow, customer_id, address_id, version)
            after, event = before.remove(address, at=self._clock.now(), by=caller.actor)
            uow.addresses.save(before, after)
            uow.record(event)
            await uow.commit()


async def _one(
    uow: UnitOfWork, customer_id: UUID, address_id: UUID, version: int | None
) -> tuple[AddressBook, Address]:
    await living_customer(uow, customer_id)
    book = await uow.addresses.of(CustomerId(customer_id))
    address = book.find(AddressId(address_id))
    if address is None:
        raise NotFound("address", address_id)
    expect(address.lifecycle, version)
    return book, address
