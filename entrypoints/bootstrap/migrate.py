"""The schema of a PostgreSQL database: bring it to a revision, say where it is, say how it differs.

Everything here is synchronous and runs in a thread and an event loop of its own, so it may be called from anywhere.
What takes a URL raises Unavailable when the database cannot be reached or does not give a lock in time, and
ConfigurationError when it is none that Daybook can use, or has no such revision.
"""

import asyncio
import io
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, Inspector, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

import migrations
from adapters.postgres.connection import Dsn
from adapters.postgres.errors import raise_translated
from adapters.sql.tables import metadata
from entrypoints.bootstrap.failures import ConfigurationError

_Result = TypeVar("_Result")
_CONNECT_WITHIN = 10.0
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect
# The schema belongs to somebody else, or to another program that has tables of these names.
_NOT_OURS = (asyncpg.InsufficientPrivilegeError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)
# Alembic keeps the context of its scripts in a global; between processes the database itself makes them wait.
_ONE_IN_THIS_PROCESS = Lock()


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database forward. Two processes that do so at once wait for each other; nothing to do is quick.

    A database that is later than this program's `head` is left as it is: while a new version is rolled out, the old
    one is started on the new schema.
    """

    def forward(connection: Connection) -> None:
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise ConfigurationError([f"DATABASE_URL: the database has the encoding {encoding}, and UTF8 is needed"])
        present = MigrationContext.configure(connection).get_current_revision()
        if revision != "head" or present is None or present <= head():
            command.upgrade(_config(connection), revision)

    _run(url, forward)


def downgrade(url: str, revision: str) -> None:
    """Takes the database back to `revision`, or to nothing with `base`: what later revisions added is lost."""
    _run(url, lambda connection: command.downgrade(_config(connection), revision))


def current(url: str) -> str | None:
    """The revision that the database is at, None for one that was never migrated."""
    return _run(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def head() -> str:
    """The newest revision."""
    return _newest(Path(migrations.__file__).parent)


@cache  # Alembic imports every step for it
def _newest(folder: Path) -> str:
    newest = ScriptDirectory(str(folder)).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def revisions() -> list[str]:
    """All revisions, the first one first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def check(url: str) -> list[str]:
    """How the database differs from the tables that the code was written for, a line each; empty when it does not."""
    return _run(url, _differences)


def draft(url: str, message: str, *, at: datetime) -> Path:
    """Writes the next step, filled with the differences between the database and the tables. Read it before use."""
    name = f"{at:%Y_%m_%d_%H%M}"

    def write(connection: Connection) -> Path:
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=name)
        if script is None or isinstance(script, list):
            raise RuntimeError("one step was asked for")
        return Path(script.path)

    return _run(url, write)


def _config(connection: Connection | None = None) -> Config:
    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    folder = Path(migrations.__file__).parent
    # ConfigParser reads % as the start of a reference.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, target_metadata=metadata)
    return config


def _run(url: str, work: Callable[[Connection], _Result]) -> _Result:
    with _ONE_IN_THIS_PROCESS, ThreadPoolExecutor(1, "migrate") as thread:
        return thread.submit(lambda: asyncio.run(_connected(Dsn(url), work))).result()


async def _connected(dsn: Dsn, work: Callable[[Connection], _Result]) -> _Result:
    async def connect() -> asyncpg.Connection:
        settings = {"application_name": "daybook migrate", "timezone": "UTC"}
        connection: asyncpg.Connection = await asyncpg.connect(
            dsn.reveal(), timeout=_CONNECT_WITHIN, server_settings=settings
        )
        return connection

    # The URL is given to asyncpg itself, which reads it as it does for the pool; SQLAlchemy never sees it.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    except CommandError as error:
        raise ConfigurationError([f"the schema cannot be brought there: {error}"]) from error
    except DBAPIError as error:
        cause = _driver_error(error)
        if isinstance(cause, _NOT_OURS):
            raise ConfigurationError([f"DATABASE_URL: the database refuses Daybook's tables: {cause}"]) from error
        raise_translated(cause)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise_translated(error)
    finally:
        await engine.dispose()


def _driver_error(error: DBAPIError) -> Exception:
    cause = error.orig and error.orig.__cause__
    return cause if isinstance(cause, Exception) else error


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    at, newest = context.get_current_revision(), head()
    found = [] if at == newest else [f"the database is at revision {at}, the newest is {newest}"]
    for difference in compare_metadata(context, metadata):
        # A change of a column comes as a list of its parts.
        found += [_told(part) for part in (difference if isinstance(difference, list) else [difference])]
    return found + _check_differences(inspect(connection))


def _told(difference: tuple[Any, ...]) -> str:
    """Such as `add_column orders.weight`: what a migration would have to do."""
    kind, *rest = difference
    if kind.startswith("modify_"):
        _schema, table, column, _existing, present, wanted = rest
        return f"{kind} {table}.{column}: is {_word(present)}, should be {_word(wanted)}"
    thing = rest[-1]
    table = getattr(thing, "table", None)
    owner = rest[-2] if isinstance(rest[-2:][0], str) else getattr(table, "name", None)
    return f"{kind} {thing.name if owner in (None, thing.name) else f'{owner}.{thing.name}'}"


def _word(value: object) -> str:
    return value.compile(dialect=_DIALECT) if isinstance(value, TypeEngine) else str(value)


def _check_differences(inspector: Inspector) -> list[str]:
    """Alembic does not compare checks; their names are enough, since a changed rule gets another name."""
    found = []
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        wanted = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        present = {str(one["name"]) for one in inspector.get_check_constraints(table.name)}
        found += [f"add_check {table.name}.{name}" for name in sorted(wanted - present)]
        found += [f"remove_check {table.name}.{name}" for name in sorted(present - wanted)]
    return found
