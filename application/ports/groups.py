"""Groups of customers, as kept and as read."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Protocol
from uuid import UUID

from application.customers.models import CustomerRead
from application.errors import AlreadyExists
from application.groups.models import GroupRead
from application.listing import Listing, Page
from domain.customers.group import Group, Membership
from domain.shared.ids import CustomerId, GroupId


class GroupNameExists(AlreadyExists):
    """Another living group has this name."""

    code = "group-name-exists"
    field: ClassVar[str] = "/name"
    message: ClassVar[str] = "name exists"


class GroupRepository(Protocol):
    """Groups for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored."""

    async def get(self, group_id: GroupId) -> Group:
        """Raises NotFound."""
        ...

    async def members_among(self, group_id: GroupId, customer_ids: Sequence[CustomerId]) -> AbstractSet[CustomerId]:
        """Those of these customers that are in the group."""
        ...

    def add(self, group: Group) -> None:
        """Keeps a new group at commit, which raises GroupNameExists."""
        ...

    def save(self, group: Group) -> Group:
        """Keeps a changed group at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or GroupNameExists.
        """
        ...

    def admit(self, memberships: Iterable[Membership]) -> None:
        """Keeps new memberships at commit, in one go.

        Commit raises Conflict when one is there already, or the group or the customer is not.
        """
        ...

    def dismiss(self, group_id: GroupId, customer_ids: Iterable[CustomerId]) -> None:
        """Ends memberships at commit, in one go; those that are not there are none to end."""
        ...


class GroupReader(Protocol):
    """Groups for reading, straight to read models."""

    async def get(self, group_id: UUID, *, include_deleted: bool = False) -> GroupRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[GroupRead]:
        """One page in the order asked for."""
        ...

    async def members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of customers in the order asked for. Filter `group_id`, which is there, names the group."""
        ...
