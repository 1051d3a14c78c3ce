"""Customers, as kept and as read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.customers.models import CustomerRead
from application.errors import AlreadyExists
from application.listing import Listing, Page
from domain.customers.customer import Customer
from domain.customers.email_address import EmailAddress
from domain.shared.ids import CustomerId


class EmailExists(AlreadyExists):
    """Another living customer has this e-mail address."""

    code = "email-exists"
    field: ClassVar[str] = "/email"
    message: ClassVar[str] = "e-mail exists"


class CustomerReferenceExists(AlreadyExists):
    """Another living customer has this reference."""

    code = "reference-exists"
    field: ClassVar[str] = "/reference"
    message: ClassVar[str] = "reference exists"


class CustomerRepository(Protocol):
    """Customers for writing, inside a unit of work. Deleted ones are found too, so that they can be restored."""

    async def get(self, customer_id: CustomerId) -> Customer:
        """Raises NotFound, MergedAway or Erased."""
        ...

    async def find_by_references(self, references: Sequence[str]) -> Mapping[str, Customer]:
        """The living customers that have these references, by reference; those that nobody has are left out."""
        ...

    async def find_by_emails(self, emails: Sequence[EmailAddress]) -> Mapping[EmailAddress, Customer]:
        """The living customers that have these e-mail addresses, by address; those that nobody has are left out."""
        ...

    def add(self, customer: Customer) -> None:
        """Keeps a new customer at commit, which raises EmailExists or CustomerReferenceExists."""
        ...

    def add_many(self, customers: Iterable[Customer]) -> None:
        """As `add` for each, in one go."""
        ...

    def save(self, customer: Customer) -> Customer:
        """Keeps a changed customer at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded (also on a second save of
        the same object), EmailExists or CustomerReferenceExists.
        """
        ...


class CustomerReader(Protocol):
    """Customers for reading, straight to read models."""

    async def get(self, customer_id: UUID, *, include_deleted: bool = False) -> CustomerRead:
        """Raises NotFound; a deleted one is not found unless asked for.

        Raises MergedAway or Erased, also when deleted ones are asked for.
        """
        ...

    async def get_many(self, customer_ids: Iterable[UUID]) -> Mapping[UUID, CustomerRead]:
        """Those that exist, deleted and erased ones included, by id, in one question to the store."""
        ...

    async def list(self, listing: Listing) -> Page[CustomerRead]:
        """One page in the order asked for. Filter `tag` asks that the customer has that tag.

        Deleted ones, when they are asked for, include the erased: a row that tells nothing but when that was.
        """
        ...
