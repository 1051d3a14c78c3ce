"""Histories into the stores of tests."""

from application.caller import Caller
from domain.analytics.history import PurchaseHistory
from tests.support.histories import batch
from tests.support.store_case import StorePorts, told


async def put(ports: StorePorts, history: PurchaseHistory) -> None:
    """Bulk, through the sink where there is one."""
    if ports.sink is not None:
        await ports.sink.write(told(batch(history), watermark=7))
    else:
        async with ports.units(Caller("loader")) as uow:
            uow.customers.add_many(history.customers)
            uow.books.add_many(history.books)
            uow.orders.add_many(history.orders)
            uow.returns.add_many(history.returns)
            await uow.commit()
