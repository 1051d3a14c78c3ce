"""Transactions of several statements, for what one statement cannot keep or read as a whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text

from adapters.postgres.connection import BROKEN, Connection
from adapters.postgres.errors import raise_translated
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement

_BEGIN = Statement(text("BEGIN"), name="transaction.begin")
_COMMIT = Statement(text("COMMIT"), name="transaction.commit")
_ROLLBACK = Statement(text("ROLLBACK"), name="transaction.rollback")
_SNAPSHOT = Statement(text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), name="transaction.snapshot")


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection whose changes are kept at the end of the block, or not at all when it is left with an error.

    Raises the errors of the constraints, Unavailable when nothing was kept, and OutcomeUnknown when the connection was
    lost during the COMMIT.
    """
    committing = False
    try:
        async with pool.acquire() as connection:
            await _BEGIN.execute(connection)
            try:
                yield connection
            except Exception:
                # A lost connection cannot be told to; its server has rolled back already.
                with suppress(*BROKEN):
                    await _ROLLBACK.execute(connection)
                raise
            committing = True
            await _COMMIT.execute(connection)
    except Exception as error:
        raise_translated(error, sent=committing)


async def begin_snapshot(connection: Connection) -> None:
    """All that is read from here to `end_snapshot` is as of one moment, that of the first question."""
    await _SNAPSHOT.execute(connection)


async def end_snapshot(connection: Connection) -> None:
    """Ends what `begin_snapshot` began, if the connection is still there."""
    with suppress(*BROKEN):
        await _ROLLBACK.execute(connection)
