"""What a unit of work has been asked to keep, until it commits."""

from collections.abc import Callable

from adapters.memory.store import Changes
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.events import Event


class Pending:
    """The writes of one unit of work, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._clear()

    def __bool__(self) -> bool:
        return bool(self._writes or self.events)

    def write(self, change: Callable[[Changes], None]) -> None:
        """Puts off one change."""
        self._writes.append(change)

    def write_order(self, order: Order) -> None:
        """Has the references of a new order checked at commit."""
        self._orders.append(order)

    def write_return(self, recorded: Return) -> None:
        """Has the references of a new return checked at commit."""
        self._returns.append(recorded)

    def take(self, changes: Changes) -> list[Event]:
        """Puts everything into `changes`, in order, and gives the events; nothing is pending afterwards."""
        writes, orders, returns, events = self._writes, self._orders, self._returns, self.events
        self._clear()
        for write in writes:
            write(changes)
        changes.check_references(orders, returns)
        return [*changes.events, *events]

    def _clear(self) -> None:
        self._writes: list[Callable[[Changes], None]] = []
        self._orders: list[Order] = []
        self._returns: list[Return] = []
        self.events: list[Event] = []
