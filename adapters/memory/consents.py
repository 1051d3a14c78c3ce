"""Consents in memory."""

from uuid import UUID

from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.customers.consent_models import ConsentsRead
from application.errors import Conflict
from domain.customers.consent import ConsentRegister
from domain.shared.ids import CustomerId


class MemoryConsentRepository:
    """The consents of a customer for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def of(self, customer_id: CustomerId) -> ConsentRegister:
        """The whole history of a customer."""
        return _register(self._store, customer_id)

    def save(self, before: ConsentRegister, after: ConsentRegister) -> None:
        """Adds at commit what `after` has and `before` has not."""
        self._pending.write(lambda changes: self._keep(changes, before, after))

    def _keep(self, changes: Changes, before: ConsentRegister, after: ConsentRegister) -> None:
        present = _register(self._store, before.customer_id)
        if not changes.has_living_customer(before.customer_id) or present != before:
            raise Conflict("somebody else changed the customer's consents in the meantime: read them again")
        known = {one.id for one in before.entries}
        for entry in after.entries:
            if entry.id not in known:
                changes.consents.add(entry)


class MemoryConsentReader:
    """Consents for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def of(self, customer_id: UUID) -> ConsentsRead:
        """All of a customer's."""
        return ConsentsRead.of(_register(self._store, CustomerId(customer_id)))


def _register(store: MemoryStore, customer_id: CustomerId) -> ConsentRegister:
    return ConsentRegister.of(customer_id, store.consent_rows.members("customer_id", customer_id))
