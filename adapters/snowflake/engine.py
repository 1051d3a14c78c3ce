"""Sessions with Snowflake: the synchronous engine of snowflake-sqlalchemy, in threads, behind awaitable methods."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, ExceptionContext, RowMapping, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import Executable

from adapters.snowflake.errors import SessionLost, is_lost, translate
from application.errors import Unavailable

T = TypeVar("T")

# Snowflake ends a session that was idle for four hours.
_RECYCLE_SECONDS = 3 * 3600
# Sessions beyond those of the threads: for a load, which holds one between its steps, and for health checks.
_SPARE_SESSIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowflakeConnection:
    """Where the warehouse is and who asks. Secrets are left out of its text.

    `password` may be a programmatic access token; with `private_key_file` (PEM) no password is needed. `host` and
    `port` are for accounts that are reached by another name than `account` gives.
    """

    account: str
    user: str
    password: str | None = field(default=None, repr=False)
    private_key_file: str | None = None
    private_key_passphrase: str | None = field(default=None, repr=False)
    database: str = "DAYBOOK"
    schema: str = "PUBLIC"
    warehouse: str | None = None
    role: str | None = None
    host: str | None = None
    port: int | None = None


class StatementObserver(Protocol):
    """Told of each piece of work that ended, in the task that asked for it. Must be quick and never raise."""

    def __call__(self, name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        """`name` is short and stable, `sql` the text without values, empty for work of several statements."""
        ...


class Warehouse:
    """The sessions of one process, at most `sessions` of them at work at once. The first question opens the first."""

    def __init__(
        self,
        connection: SnowflakeConnection,
        *,
        sessions: int = 4,
        wait_seconds: float = 30,
        login_seconds: int = 10,
        statement_seconds: int = 300,
        observer: StatementObserver | None = None,
    ) -> None:
        self._observer = observer
        self._threads = ThreadPoolExecutor(sessions, "snowflake")
        self._engine = create_engine(
            "snowflake://",
            connect_args=_arguments(connection, login_seconds, statement_seconds),
            pool_size=sessions,
            max_overflow=_SPARE_SESSIONS,
            pool_timeout=wait_seconds,
            pool_recycle=_RECYCLE_SECONDS,
            # Whoever wants a transaction begins one.
            isolation_level="AUTOCOMMIT",
            # An error that quotes a statement does not quote the values in it.
            hide_parameters=True,
        )
        event.listen(self._engine, "handle_error", _notice_lost)

    async def ask(
        self, name: str, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[RowMapping]:
        """The rows of a statement that only reads; asked once more when the session was lost. Raises Unavailable."""
        sql = ""

        def question(connection: Connection) -> Sequence[RowMapping]:
            nonlocal sql
            result = connection.execute(statement, values)
            sql = result.context.compiled.string if result.context.compiled is not None else ""
            return result.mappings().all()

        began, failure = perf_counter(), None
        try:
            try:
                return await self.run(question)
            except SessionLost:
                return await self.run(question)
        except BaseException as error:
            failure = error
            raise
        finally:
            if self._observer is not None:
                self._observer(name, sql, perf_counter() - began, failure)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, in a thread and with a session of its own. Each statement is a transaction of its own.

        Raises what `work` raises, with the errors of the driver as Unavailable.
        """
        return await self.call(self._with_session(work))

    async def call(self, work: Callable[[], T]) -> T:
        """As `run`, without a session."""
        loop = asyncio.get_running_loop()
        context = copy_context()
        try:
            future = loop.run_in_executor(self._threads, context.run, _translated(work))
        except RuntimeError as error:
            raise Unavailable("the sessions with Snowflake are closed") from error
        return await future

    def session(self) -> Connection:
        """A session to hold over several calls. Called in a thread; whoever has it closes it."""
        return self._engine.connect()

    async def check(self, work: Callable[[Connection], T]) -> T:
        """As `run`, past those who wait for a thread."""
        return await asyncio.to_thread(_translated(self._with_session(work)))

    async def close(self) -> None:
        """Ends the sessions, those at work when they are done. Nothing can be asked any more."""
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._engine.dispose)

    def _with_session(self, work: Callable[[Connection], T]) -> Callable[[], T]:
        def with_session() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        return with_session


def _notice_lost(context: ExceptionContext) -> None:
    """The pool gives up its sessions: what ended one (a login that ran out, a network) has mostly ended all."""
    if isinstance(context.sqlalchemy_exception, DBAPIError) and is_lost(context.sqlalchemy_exception):
        context.is_disconnect = True


def _translated(work: Callable[[], T]) -> Callable[[], T]:
    def worked() -> T:
        try:
            return work()
        except Exception as error:
            translated = translate(error)
            if translated is error:
                raise
            raise translated from error

    return worked


def _arguments(connection: SnowflakeConnection, login_seconds: int, statement_seconds: int) -> dict[str, Any]:
    given = {
        "account": connection.account,
        "user": connection.user,
        "password": connection.password,
        "private_key_file": connection.private_key_file,
        "private_key_file_pwd": connection.private_key_passphrase,
        "database": connection.database,
        "schema": connection.schema,
        "warehouse": connection.warehouse,
        "role": connection.role,
        "host": connection.host,
        "port": connection.port,
    }
    return {
        **{name: value for name, value in given.items() if value is not None},
        "application": "Daybook",
        "autocommit": True,
        "login_timeout": login_seconds,
        "network_timeout": statement_seconds + login_seconds,
        "session_parameters": {
            "TIMEZONE": "UTC",
            "STATEMENT_TIMEOUT_IN_SECONDS": statement_seconds,
            "LOCK_TIMEOUT": statement_seconds,
            "DATE_INPUT_FORMAT": "AUTO",
            "TIMESTAMP_INPUT_FORMAT": "AUTO",
            "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
        },
    }
