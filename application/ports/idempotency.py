"""Idempotency keys: a request that is sent again has no second effect and gets the first answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from application.customers.models import CustomerRead
from application.errors import Conflict

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255
WAIT_SECONDS = 2
"""How long a commit waits for another one that is under way."""


class KeyInUse(Conflict):
    """Another request with this idempotency key is under way, or one that changes the same: try again in a moment."""

    code = "idempotency-key-in-use"
    retry_after = 1

    def __init__(self) -> None:
        super().__init__("another request with this idempotency key is under way: send it again in a moment")


class KeyReused(Conflict):
    """The idempotency key was used for another request: another method, path or body. Make a new key for a new one."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__("this idempotency key was used for a request with another method, path or body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer that was given, and to which request: as the claim had them (application/caller.py)."""

    fingerprint: bytes
    reply: bytes


def people(answer: object) -> frozenset[UUID]:
    """The ids of the customers that an answer is about: the customers in it, and whatever has a `customer_id`."""
    found: set[UUID] = set()
    _gather(answer, found)
    return frozenset(found)


def _gather(value: object, found: set[UUID]) -> None:
    if isinstance(value, Struct):
        if isinstance(value, CustomerRead):
            found.add(value.id)
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            if name == "customer_id" and isinstance(inner, UUID):
                found.add(inner)
            elif isinstance(inner, Struct | list | tuple | dict):
                _gather(inner, found)
    elif isinstance(value, dict):
        for inner in value.values():
            _gather(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _gather(inner, found)


class IdempotencyKeys(Protocol):
    """The answers that were given under a key, each kept for 24 hours from its request.

    A unit of work keeps one: `commit(answer)` for a caller with a claim keeps the reply in the same transaction as the
    change, so that there is an answer exactly where there is an effect. It raises KeyInUse, and keeps nothing, when
    another commit holds this key of this actor: at once when that is kept already, and where a store makes one wait
    for another, after at most WAIT_SECONDS. What is older than 24 hours counts as not there and is overwritten.

    A reply may hold personal data. So it is kept with the ids of the customers it is about (`people`), and erasing a
    customer deletes every row whose `customer_ids` has that id.
    """

    async def find(self, actor: str, key: str, *, at: datetime) -> Kept | None:
        """What was kept under this key of this actor and is not older than 24 hours at `at`. Raises Unavailable."""
        ...

    async def forget_expired(self, *, at: datetime) -> int:
        """Deletes what is older than 24 hours at `at`; returns how many. Raises Unavailable."""
        ...
