"""The customer that a change is for."""

from uuid import UUID

from application.errors import NotFound
from application.ports.unit_of_work import UnitOfWork
from application.versions import expect
from domain.customers.customer import Customer
from domain.shared.ids import CustomerId


async def living_customer(uow: UnitOfWork, customer_id: UUID, version: int | None = None) -> Customer:
    """The customer, who is neither deleted nor of another version. Raises NotFound or StaleVersion."""
    customer = await uow.customers.get(CustomerId(customer_id))
    if customer.lifecycle.deleted:
        raise NotFound("customer", customer_id)
    expect(customer.lifecycle, version)
    return customer
