"""Addresses of customers, as kept and as read."""

from typing import Protocol
from uuid import UUID

from application.customers.address_models import AddressRead
from application.listing import Listing, Page
from domain.customers.address import AddressBook
from domain.shared.ids import CustomerId


class AddressRepository(Protocol):
    """The addresses of a customer for writing, inside a unit of work: all of one customer's are one whole."""

    async def of(self, customer_id: CustomerId) -> AddressBook:
        """All of a customer's; none of a customer that is not there."""
        ...

    def save(self, before: AddressBook, after: AddressBook) -> None:
        """Makes `before`, as it was got, into `after` at commit: adds, changes and takes away.

        Commit raises Conflict when the customer's addresses are no longer those of `before`, or when the customer is
        not there or deleted. So no two commits can make two defaults of one type, or go beyond the number allowed.
        """
        ...


class AddressReader(Protocol):
    """Addresses for reading, straight to read models."""

    async def get(self, customer_id: UUID, address_id: UUID) -> AddressRead:
        """Raises NotFound, also when it is another customer's."""
        ...

    async def list(self, listing: Listing) -> Page[AddressRead]:
        """One page in the order asked for."""
        ...
