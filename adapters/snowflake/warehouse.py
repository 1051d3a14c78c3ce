"""The facts in Snowflake, and the one who writes to them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import DBAPIError

from adapters.snowflake import facts as tables
from adapters.snowflake import following, schema
from adapters.snowflake.engine import Warehouse
from adapters.snowflake.errors import SessionLost
from adapters.snowflake.names import FactNames
from adapters.snowflake.staging import Staging
from application.errors import Conflict, OutcomeUnknown, ReadOnlyStore, Unavailable
from application.ports.warehouse import (
    Changed,
    FactPart,
    Facts,
    FactTable,
    FactWriter,
    Place,
    WarehouseBusy,
    WarehouseStatus,
)

T = TypeVar("T")

_FILE_BYTES: Final = 64 << 20
_NO_SUCH_TABLE: Final = (2003, 2043)
_BUSY: Final = "another process writes to the warehouse: wait until it is done"


class SnowflakeFactStore:
    """Tables of facts. What was withdrawn is kept for `keep`, for questions begun before.

    Who writes has a row that says so, for `lease` at a time by Snowflake's clock: a writer that was killed holds others
    up no longer than that.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        names: FactNames,
        *,
        keep: timedelta = timedelta(seconds=60),
        lease: timedelta = timedelta(seconds=30),
        file_bytes: int = _FILE_BYTES,
    ) -> None:
        self._warehouse = warehouse
        self._names = names
        self._keep = keep
        self._lease = lease
        self._file_bytes = file_bytes
        self._prepared = False

    async def status(self) -> WarehouseStatus | None:
        """What the newest place says."""
        row = await self._warehouse.run(lambda session: _newest(session, self._names))
        if row is None:
            self._prepared = False
        return None if row is None else _status_of(row)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[FactWriter]:
        """The one writer of all processes. The first one makes the tables."""
        if self._names.views:
            raise ReadOnlyStore("the facts are views of somebody else's (SNOWFLAKE_FACTS=views): they are read alone")
        if not self._prepared:
            await schema.upgrade(self._warehouse)
            await self._warehouse.run(lambda session: _prepare(session, self._names))
            self._prepared = True
        held = _Held(self._warehouse, self._names, self._lease)
        async with held.holding():
            yield SnowflakeFactWriter(self._warehouse, self._names, held, keep=self._keep, file_bytes=self._file_bytes)


def _prepare(session: Connection, names: FactNames) -> None:
    kinds = {str(row[0]) for row in session.exec_driver_sql(following.kinds_of(names))}
    if kinds - {"BASE TABLE"}:
        raise ReadOnlyStore(
            f"one of the names of facts is that of a {'/'.join(sorted(kinds - {'BASE TABLE'})).lower()}, which Daybook "
            "does not write to: set SNOWFLAKE_FACTS=views to read it, or name tables that may be made"
        )
    for statement in [*tables.create(names), following.introduce(names)]:
        session.exec_driver_sql(statement)


class _Held:
    """The right to write, kept while it is used."""

    def __init__(self, warehouse: Warehouse, names: FactNames, lease: timedelta) -> None:
        self._warehouse = warehouse
        self._names = names
        self._lease = lease
        self._holder = uuid4().hex
        self._transaction = asyncio.Lock()

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Has it, and gives it up at the end. Raises WarehouseBusy."""
        await self._warehouse.run(self.claim)
        over = asyncio.Event()
        keeping = asyncio.create_task(self._keep(over))
        try:
            yield
        finally:
            # Not cancelled: a claim that is on its way would come after it was given up.
            over.set()
            await keeping
            with suppress(Unavailable):
                # It ends by itself otherwise.
                await self._warehouse.run(self._give_up)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """While one that begins with `claim` lasts, which nobody else can claim it in."""
        async with self._transaction:
            yield

    def claim(self, session: Connection) -> None:
        """Has it from now on for a while. Raises WarehouseBusy when somebody else has it."""
        seconds = int(self._lease.total_seconds())
        if not session.exec_driver_sql(following.hold(self._names, self._holder, seconds)).rowcount:
            raise WarehouseBusy(_BUSY)

    async def _keep(self, over: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._lease.total_seconds() / 3)
                return
            async with self._transaction:
                # Whoever has lost it learns of that at the beginning of the next transaction.
                with suppress(Unavailable, Conflict):
                    await self._warehouse.run(self.claim)

    def _give_up(self, session: Connection) -> None:
        session.exec_driver_sql(following.release(self._names, self._holder))


class SnowflakeFactWriter:
    """Each change is one transaction, which begins with the right to write and ends with the place."""

    def __init__(
        self, warehouse: Warehouse, names: FactNames, held: _Held, *, keep: timedelta, file_bytes: int
    ) -> None:
        self._warehouse = warehouse
        self._names = names
        self._held = held
        self._keep = keep
        self._file_bytes = file_bytes

    async def take(self, facts: Facts, *, at: datetime) -> WarehouseStatus:
        """Replaces all there is, or withdraws what has changed and adds it as it is now.

        Raises OutcomeUnknown when the session was lost in the commit.
        """
        async with self._round() as taking:
            async for part in facts.parts:
                await taking.call(taking.adding(part))
            await taking.call(lambda: taking.staged(facts.changed))
            async with self._held.transaction():
                status = await taking.call(lambda: taking.take(facts.place, facts.changed, at))
                await taking.commit()
        return status

    async def compact(self, *, whole: bool, at: datetime) -> bool:
        """Deletes what was withdrawn and nobody reads any more; small parts are joined by Snowflake itself."""
        return whole and await self._forgotten(tuple(FactTable), at)

    async def tidy(self, *, at: datetime) -> None:
        """Deletes what was said of books and customers and is no longer said; of facts a compaction does."""
        await self._forgotten((FactTable.BOOKS, FactTable.CUSTOMERS), at)

    async def _forgotten(self, of: Sequence[FactTable], at: datetime) -> bool:
        async with self._held.transaction():
            return await self._warehouse.run(lambda session: self._forget(session, of, at - self._keep))

    def _forget(self, session: Connection, of: Sequence[FactTable], since: datetime) -> bool:
        row = session.exec_driver_sql(following.needed(self._names, since)).mappings().one()
        whole = FactTable.ORDERS in of
        # Without an earlier place nothing was withdrawn since the last time.
        if row["needed"] is None or (not whole and row["first"] == row["needed"]):
            return False
        generation = int(row["needed"])
        with _transaction(session):
            self._held.claim(session)
            deleted = [session.exec_driver_sql(one).rowcount for one in following.forget(self._names, of, generation)]
            session.exec_driver_sql(following.forget_places(self._names, generation))
            if whole:
                session.exec_driver_sql(following.recount(self._names, _counted(session, self._names)))
        return any(deleted)

    @asynccontextmanager
    async def _round(self) -> AsyncIterator["_Round"]:
        call = self._warehouse.call
        made = await call(lambda: _Round(self._warehouse, self._names, self._held.claim, self._file_bytes))
        try:
            yield made
        finally:
            await call(made.end)


@contextmanager
def _transaction(session: Connection) -> Iterator[None]:
    session.exec_driver_sql("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(DBAPIError):
            session.exec_driver_sql("ROLLBACK")
        raise
    session.exec_driver_sql("COMMIT")


class _Round:
    """One round in one session. What is called works in a thread, one after another even when it was cancelled."""

    def __init__(
        self, warehouse: Warehouse, names: FactNames, claim: Callable[[Connection], None], file_bytes: int
    ) -> None:
        self._warehouse = warehouse
        self._names = names
        self._claim = claim
        self._session = warehouse.session()
        self._staging = Staging(self._run, file_bytes)
        self._told: Sequence[FactTable] = ()
        self._one_at_a_time = Lock()

    async def call(self, work: Callable[[], T]) -> T:
        """What `work` returns."""

        def alone() -> T:
            with self._one_at_a_time:
                return work()

        return await self._warehouse.call(alone)

    def adding(self, part: FactPart) -> Callable[[], None]:
        """Stages some rows."""
        return lambda: self._staging.add(part)

    def staged(self, changed: Changed | None) -> None:
        """Stages the rest, and the ids of what may have changed."""
        if changed:
            self._staging.changed((table.value, str(one)) for table in _CHANGES for one in _ids(changed, table))
        self._told = self._staging.end()

    def take(self, place: Place, changed: Changed | None, at: datetime) -> WarehouseStatus:
        """Everything but the commit."""
        self._run("BEGIN")
        self._claim(self._session)
        before = _newest(self._session, self._names)
        if before is None and changed is not None:
            raise Conflict("there is no warehouse that these facts could be added to: all of them are needed")
        generation = 1 if before is None else int(before["generation"]) + 1
        if changed is None:
            for statement in following.empty(self._names):
                self._run(statement)
        else:
            for table in FactTable:
                if _ids(changed, table):
                    self._run(following.withdraw(self._names, table, generation))
        for table in self._told:
            self._run(following.add(self._names, table, generation))
        counts = _counted(self._session, self._names)
        self._run(following.arrive(self._names, place, generation, counts, at))
        return _status(place, at, generation, counts)

    async def commit(self) -> None:
        """Shows all of it at once."""
        try:
            await self.call(lambda: self._run("COMMIT"))
        except SessionLost as error:
            raise OutcomeUnknown(
                "the session with Snowflake was lost during the commit: sync again, which is harmless"
            ) from error

    def end(self) -> None:
        """Ends the session, and with it the temporary tables and whatever was not committed."""
        with self._one_at_a_time:
            self._staging.close()
            self._session.invalidate()
            self._session.close()

    def _run(self, statement: str) -> None:
        self._session.exec_driver_sql(statement)


_CHANGES: Final = (FactTable.ORDERS, FactTable.RETURNS, FactTable.BOOKS, FactTable.CUSTOMERS)


def _ids(changed: Changed, table: FactTable) -> Sequence[Any]:
    return list(getattr(changed, "orders" if table is FactTable.SALES else table.value))


def _counted(session: Connection, names: FactNames) -> Sequence[int]:
    return [int(one) for one in session.exec_driver_sql(following.count(names)).one()]


def _newest(session: Connection, names: FactNames) -> RowMapping | None:
    """The place that is read now; None when there is none, or no table of them."""
    try:
        return session.exec_driver_sql(following.newest(names)).mappings().one_or_none()
    except DBAPIError as error:
        if getattr(error.orig, "errno", None) in _NO_SUCH_TABLE:
            return None
        raise


def _status_of(row: RowMapping) -> WarehouseStatus:
    place = Place(sequence=int(row["sequence"]), watermark=int(row["watermark"]), event=row["event"])
    return _status(place, row["synced_at"], int(row["generation"]), [int(row[name]) for name in following.PLACE[-4:]])


def _status(place: Place, at: datetime, generation: int, counts: Sequence[int]) -> WarehouseStatus:
    orders, sales, returns, withdrawn = counts
    return WarehouseStatus(
        place=place,
        synced_at=at,
        generation=generation,
        orders=orders,
        sales=sales,
        returns=returns,
        withdrawn=withdrawn,
    )
