"""Customers who share a key by which one may know a person again."""

from collections.abc import Sequence
from typing import Protocol

from domain.customers.duplicates import Block


class DuplicateReader(Protocol):
    """What living customers share."""

    async def blocks(self) -> Sequence[Block]:
        """For each key of domain/customers/duplicates.py that 2 to MOST_SHARING living customers share, these.

        A customer who has one address twice is in its block once. As of one moment, in no order.
        """
        ...
