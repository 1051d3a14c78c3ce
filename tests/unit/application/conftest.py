"""The services on a memory store, with a clock that is set by hand."""

from dataclasses import dataclass, fields

import pytest

from adapters.memory.store import MemoryStore
from tests.support.memory_case import memory_ports
from tests.support.shops import Shop as AnyShop
from tests.support.shops import shop_on


@dataclass(frozen=True, kw_only=True)
class Shop(AnyShop):
    """All services, and a look into the store."""

    store: MemoryStore

    @property
    def events(self) -> list[tuple[str, int, str]]:
        """Type, version and actor of every event."""
        return [(kept.event.type, kept.event.version, kept.event.by) for kept in self.store.events]


@pytest.fixture
def shop() -> Shop:
    """An empty one, in the morning."""
    store = MemoryStore()
    made = shop_on(memory_ports(store))
    return Shop(store=store, **{one.name: getattr(made, one.name) for one in fields(made)})
