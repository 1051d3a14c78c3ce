"""Addresses in memory."""

from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.customers.address_models import AddressRead
from application.errors import Conflict, NotFound
from application.listing import Listing, Page
from domain.customers.address import AddressBook
from domain.shared.ids import CustomerId


class MemoryAddressRepository:
    """The addresses of a customer for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def of(self, customer_id: CustomerId) -> AddressBook:
        """All of a customer's."""
        return AddressBook.of(customer_id, self._store.address_rows.members("customer_id", customer_id))

    def save(self, before: AddressBook, after: AddressBook) -> None:
        """Makes `before` into `after` at commit."""
        self._pending.write(lambda changes: self._keep(changes, before, after))

    def _keep(self, changes: Changes, before: AddressBook, after: AddressBook) -> None:
        present = AddressBook.of(
            before.customer_id, self._store.address_rows.members("customer_id", before.customer_id)
        )
        if not changes.has_living_customer(before.customer_id) or present != before:
            raise Conflict("somebody else changed the customer's addresses in the meantime: read them again")
        known, kept = {one.id: one for one in before.addresses}, {one.id for one in after.addresses}
        for one in before.addresses:
            if one.id not in kept:
                changes.addresses.remove(one)
        for one in after.addresses:
            if one.id not in known:
                changes.addresses.add(one)
            elif one != known[one.id]:
                changes.addresses.save(one)


class MemoryAddressReader:
    """Addresses for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.address_rows,
            columns={
                "customer_id": lambda one: one.customer_id,
                "type": lambda one: one.details.type,
                "created_at": lambda one: one.lifecycle.created_at,
            },
        )

    async def get(self, customer_id: UUID, address_id: UUID) -> AddressRead:
        """Raises NotFound, also when it is another customer's."""
        address = self._store.address_rows.rows.get(address_id)
        if address is None or address.customer_id != customer_id:
            raise NotFound("address", address_id)
        return AddressRead.of(address)

    async def list(self, listing: Listing) -> Page[AddressRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, AddressRead.of)
