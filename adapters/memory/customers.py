"""Customers in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.customers.models import CustomerRead
from application.errors import Erased, MergedAway, NotFound
from application.listing import Listing, Page
from domain.customers.customer import Customer
from domain.customers.email_address import EmailAddress
from domain.shared.ids import CustomerId


class MemoryCustomerRepository:
    """Customers for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, customer_id: CustomerId) -> Customer:
        """Deleted ones too. Raises NotFound, MergedAway or Erased."""
        customer = self._store.customers.get(customer_id)
        if customer is None:
            raise _missing(self._store, customer_id)
        if customer.erased_at is not None:
            raise Erased("customer", customer_id)
        return customer

    async def find_by_references(self, references: Sequence[str]) -> Mapping[str, Customer]:
        """The living customers that have these references."""
        owner = self._store.customer_rows.owner
        return {reference: found for reference in references if (found := owner("reference", reference)) is not None}

    async def find_by_emails(self, emails: Sequence[EmailAddress]) -> Mapping[EmailAddress, Customer]:
        """The living customers that have these e-mail addresses."""
        owner = self._store.customer_rows.owner
        return {email: found for email in emails if (found := owner("email", email.value)) is not None}

    def add(self, customer: Customer) -> None:
        """Keeps a new customer at commit."""
        self._pending.write(lambda changes: changes.customers.add(customer))

    def add_many(self, customers: Iterable[Customer]) -> None:
        """As `add` for each."""
        for customer in customers:
            self.add(customer)

    def save(self, customer: Customer) -> Customer:
        """Keeps a changed customer at commit, under the next version."""
        saved = replace(customer, lifecycle=customer.lifecycle.next_version())
        self._pending.write(lambda changes: changes.customers.save(saved))
        return saved


class MemoryCustomerReader:
    """Customers for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.customer_rows,
            columns={
                "email": lambda one: None if one.details.email is None else one.details.email.value,
                "phone": lambda one: None if one.details.phone is None else one.details.phone.value,
                "reference": lambda one: one.details.reference,
                "name": lambda one: one.details.name,
                "status": lambda one: one.details.status,
                "tag": lambda one: one.details.tags,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
            words=lambda one: one.search_tokens,
        )

    async def get(self, customer_id: UUID, *, include_deleted: bool = False) -> CustomerRead:
        """Raises NotFound, MergedAway or Erased."""
        customer = self._store.customers.get(customer_id)
        if customer is None:
            raise _missing(self._store, customer_id)
        if customer.erased_at is not None:
            raise Erased("customer", customer_id)
        if customer.lifecycle.deleted and not include_deleted:
            raise NotFound("customer", customer_id)
        return CustomerRead.of(customer)

    async def get_many(self, customer_ids: Iterable[UUID]) -> Mapping[UUID, CustomerRead]:
        """Those that exist, deleted ones included."""
        known = self._store.customers
        return {one: CustomerRead.of(known[one]) for one in customer_ids if one in known}

    async def list(self, listing: Listing) -> Page[CustomerRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, CustomerRead.of)


def _missing(store: MemoryStore, customer_id: UUID) -> NotFound:
    for merge in store.merge_rows.members("from_id", customer_id):
        if merge.kept is None:
            return Erased("customer", customer_id)
        return MergedAway("customer", customer_id, merge.customer_id)
    return NotFound("customer", customer_id)
