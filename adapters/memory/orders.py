"""Orders and returns in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.errors import NotFound
from application.listing import Listing, Page
from application.orders.models import OrderRead, ReturnRead
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.ids import OrderId


class MemoryOrderRepository:
    """Orders for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, order_id: OrderId) -> Order:
        """With its lines. Raises NotFound."""
        order = self._store.orders.get(order_id)
        if order is None:
            raise NotFound("order", order_id)
        return order

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Order]:
        """The orders of a channel that have these references."""
        owner = self._store.order_rows.owner
        return {one: found for one in references if (found := owner("reference", (channel, one))) is not None}

    def add(self, order: Order) -> None:
        """Keeps a new order at commit."""
        self._pending.write(lambda changes: changes.orders.add(order))
        self._pending.write_order(order)

    def add_many(self, orders: Iterable[Order]) -> None:
        """As `add` for each."""
        for order in orders:
            self.add(order)

    def save(self, order: Order) -> Order:
        """Keeps a changed order at commit, under the next version."""
        saved = replace(order, lifecycle=order.lifecycle.next_version())
        self._pending.write(lambda changes: changes.orders.save(saved))
        return saved


class MemoryReturnRepository:
    """Returns for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def find_by_references(self, channel: str, references: Sequence[str]) -> Mapping[str, Return]:
        """The returns of a channel that have these references."""
        owner = self._store.return_rows.owner
        return {one: found for one in references if (found := owner("reference", (channel, one))) is not None}

    def add(self, recorded: Return) -> None:
        """Keeps a new return at commit."""
        self._pending.write(lambda changes: changes.returns.add(recorded))
        self._pending.write_return(recorded)

    def add_many(self, returns: Iterable[Return]) -> None:
        """As `add` for each."""
        for recorded in returns:
            self.add(recorded)


class MemoryOrderReader:
    """Orders for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.order_rows,
            columns={
                "customer_id": lambda one: one.customer_id,
                "status": lambda one: one.status,
                "channel": lambda one: one.channel,
                "reference": lambda one: one.reference,
                "currency": lambda one: one.currency,
                "placed_at": lambda one: one.placed_at,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, order_id: UUID) -> OrderRead:
        """With its lines. Raises NotFound."""
        order = self._store.orders.get(order_id)
        if order is None:
            raise NotFound("order", order_id)
        return OrderRead.of(order)

    async def list(self, listing: Listing) -> Page[OrderRead]:
        """One page in the order asked for; with lines when asked."""
        return self._lister.page(listing, partial(OrderRead.of, lines="lines" in listing.expand))


class MemoryReturnReader:
    """Returns for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.return_rows,
            columns={
                "order_id": lambda one: one.order_id,
                "customer_id": lambda one: one.customer_id,
                "channel": lambda one: one.channel,
                "reference": lambda one: one.reference,
                "currency": lambda one: one.currency,
                "returned_at": lambda one: one.returned_at,
                "created_at": lambda one: one.lifecycle.created_at,
            },
        )

    async def get(self, return_id: UUID) -> ReturnRead:
        """With its lines. Raises NotFound."""
        recorded = self._store.returns.get(return_id)
        if recorded is None:
            raise NotFound("return", return_id)
        return ReturnRead.of(recorded)

    async def list(self, listing: Listing) -> Page[ReturnRead]:
        """One page in the order asked for; with lines when asked."""
        return self._lister.page(listing, partial(ReturnRead.of, lines="lines" in listing.expand))
