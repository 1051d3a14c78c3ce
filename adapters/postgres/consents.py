"""Consents in PostgreSQL.

Those of one customer are one whole: a commit locks the customer's row and looks whether they are still what they were.
"""

from uuid import UUID

from asyncpg import Record
from sqlalchemy import bindparam, select

from adapters.postgres.addresses import LOCK_LIVING
from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import consents
from application.customers.consent_models import ConsentsRead
from application.errors import Conflict
from domain.customers.consent import Consent, ConsentRegister, ConsentState
from domain.shared.ids import ConsentId, CustomerId

# The order in which the function below takes a row apart.
CONSENT_OUTPUT = [consents.c[name] for name in ("id", "customer_id", "purpose", "state", "source", "at", *LIFECYCLE)]
_STATES = {str(state): state for state in ConsentState}
_OF = Statement(
    select(*CONSENT_OUTPUT).where(consents.c.customer_id == bindparam("customer_id")), name="consents.of_customer"
)
_VERSIONS = Statement(
    select(consents.c.id, consents.c.version).where(consents.c.customer_id == bindparam("customer_id")),
    name="consents.versions",
)


def _values(entry: Consent) -> tuple[object, ...]:
    return (
        entry.id,
        entry.customer_id,
        entry.purpose,
        entry.state,
        entry.source,
        entry.at,
        *lifecycle_values(entry.lifecycle),
    )


CONSENTS = Kind(consents, _values)


def entry_of(row: Record) -> Consent:
    """The entry of a row of CONSENT_OUTPUT."""
    return Consent(
        id=ConsentId(row[0]),
        customer_id=CustomerId(row[1]),
        purpose=row[2],
        state=_STATES[row[3]],
        source=row[4],
        at=row[5],
        lifecycle=lifecycle_of(row[6:11]),
    )


async def _register(pool: Pool, customer_id: CustomerId) -> ConsentRegister:
    rows = await read(pool, lambda connection: _OF.fetch(connection, customer_id=customer_id))
    return ConsentRegister.of(customer_id, map(entry_of, rows))


class PostgresConsentRepository:
    """The consents of a customer for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def of(self, customer_id: CustomerId) -> ConsentRegister:
        """The whole history of a customer."""
        return await _register(self._pool, customer_id)

    def save(self, before: ConsentRegister, after: ConsentRegister) -> None:
        """Adds at commit what `after` has and `before` has not."""
        known = {one.id: one.lifecycle.version for one in before.entries}

        async def check(connection: Connection) -> None:
            living = await LOCK_LIVING.fetchval(connection, id=before.customer_id)
            versions = await _VERSIONS.fetch(connection, customer_id=before.customer_id)
            if living is None or {row["id"]: row["version"] for row in versions} != known:
                raise Conflict("somebody else changed the customer's consents in the meantime: read them again")

        self._pending.step(check)
        self._pending.add_many(CONSENTS, (one for one in after.entries if one.id not in known))


class PostgresConsentReader:
    """Consents for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, customer_id: UUID) -> ConsentsRead:
        """All of a customer's."""
        return ConsentsRead.of(await _register(self._pool, CustomerId(customer_id)))
