"""Groups of customers in PostgreSQL."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, CTE, Delete, Uuid, any_, bindparam, delete, select

from adapters.postgres.customers import CUSTOMER_OUTPUT, customer_read_of, unless_erased
from adapters.postgres.errors import read
from adapters.postgres.kinds import Change, Kind, Params, unnested
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import customers, group_members, groups
from application.customers.models import CustomerRead
from application.errors import NotFound
from application.groups.models import GroupRead
from application.listing import Listing, Page
from domain.customers.group import Group, GroupDetails, Membership
from domain.shared.ids import CustomerId, GroupId

_DETAILS = ("name", "description")
# The order in which the two functions below take a row apart.
GROUP_OUTPUT = [groups.c[name] for name in ("id", *_DETAILS, *LIFECYCLE, "deleted_at")]
_JOINED = (
    select(*CUSTOMER_OUTPUT, group_members.c.group_id)
    .join(group_members, group_members.c.customer_id == customers.c.id)
    .subquery("members")
)

_GET = Statement(select(*GROUP_OUTPUT).where(groups.c.id == bindparam("id")), name="groups.get")
_MEMBERS_AMONG = Statement(
    select(group_members.c.customer_id).where(
        group_members.c.group_id == bindparam("group_id"),
        group_members.c.customer_id == any_(bindparam("customer_ids", type_=ARRAY(Uuid))),
    ),
    name="groups.members_among",
)
_LISTS = ListStatements(groups, GROUP_OUTPUT)
_MEMBERS = ListStatements(
    customers,
    CUSTOMER_OUTPUT,
    linked={"group_id": (group_members.c.group_id, group_members.c.customer_id)},
)


def _values(group: Group) -> tuple[object, ...]:
    details, lifecycle = group.details, group.lifecycle
    return (group.id, details.name, details.description, *lifecycle_values(lifecycle), lifecycle.deleted_at)


def _membership_values(one: Membership) -> tuple[object, ...]:
    return (one.group_id, one.customer_id, one.added_at, one.added_by)


Ended = tuple[GroupId, CustomerId]


class _EndedMemberships(Kind[Ended]):
    """Memberships to be taken out, as things to be written like any other."""

    def __init__(self) -> None:
        super().__init__(group_members, lambda ended: ended)

    def adding(self, one: Ended) -> Params:
        """The values for `add`."""
        return self.adding_many([one])

    def adding_many(self, some: Sequence[Ended]) -> Params:
        """The values for `add_many`."""
        return {"left_groups": [group for group, _ in some], "left_customers": [customer for _, customer in some]}

    def add(self, gate: CTE | None) -> list[Change]:
        """The statement that takes one out."""
        return self.add_many(gate)

    def add_many(self, gate: CTE | None) -> list[Change]:
        """The statement that takes many out."""
        ended = unnested(
            "ended",
            {
                "group_id": bindparam("left_groups", type_=ARRAY(Uuid())),
                "customer_id": bindparam("left_customers", type_=ARRAY(Uuid())),
            },
        )
        out: Delete = delete(group_members).where(
            group_members.c.group_id == ended.c.group_id, group_members.c.customer_id == ended.c.customer_id
        )
        return [out if gate is None else out.where(select(gate.c.id).exists())]


GROUPS = Kind(groups, _values, saves=(*_DETAILS, "updated_at", "updated_by", "deleted_at"))
MEMBERSHIPS = Kind(group_members, _membership_values, also=(customers,))
MEMBERSHIPS.rows.added["customer_id"] = unless_erased
ENDED_MEMBERSHIPS = _EndedMemberships()


def group_of(row: Record) -> Group:
    """The aggregate of a row of GROUP_OUTPUT."""
    details = GroupDetails(name=row[1], description=row[2])
    return Group(id=GroupId(row[0]), details=details, lifecycle=lifecycle_of(row[3:9]))


def _read_of(row: Record) -> GroupRead:
    return GroupRead(
        id=row[0],
        name=row[1],
        description=row[2],
        version=row[3],
        created_at=row[4],
        created_by=row[5],
        updated_at=row[6],
        updated_by=row[7],
        deleted_at=row[8],
    )


class PostgresGroupRepository:
    """Groups for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, group_id: GroupId) -> Group:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=group_id))
        if row is None:
            raise NotFound("group", group_id)
        return group_of(row)

    async def members_among(self, group_id: GroupId, customer_ids: Sequence[CustomerId]) -> AbstractSet[CustomerId]:
        """Those of these customers that are in the group."""
        asked = {"group_id": group_id, "customer_ids": list(customer_ids)}
        rows = await read(self._pool, lambda connection: _MEMBERS_AMONG.fetch(connection, **asked))
        return {CustomerId(row[0]) for row in rows}

    def add(self, group: Group) -> None:
        """Keeps a new group at commit."""
        self._pending.add(GROUPS, group)

    def save(self, group: Group) -> Group:
        """Keeps a changed group at commit, under the next version."""
        saved = replace(group, lifecycle=group.lifecycle.next_version())
        self._pending.save(GROUPS, saved)
        return saved

    def admit(self, memberships: Iterable[Membership]) -> None:
        """Keeps new memberships at commit, in one statement."""
        self._pending.add_many(MEMBERSHIPS, memberships)

    def dismiss(self, group_id: GroupId, customer_ids: Iterable[CustomerId]) -> None:
        """Ends memberships at commit, in one statement."""
        self._pending.add_many(ENDED_MEMBERSHIPS, ((group_id, one) for one in customer_ids))


class PostgresGroupReader:
    """Groups for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, group_id: UUID, *, include_deleted: bool = False) -> GroupRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=group_id))
        if row is None or (row[8] is not None and not include_deleted):
            raise NotFound("group", group_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[GroupRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)

    async def members(self, listing: Listing) -> Page[CustomerRead]:
        """One page of the customers in a group."""
        page = await _MEMBERS.ask(self._pool, listing)
        return Page(items=[customer_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)
