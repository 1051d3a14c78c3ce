"""The health of the warehouse."""

import asyncio
from time import perf_counter

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.names import FactNames
from adapters.snowflake.schema import schema_files
from application.errors import Unavailable
from application.ports.stores import StoreHealth

# Opening a session takes a second or two.
_WITHIN = 5.0
# Counts and largest numbers are known to Snowflake without a running warehouse, so that asking often costs nothing.
_APPLIED = "SELECT COUNT(*), MAX(number) FROM schema_files"
_SEEN = "SELECT COUNT(*), MAX(generation) FROM {}"
_NO_SUCH_TABLE = (2003, 2043)


class SnowflakeHealth:
    """Asks which files of the schema were applied; a later schema than this program's counts as migrated.

    Where the facts are views of somebody else's, it asks whether they say which events they reflect.
    """

    def __init__(self, warehouse: Warehouse, names: FactNames) -> None:
        self._warehouse = warehouse
        self._names = names

    @property
    def name(self) -> str:
        """Its name in health answers."""
        return "snowflake"

    async def check(self) -> StoreHealth:
        """How it is, within about five seconds. Never raises."""
        began = perf_counter()
        try:
            async with asyncio.timeout(_WITHIN):
                count, newest = await self._warehouse.check(self._applied)
        except Unavailable as error:
            return StoreHealth(store=self.name, ok=False, detail=error.detail)
        except TimeoutError:
            return StoreHealth(store=self.name, ok=False, detail=f"no answer within {_WITHIN:g} s")
        except Exception as error:  # a health answer never fails; whatever it is, it is not health
            return StoreHealth(store=self.name, ok=False, detail=type(error).__name__)
        if self._names.views:
            return self._of_views(count, round((perf_counter() - began) * 1000, 3))
        known = schema_files()
        migrated = count >= len(known) and newest >= known[-1].number
        return StoreHealth(
            store=self.name,
            ok=True,
            round_trip_ms=round((perf_counter() - began) * 1000, 3),
            migrated=migrated,
            detail=None if migrated else f"{count} of {len(known)} files of the schema were applied",
        )

    def _applied(self, connection: Connection) -> tuple[int, int]:
        asked = _SEEN.format(self._names.places) if self._names.views else _APPLIED
        try:
            row = connection.exec_driver_sql(asked).one()
        except DBAPIError as error:
            if getattr(error.orig, "errno", None) in _NO_SUCH_TABLE:
                return 0, 0
            raise
        return int(row[0]), int(row[1] or 0)

    def _of_views(self, count: int, milliseconds: float) -> StoreHealth:
        there = count > 0
        detail = None if there else f"{self._names.places} has no row, or this role may not read it"
        return StoreHealth(store=self.name, ok=True, round_trip_ms=milliseconds, migrated=there, detail=detail)
