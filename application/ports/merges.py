"""Merges of customers, as kept and as read."""

from typing import Protocol

from application.customers.merge_models import MergeRead
from application.listing import Listing, Page
from domain.customers.belongings import Belongings, Handover
from domain.customers.customer import Customer
from domain.customers.merge import Merge
from domain.shared.ids import CustomerId


class MergeRepository(Protocol):
    """Merges for writing, inside a unit of work, and what it takes to make one."""

    async def get(self, customer_id: CustomerId, from_id: CustomerId) -> Merge:
        """The merge of `from_id` that belongs to this customer now. Raises NotFound."""
        ...

    async def belongings(self, customer_id: CustomerId) -> Belongings:
        """All that belongs to a customer, deleted things too, each kind sorted by id."""
        ...

    def hand_over(self, handover: Handover) -> None:
        """Gives things from one customer to another at commit, each under its next version.

        Left out are the reviews that it deletes or brings back, and the groups: those are saved by the one who asks.
        Commit raises Conflict when one of the things is no longer of the version that was read, or is somebody else's.
        """
        ...

    def dissolve(self, customer: Customer) -> None:
        """Takes a customer away at commit, after what belonged to it was handed over.

        Commit raises Conflict when the customer is no longer of this version, or something belongs to it still: from
        then on nothing can be given to it, whatever races.
        """
        ...

    def add(self, merge: Merge) -> None:
        """Keeps a new merge at commit. From then on reading the customer that went raises MergedAway."""
        ...

    def remove(self, merge: Merge) -> None:
        """Takes a merge away at commit, which raises Conflict when it is no longer of this version."""
        ...


class MergeReader(Protocol):
    """Merges for reading, straight to read models."""

    async def list(self, listing: Listing) -> Page[MergeRead]:
        """One page in the order asked for."""
        ...
