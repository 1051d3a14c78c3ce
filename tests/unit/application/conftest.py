"""The services on a memory store, with a clock that is set by hand."""

from dataclasses import dataclass

import pytest

from adapters.memory.books import MemoryBookReader
from adapters.memory.customers import MemoryCustomerReader
from adapters.memory.orders import MemoryOrderReader, MemoryReturnReader
from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from application.books.service import BookService
from application.customers.service import CustomerService
from application.orders.service import OrderService
from tests.support.clocks import AscendingIds, SetClock


@dataclass(frozen=True, kw_only=True)
class Shop:
    """All services on one store."""

    store: MemoryStore
    clock: SetClock
    customers: CustomerService
    books: BookService
    orders: OrderService

    @property
    def events(self) -> list[tuple[str, int, str]]:
        """Type, version and actor of every event."""
        return [(kept.event.type, kept.event.version, kept.event.by) for kept in self.store.events]


@pytest.fixture
def shop() -> Shop:
    """An empty one, in the morning."""
    store, clock, ids = MemoryStore(), SetClock(), AscendingIds()
    units, customers = MemoryUnitsOfWork(store), MemoryCustomerReader(store)
    return Shop(
        store=store,
        clock=clock,
        customers=CustomerService(units=units, reader=customers, clock=clock, ids=ids),
        books=BookService(units=units, reader=MemoryBookReader(store), clock=clock, ids=ids),
        orders=OrderService(
            units=units,
            orders=MemoryOrderReader(store),
            returns=MemoryReturnReader(store),
            customers=customers,
            clock=clock,
            ids=ids,
        ),
    )
