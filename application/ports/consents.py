"""Consents of customers, as kept and as read."""

from typing import Protocol
from uuid import UUID

from application.customers.consent_models import ConsentsRead
from domain.customers.consent import ConsentRegister
from domain.shared.ids import CustomerId


class ConsentRepository(Protocol):
    """The consents of a customer for writing, inside a unit of work. Entries are only ever added."""

    async def of(self, customer_id: CustomerId) -> ConsentRegister:
        """The whole history of a customer; none of a customer that is not there."""
        ...

    def save(self, before: ConsentRegister, after: ConsentRegister) -> None:
        """Adds at commit what `after` has and `before`, as it was got, has not.

        Commit raises Conflict when the customer's history is no longer that of `before`, or when the customer is not
        there or deleted.
        """
        ...


class ConsentReader(Protocol):
    """Consents for reading."""

    async def of(self, customer_id: UUID) -> ConsentsRead:
        """All of a customer's, the purposes sorted, each history in order; none of a customer that is not there."""
        ...
