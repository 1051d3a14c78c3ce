"""Deliveries of events to webhook endpoints in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, literal_column, select

from adapters.postgres.errors import read, write
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import MOMENT, deliveries
from application.errors import NotFound
from application.listing import Listing, Page
from application.webhooks.delivery_models import DeliveryRead
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Attempt, Delivery, DeliveryState, SendError

_SAVED = (
    "state",
    "attempts",
    "attempt_count",
    "tries",
    "next_attempt_at",
    "waits",
    "last_attempt_at",
    "last_status",
    "last_error",
)
_EVENT = ("id", "webhook_id", "sequence", "type")
_PROGRESS = ("state", "attempts", "attempt_count", "tries", "next_attempt_at", "waits")
_WHOLE = [deliveries.c[name] for name in (*_EVENT, *_PROGRESS)]
# The order in which the functions below take a row apart.
DELIVERY_OUTPUT = [*_WHOLE, *(deliveries.c[name] for name in LIFECYCLE)]
LISTED_OUTPUT = [
    deliveries.c[name]
    for name in (*_EVENT, *(name for name in _SAVED if name not in ("attempts", "tries", "waits")), *LIFECYCLE)
]
_GET = Statement(select(*DELIVERY_OUTPUT).where(deliveries.c.id == bindparam("id")), name="deliveries.get")
_OF_EVENTS = Statement(
    select(*DELIVERY_OUTPUT)
    .where(
        deliveries.c.webhook_id == bindparam("webhook_id"),
        deliveries.c.sequence == any_(bindparam("sequences", type_=ARRAY(BigInteger))),
    )
    .order_by(deliveries.c.sequence),
    name="deliveries.of_events",
)
_WAITING = Statement(
    select(*DELIVERY_OUTPUT)
    .where(deliveries.c.webhook_id == bindparam("webhook_id"), deliveries.c.waits.is_not(None))
    .order_by(deliveries.c.waits.desc(), deliveries.c.next_attempt_at, deliveries.c.sequence)
    .limit(bindparam("most", type_=BigInteger)),
    name="deliveries.waiting",
)
_old = (
    select(deliveries.c.id)
    .where(
        deliveries.c.state != literal_column("'pending'"), deliveries.c.updated_at < bindparam("before", type_=MOMENT)
    )
    .limit(bindparam("most", type_=BigInteger))
)
_FORGET = Statement(delete(deliveries).where(deliveries.c.id.in_(_old)), name="deliveries.forget")
_LISTS = ListStatements(deliveries, LISTED_OUTPUT)


def _values(delivery: Delivery) -> tuple[object, ...]:
    last = delivery.attempts[-1] if delivery.attempts else None
    return (
        delivery.id,
        delivery.webhook_id,
        delivery.sequence,
        delivery.event_type,
        delivery.state,
        [asdict(one) for one in delivery.attempts],
        delivery.attempt_count,
        delivery.tries,
        delivery.next_attempt_at,
        None if last is None else last.at,
        None if last is None else last.status,
        None if last is None else last.error,
        *lifecycle_values(delivery.lifecycle),
        delivery.waits,
    )


DELIVERIES = Kind(deliveries, _values, saves=(*_SAVED, "updated_at", "updated_by"))


def delivery_of(row: Record) -> Delivery:
    """The aggregate of a row of DELIVERY_OUTPUT."""
    return Delivery(
        id=DeliveryId(row[0]),
        webhook_id=WebhookId(row[1]),
        sequence=row[2],
        event_type=row[3],
        state=DeliveryState(row[4]),
        attempts=tuple(_attempt_of(one) for one in row[5]),
        attempt_count=row[6],
        tries=row[7],
        next_attempt_at=row[8],
        waits=row[9],
        lifecycle=lifecycle_of(row[10:15]),
    )


def _attempt_of(kept: Any) -> Attempt:
    return msgspec.convert(kept, Attempt)


def _read_of(row: Record) -> DeliveryRead:
    return DeliveryRead(
        id=row[0],
        webhook_id=row[1],
        sequence=row[2],
        type=row[3],
        state=DeliveryState(row[4]),
        attempt_count=row[5],
        next_attempt_at=row[6],
        last_attempt_at=row[7],
        last_status=row[8],
        last_error=None if row[9] is None else SendError(row[9]),
        version=row[10],
        created_at=row[11],
        created_by=row[12],
        updated_at=row[13],
        updated_by=row[14],
    )


class PostgresDeliveryRepository:
    """Deliveries for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, delivery_id: DeliveryId) -> Delivery:
        """Raises NotFound."""
        return await _found(self._pool, delivery_id)

    async def of_events(self, webhook_id: WebhookId, sequences: Sequence[int]) -> Sequence[Delivery]:
        """Those of these events to an endpoint, in the order of their sequences."""
        asked = {"webhook_id": webhook_id, "sequences": list(sequences)}
        rows = await read(self._pool, lambda connection: _OF_EVENTS.fetch(connection, **asked))
        return [delivery_of(row) for row in rows]

    async def waiting(self, webhook_id: WebhookId, most: int) -> Sequence[Delivery]:
        """The first of those that wait for their turn."""
        rows = await read(self._pool, lambda connection: _WAITING.fetch(connection, webhook_id=webhook_id, most=most))
        return [delivery_of(row) for row in rows]

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Keeps new deliveries at commit, in one statement."""
        self._pending.add_many(DELIVERIES, deliveries)

    def save(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Keeps changed deliveries at commit, in one statement, under their next versions."""
        saved = [replace(one, lifecycle=one.lifecycle.next_version()) for one in deliveries]
        self._pending.save_many(DELIVERIES, saved)
        return saved


class PostgresDeliveryReader:
    """Deliveries for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
        """With its attempts. Raises NotFound, also when it is another endpoint's."""
        delivery = await _found(self._pool, delivery_id)
        if delivery.webhook_id != webhook_id:
            raise NotFound("delivery", delivery_id)
        return DeliveryRead.of(delivery)

    async def list(self, listing: Listing) -> Page[DeliveryRead]:
        """One page in the order asked for, without attempts."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)

    async def forget(self, before: datetime, most: int) -> int:
        """Deletes those that have ended and were last changed before this time."""
        return await write(self._pool, lambda connection: _FORGET.affected(connection, before=before, most=most))


async def _found(pool: Pool, delivery_id: UUID) -> Delivery:
    row = await read(pool, lambda connection: _GET.fetchrow(connection, id=delivery_id))
    if row is None:
        raise NotFound("delivery", delivery_id)
    return delivery_of(row)
