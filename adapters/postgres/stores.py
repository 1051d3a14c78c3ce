"""The health of PostgreSQL."""

import asyncio
from time import perf_counter

import asyncpg
from sqlalchemy import text

from adapters.postgres.errors import read
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.errors import Unavailable
from application.ports.stores import StoreHealth

# Behind a load balancer that asks every few seconds, an answer later than this is as good as none.
_WITHIN = 2.0
_REVISION = Statement(text("SELECT max(version_num) FROM alembic_version"), name="health.revision")


class PostgresHealth:
    """Asks for the revision of the schema, which is one trivial round trip.

    `head` is the newest revision that the code knows. A database at a later one counts as migrated: revisions begin
    with their date, and while a new version of the program is rolled out the old one runs on the new schema.
    """

    def __init__(self, pool: Pool, *, head: str) -> None:
        self._pool = pool
        self._head = head

    @property
    def name(self) -> str:
        """Its name in health answers."""
        return "postgres"

    async def check(self) -> StoreHealth:
        """How it is, within about two seconds. Never raises."""
        began = perf_counter()
        try:
            async with asyncio.timeout(_WITHIN):
                revision = await read(self._pool, _REVISION.fetchval)
        except asyncpg.UndefinedTableError:
            revision = None
        except Unavailable as error:
            return StoreHealth(store=self.name, ok=False, detail=error.detail)
        except TimeoutError:
            return StoreHealth(store=self.name, ok=False, detail=f"no answer within {_WITHIN:g} s")
        except Exception as error:  # a health answer never fails; whatever it is, it is not health
            return StoreHealth(store=self.name, ok=False, detail=type(error).__name__)
        return StoreHealth(
            store=self.name,
            ok=True,
            round_trip_ms=round((perf_counter() - began) * 1000, 3),
            migrated=revision is not None and revision >= self._head,
            detail=self._told(revision),
        )

    def _told(self, revision: str | None) -> str | None:
        if revision is None:
            return "the schema was never migrated: run `daybook db upgrade`"
        if revision < self._head:
            return f"the schema is at {revision}, the newest is {self._head}: run `daybook db upgrade`"
        return (
            None if revision == self._head else f"the schema is at {revision}, later than this program's {self._head}"
        )
