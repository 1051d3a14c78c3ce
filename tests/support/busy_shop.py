"""A shop in which much happens at once that a warehouse has to follow: sales, cancellations, returns, and people and
books that change, are merged and erased.
"""

import asyncio
import random
from contextlib import suppress
from uuid import UUID

from application.books.models import BookCreate, BookUpdate
from application.caller import Caller
from application.customers.merge_models import MergeCommand
from application.customers.models import CustomerCreate, CustomerUpdate
from application.errors import ApplicationError
from application.orders.models import OrderCreate, OrderLineCreate, OrderReturnCreate, OrderReturnLine
from domain.shared.errors import DomainError
from tests.support.builders import isbn
from tests.support.shops import Shop

CALLER = Caller("bob")
_SKUS = ("MUG", "mug", "BAG", "Ä")


class BusyShop:
    """Does one thing after another in several tasks until it is told to stop."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self._shop = shop
        self._chance = random.Random(seed)
        self._customers: list[UUID] = []
        self._orders: list[UUID] = []
        self._books: list[tuple[UUID, str]] = []
        self.stop = asyncio.Event()
        self.done = 0

    async def run(self, *, tasks: int = 4) -> None:
        """Until `stop` is set."""
        await asyncio.gather(*(self._work() for _ in range(tasks)))

    async def _work(self) -> None:
        things = [self._buy] * 8 + [self._cancel, self._give_back, self._give_back, self._register, self._register]
        things += [self._change, self._merge, self._erase, self._catalogue, self._retitle]
        while not self.stop.is_set():
            # Of two that change the same thing one is refused, as in any shop.
            with suppress(ApplicationError, DomainError):
                await self._chance.choice(things)()
                self.done += 1

    async def _buy(self) -> None:
        customer = self._chance.choice([*self._customers, None])
        sold = [self._chance.choice([*_SKUS, *(one for _, one in self._books)]) for _ in range(3)]
        lines = [OrderLineCreate(sku=sku, quantity=self._chance.randint(1, 3), unit_price="2.505") for sku in sold]
        placed = await self._shop.orders.place(OrderCreate(currency="EUR", lines=lines, customer_id=customer), CALLER)
        self._orders.append(placed.id)

    async def _cancel(self) -> None:
        await self._shop.orders.cancel(self._chance.choice(self._orders or [UUID(int=0)]), CALLER)

    async def _give_back(self) -> None:
        lines = [OrderReturnLine(line=1, quantity=1)]
        await self._shop.orders.take_back(
            self._chance.choice(self._orders or [UUID(int=0)]), OrderReturnCreate(lines=lines), CALLER
        )

    async def _register(self) -> None:
        reference = self._chance.choice([None, f"R{self.done}"])
        made = await self._shop.customers.create(CustomerCreate(name="Somebody", reference=reference), CALLER)
        self._customers.append(made.id)

    async def _change(self) -> None:
        one = self._chance.choice(self._customers or [UUID(int=0)])
        await self._shop.customers.update(one, CustomerUpdate(reference=f"N{self.done}"), CALLER)

    async def _merge(self) -> None:
        if len(self._customers) > 5:
            one, other = self._chance.sample(self._customers, 2)
            await self._shop.merges.merge(one, MergeCommand(from_id=other), CALLER)
            self._customers.remove(other)

    async def _erase(self) -> None:
        if len(self._customers) > 5:
            one = self._chance.choice(self._customers)
            await self._shop.erasures.erase(one, CALLER)
            self._customers.remove(one)

    async def _catalogue(self) -> None:
        number = isbn(self.done).value
        command = BookCreate(title="A book", author="Ann", isbn=number, categories=["Poetry"])
        made = await self._shop.books.create(command, CALLER)
        self._books.append((made.id, number))

    async def _retitle(self) -> None:
        one, _ = self._chance.choice(self._books or [(UUID(int=0), "")])
        change = BookUpdate(title=f"Title {self.done}", author="Zoë", categories=["Maps", "Poetry"])
        await self._shop.books.update(one, change, CALLER)
