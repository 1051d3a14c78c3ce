"""Idempotency keys in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CTE, Text, bindparam, delete, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.errors import read, write
from adapters.postgres.kinds import Change, Kind, Params
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.sql.tables import MOMENT, idempotency_keys
from application.caller import Claim
from application.ports.idempotency import KEPT_FOR, WAIT_SECONDS, Kept

_KEYS = idempotency_keys.c
_MOMENT = bindparam("at", type_=MOMENT)
_FIND = Statement(
    select(_KEYS.fingerprint, _KEYS.reply).where(
        _KEYS.actor == bindparam("actor", type_=Text),
        _KEYS.key == bindparam("key", type_=Text),
        _KEYS.expires_at > _MOMENT,
    ),
    name="idempotency_keys.find",
)
_FORGET_EXPIRED = Statement(delete(idempotency_keys).where(_KEYS.expires_at <= _MOMENT), name="idempotency_keys.forget")
WAITS_SHORTLY: ColumnElement[bool] = select(
    func.set_config(
        literal_column("'lock_timeout'"), literal_column(f"'{WAIT_SECONDS}s'"), literal_column("true")
    ).is_not(None)
).scalar_subquery()
"""True, and until the end of its transaction (so not on the pooled connection) no lock is waited for any longer."""


class Claimed(NamedTuple):
    """A claim, by whom, with what was answered and the customers that the answer is about."""

    claim: Claim
    actor: str
    reply: bytes
    customer_ids: Iterable[UUID]


def _values(claimed: Claimed) -> tuple[object, ...]:
    claim = claimed.claim
    return (
        claimed.actor,
        claim.key,
        claim.fingerprint,
        claimed.reply,
        list(claimed.customer_ids),
        claim.at + KEPT_FOR,
    )


class _Claims(Kind[Claimed]):
    """One claim a unit of work; one that has expired is deleted for it in the same statement.

    A second one of a key waits for the commit of the first, and breaks `pk_idempotency_keys`.
    """

    def adding(self, one: Claimed) -> Params:
        """The values for `add`."""
        return super().adding(one) | {"at": one.claim.at}

    def add(self, gate: CTE | None) -> list[Change]:
        """An expired one is deleted before the claim is added, and before that waits are made short."""
        actor, key = (self.rows.given(f"{idempotency_keys.name}_{name}", _KEYS[name]) for name in ("actor", "key"))
        expired = (
            delete(idempotency_keys)
            .where(_KEYS.actor == actor, _KEYS.key == key, _KEYS.expires_at <= _MOMENT, WAITS_SHORTLY)
            .returning(_KEYS.key)
            .cte("expired")
        )
        freed = select(func.count().label("many")).select_from(expired).cte("freed")
        values = [self.rows.given(name, one) for name, one in zip(self.rows.names, self.rows.columns, strict=True)]
        source = select(*values).select_from(freed if gate is None else freed.join(gate, true()))
        return [insert(idempotency_keys).from_select(self.rows.columns, source)]


CLAIMS = _Claims(idempotency_keys, _values)


class PostgresIdempotencyKeys:
    """What was answered under each key."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, actor: str, key: str, *, at: datetime) -> Kept | None:
        """What was kept and has not expired."""
        row = await read(self._pool, lambda connection: _FIND.fetchrow(connection, actor=actor, key=key, at=at))
        return None if row is None else Kept(fingerprint=row[0], reply=row[1])

    async def forget_expired(self, *, at: datetime) -> int:
        """Deletes what has expired; returns how many."""
        return await write(self._pool, lambda connection: _FORGET_EXPIRED.affected(connection, at=at))
