"""What customers share, in memory: the definition itself."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence

from adapters.memory.store import MemoryStore
from domain.customers.address import Address
from domain.customers.customer import Customer
from domain.customers.duplicates import MOST_SHARING, Block, Reason, mailbox
from domain.shared.ids import CustomerId


class MemoryDuplicateReader:
    """What living customers share."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def blocks(self) -> Sequence[Block]:
        """Worked out in a thread, of the rows as they are now."""
        living = [one for one in self._store.customers.values() if not one.lifecycle.deleted]
        addresses = list(self._store.address_rows.rows.values())
        return await asyncio.to_thread(_blocks, living, addresses)


def _blocks(living: Sequence[Customer], addresses: Sequence[Address]) -> Sequence[Block]:
    names = {one.id: one.search_tokens for one in living}
    places = {(one.customer_id, one.details.match_key) for one in addresses if names.get(one.customer_id)}
    keyed: list[tuple[Reason, Iterable[tuple[Hashable, CustomerId]]]] = [
        (Reason.MAILBOX, _keys(living, lambda one: one.details.email and mailbox(one.details.email))),
        (Reason.PHONE, _keys(living, lambda one: one.details.phone and one.details.phone.value)),
        (Reason.NAME, ((tokens, one) for one, tokens in names.items() if tokens)),
        (Reason.ADDRESS, (((names[owner], place), owner) for owner, place in places)),
    ]
    return [Block(reason, members) for reason, pairs in keyed for members in _shared(pairs)]


def _keys(
    living: Iterable[Customer], key: Callable[[Customer], Hashable | None]
) -> Iterable[tuple[Hashable, CustomerId]]:
    return ((found, one.id) for one in living if (found := key(one)) is not None)


def _shared(pairs: Iterable[tuple[Hashable, CustomerId]]) -> Iterable[Sequence[CustomerId]]:
    members: dict[Hashable, list[CustomerId]] = {}
    for key, one in pairs:
        members.setdefault(key, []).append(one)
    return (some for some in members.values() if 2 <= len(some) <= MOST_SHARING)
