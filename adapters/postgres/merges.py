"""Merges in PostgreSQL.

A merge locks both customers, in the order of their ids so that two that cross do not wait for one another, gives each
thing away by its version, and deletes the row of the customer that goes. Whatever names that customer holds its key, so
nothing can come to it afterwards, and the deletion fails where something was not given away.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Integer,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    select,
    update,
)

from adapters.postgres.addresses import ADDRESS_OUTPUT, address_of
from adapters.postgres.connection import Connection
from adapters.postgres.consents import CONSENT_OUTPUT, entry_of
from adapters.postgres.errors import read
from adapters.postgres.kinds import unnested
from adapters.postgres.listing import ListStatements
from adapters.postgres.merge_rows import MERGE_OUTPUT, MERGES, merge_of
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import (
    addresses,
    consents,
    customers,
    group_members,
    groups,
    merges,
    orders,
    returns,
    reviews,
    snapshot_members,
)
from adapters.sql.tables.columns import MOMENT
from application.customers.merge_models import MergeRead
from application.errors import Conflict, NotFound
from application.listing import Listing, Page
from domain.customers.belongings import Belongings, Handover, Held, HeldMembership, HeldReview, SnapshotPlace
from domain.customers.customer import Customer
from domain.customers.group import Membership
from domain.customers.merge import Merge
from domain.shared.ids import CustomerId, GroupId, SnapshotId

_GET = Statement(
    select(*MERGE_OUTPUT).where(
        merges.c.from_id == bindparam("from_id"), merges.c.customer_id == bindparam("customer_id")
    ),
    name="merges.get",
)
_LOCK_BOTH = Statement(
    select(customers.c.id)
    .where(customers.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(customers.c.id)
    .with_for_update(),
    name="customers.lock_both",
)
_DISSOLVE = Statement(
    delete(customers)
    .where(customers.c.id == bindparam("id"), customers.c.version == bindparam("version", type_=Integer()))
    .returning(customers.c.id),
    name="customers.dissolve",
)
_REMOVE = Statement(
    delete(merges)
    .where(merges.c.id == bindparam("id"), merges.c.version == bindparam("version", type_=Integer()))
    .returning(merges.c.id),
    name="merges.remove",
)
_LISTS = ListStatements(merges, MERGE_OUTPUT)
_CHANGED = "somebody else changed what belongs to the customer in the meantime: try again"


def _owned(table: Table, output: Sequence[Column[Any]]) -> Statement:
    return Statement(
        select(*output).where(table.c.customer_id == bindparam("customer_id")).order_by(table.c.id),
        name=f"{table.name}.owned",
    )


def _given(table: Table) -> Statement:
    """Gives rows of a table to another customer; those of other versions, or of somebody else, stay."""
    arrays: dict[str, Any] = {
        "id": bindparam("ids", type_=ARRAY(Uuid)),
        "version": bindparam("versions", type_=ARRAY(Integer())),
    }
    values: dict[Any, Any] = {
        table.c.customer_id: bindparam("taker", type_=Uuid()),
        table.c.version: table.c.version + 1,
        table.c.updated_at: bindparam("at", type_=MOMENT),
        table.c.updated_by: bindparam("by", type_=Text()),
    }
    if table is addresses:
        arrays["is_default"] = bindparam("defaults", type_=ARRAY(Boolean()))
    held = unnested("held", arrays)
    if table is addresses:
        values[table.c.is_default] = held.c.is_default
    changed = (
        update(table)
        .values(values)
        .where(
            table.c.id == held.c.id,
            table.c.version == held.c.version,
            table.c.customer_id == bindparam("giver", type_=Uuid()),
        )
    )
    return Statement(changed, name=f"{table.name}.give")


_HELD = {table: _owned(table, [table.c.id, table.c.version]) for table in (orders, returns, merges)}
_HELD_REVIEWS = _owned(reviews, [reviews.c.id, reviews.c.version, reviews.c.book_id, reviews.c.deleted_at])
_HELD_ADDRESSES = _owned(addresses, ADDRESS_OUTPUT)
_HELD_CONSENTS = _owned(consents, CONSENT_OUTPUT)
_GIVE = {table: _given(table) for table in (orders, returns, reviews, addresses, consents, merges)}


_MEMBERSHIPS = Statement(
    select(group_members.c.group_id, group_members.c.added_at, group_members.c.added_by, groups.c.version)
    .select_from(group_members.join(groups, groups.c.id == group_members.c.group_id))
    .where(group_members.c.customer_id == bindparam("customer_id"))
    .order_by(group_members.c.group_id),
    name="group_members.owned",
)
_PLACES = Statement(
    select(snapshot_members.c.snapshot_id, snapshot_members.c.number)
    .where(snapshot_members.c.customer_id == bindparam("customer_id"))
    .order_by(snapshot_members.c.snapshot_id, snapshot_members.c.number),
    name="snapshot_members.owned",
)


def _replaced() -> Statement:
    held = unnested(
        "held",
        {
            "snapshot_id": bindparam("ids", type_=ARRAY(Uuid)),
            "number": bindparam("numbers", type_=ARRAY(Integer())),
        },
    )
    return Statement(
        update(snapshot_members)
        .values({snapshot_members.c.customer_id: bindparam("taker", type_=Uuid())})
        .where(
            snapshot_members.c.snapshot_id == held.c.snapshot_id,
            snapshot_members.c.number == held.c.number,
            snapshot_members.c.customer_id == bindparam("giver", type_=Uuid()),
        ),
        name="snapshot_members.give",
    )


_REPLACE = _replaced()


class PostgresMergeRepository:
    """Merges for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, customer_id: CustomerId, from_id: CustomerId) -> Merge:
        """The merge of `from_id` that belongs to this customer now. Raises NotFound."""
        row = await read(
            self._pool, lambda connection: _GET.fetchrow(connection, customer_id=customer_id, from_id=from_id)
        )
        if row is None:
            raise NotFound("merge of customer", from_id)
        return merge_of(row)

    async def belongings(self, customer_id: CustomerId) -> Belongings:
        """All that belongs to a customer."""
        return await read(self._pool, lambda connection: _belongings(connection, customer_id))

    def hand_over(self, handover: Handover) -> None:
        """Gives things from one customer to another at commit."""

        async def give(connection: Connection) -> None:
            await _LOCK_BOTH.fetch(connection, ids=[handover.giver, handover.taker])
            for table, held in _moves(handover):
                await _give(connection, table, held, handover)
            await _give_places(connection, handover)

        self._pending.step(give)

    def dissolve(self, customer: Customer) -> None:
        """Takes a customer away at commit."""

        async def take_away(connection: Connection) -> None:
            try:
                gone = await _DISSOLVE.fetchval(connection, id=customer.id, version=customer.lifecycle.version)
            except asyncpg.ForeignKeyViolationError as error:
                raise Conflict(f"something came to the customer {customer.id} in the meantime: try again") from error
            if gone is None:
                raise Conflict(f"somebody else changed the customer {customer.id} in the meantime: read it again")

        self._pending.step(take_away)

    def add(self, merge: Merge) -> None:
        """Keeps a new merge at commit."""
        self._pending.add(MERGES, merge)

    def remove(self, merge: Merge) -> None:
        """Takes a merge away at commit."""

        async def take_away(connection: Connection) -> None:
            if await _REMOVE.fetchval(connection, id=merge.id, version=merge.lifecycle.version) is None:
                raise Conflict("somebody else undid the merge in the meantime, or merged its survivor away")

        self._pending.step(take_away)


class PostgresMergeReader:
    """Merges for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, listing: Listing) -> Page[MergeRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        items = [MergeRead.of(merge_of(row)) for row in page.items]
        return Page(items=items, has_more=page.has_more, total=page.total)


async def _belongings(connection: Connection, customer_id: CustomerId) -> Belongings:
    held: dict[Table, tuple[Held, ...]] = {}
    for table, statement in _HELD.items():
        rows = await statement.fetch(connection, customer_id=customer_id)
        held[table] = tuple(Held(row[0], row[1]) for row in rows)
    found = await _HELD_REVIEWS.fetch(connection, customer_id=customer_id)
    return Belongings(
        orders=held[orders],
        returns=held[returns],
        reviews=tuple(
            HeldReview(id=row[0], version=row[1], book_id=row[2], deleted=row[3] is not None) for row in found
        ),
        addresses=tuple(map(address_of, await _HELD_ADDRESSES.fetch(connection, customer_id=customer_id))),
        consents=tuple(map(entry_of, await _HELD_CONSENTS.fetch(connection, customer_id=customer_id))),
        merges=held[merges],
        memberships=tuple(
            HeldMembership(
                Membership(group_id=GroupId(row[0]), customer_id=customer_id, added_at=row[1], added_by=row[2]),
                row[3],
            )
            for row in await _MEMBERSHIPS.fetch(connection, customer_id=customer_id)
        ),
        places=tuple(
            SnapshotPlace(SnapshotId(row[0]), row[1])
            for row in await _PLACES.fetch(connection, customer_id=customer_id)
        ),
    )


def _moves(handover: Handover) -> Sequence[tuple[Table, Sequence[tuple[UUID, int]]]]:
    things = handover.things
    return [
        (orders, [(one.id, one.version) for one in things.orders]),
        (returns, [(one.id, one.version) for one in things.returns]),
        (reviews, [(one.id, one.version) for one in things.reviews if one.id not in handover.decided]),
        (addresses, [(one.id, one.lifecycle.version) for one in things.addresses]),
        (consents, [(one.id, one.lifecycle.version) for one in things.consents]),
        (merges, [(one.id, one.version) for one in things.merges]),
    ]


async def _give(connection: Connection, table: Table, held: Sequence[tuple[UUID, int]], handover: Handover) -> None:
    if not held:
        return
    given: dict[str, Any] = {
        "ids": [one for one, _ in held],
        "versions": [version for _, version in held],
        "giver": handover.giver,
        "taker": handover.taker,
        "at": handover.at,
        "by": handover.by,
    }
    if table is addresses:
        given["defaults"] = [one in handover.defaults for one, _ in held]
    try:
        changed = await _GIVE[table].affected(connection, **given)
    except asyncpg.UniqueViolationError as error:
        raise Conflict(_CHANGED) from error
    if changed != len(held):
        raise Conflict(_CHANGED)


async def _give_places(connection: Connection, handover: Handover) -> None:
    places = handover.things.places
    if not places:
        return
    changed = await _REPLACE.affected(
        connection,
        ids=[one.snapshot_id for one in places],
        numbers=[one.number for one in places],
        giver=handover.giver,
        taker=handover.taker,
    )
    if changed != len(places):
        raise Conflict(_CHANGED)
