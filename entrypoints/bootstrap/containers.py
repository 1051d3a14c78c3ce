"""Which adapter serves which port, and the use cases on top of them.

Containers are read once, at the start of a process. Nobody is handed one.
"""

from collections.abc import Callable
from typing import Any

from dependency_injector import containers, providers

from adapters.memory.books import MemoryBookReader
from adapters.memory.customers import MemoryCustomerReader
from adapters.memory.orders import MemoryOrderReader, MemoryReturnReader
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from adapters.memory.stores import MemoryHealth
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.analytics.service import AnalyticsService
from application.books.service import BookService
from application.customers.service import CustomerService
from application.health.service import HealthService
from application.orders.service import OrderService
from application.ports.stores import Store
from entrypoints.services import Services


class SystemAdapters(containers.DeclarativeContainer):
    """The time and new ids."""

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(Uuid7Generator, clock)


class MemoryAdapters(containers.DeclarativeContainer):
    """Every port, in the memory of this process."""

    rows = providers.Singleton(MemoryStore)
    units = providers.Singleton(MemoryUnitsOfWork, rows)
    customers = providers.Singleton(MemoryCustomerReader, rows)
    books = providers.Singleton(MemoryBookReader, rows)
    orders = providers.Singleton(MemoryOrderReader, rows)
    returns = providers.Singleton(MemoryReturnReader, rows)
    facts = providers.Singleton(MemoryPurchaseFacts, rows)
    health = providers.Singleton(MemoryHealth)


class Application(containers.DeclarativeContainer):
    """The use cases: on `records`, with the analytics counted by `analytics` (often the same)."""

    system = providers.DependenciesContainer()
    records = providers.DependenciesContainer()
    analytics_records = providers.DependenciesContainer()
    stores: providers.Dependency[list[Store]] = providers.Dependency(instance_of=list)

    customers = providers.Singleton(
        CustomerService, units=records.units, reader=records.customers, clock=system.clock, ids=system.ids
    )
    books = providers.Singleton(
        BookService, units=records.units, reader=records.books, clock=system.clock, ids=system.ids
    )
    orders = providers.Singleton(
        OrderService,
        units=records.units,
        orders=records.orders,
        returns=records.returns,
        customers=records.customers,
        clock=system.clock,
        ids=system.ids,
    )
    analytics = providers.Singleton(AnalyticsService, facts=analytics_records.facts, clock=system.clock)
    health = providers.Singleton(HealthService, stores=stores)
    services = providers.Singleton(
        Services, customers=customers, books=books, orders=orders, analytics=analytics, health=health
    )


def services(
    records: containers.Container,
    analytics_records: containers.Container,
    *,
    wrap: Callable[[type[Any]], type[Any]] | None = None,
) -> Services:
    """The use cases on these adapters; `wrap` gives the class that is made instead of a service's own."""
    bound = [records] if records is analytics_records else [records, analytics_records]
    application = Application(
        system=SystemAdapters(),
        records=records,
        analytics_records=analytics_records,
        stores=[one.health() for one in bound],
    )
    if wrap is not None:
        for use_cases in (application.customers, application.books, application.orders, application.analytics):
            use_cases.set_provides(wrap(use_cases.cls))
    return application.services()
