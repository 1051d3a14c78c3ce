"""Telling those who run jobs that there is one, once it is committed.

A NOTIFY within the transaction would make commits wait for each other, and one for each job would be too many: so one
is sent after the commit, at once when there was none lately. When it is lost with its process, the job is found by
looking.
"""

import asyncio
from contextlib import suppress
from typing import Final

from sqlalchemy import text

from adapters.postgres.errors import write
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.errors import Unavailable

CHANNEL: Final = "daybook_jobs"
# What the engine takes for a reason to look.
WAKE: Final = (
    f'{{"type":"table_changed_event","channel":"{CHANNEL}","operation":"insert","sent_at":"2026-01-01T00:00:00Z",'
    '"table":"pgqueuer"}'
)
_AT_MOST_EVERY: Final = 0.01
_NOTIFY = Statement(text("SELECT pg_notify(:channel, :payload)"), name="jobs.notify")


class JobSignal:
    """Call it after a commit that has asked for a job."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def __call__(self) -> None:
        """Sends it, or has it sent in a moment."""
        self._again = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._again:
                self._again = False
                with suppress(Unavailable):
                    await write(
                        self._pool, lambda connection: _NOTIFY.fetchval(connection, channel=CHANNEL, payload=WAKE)
                    )
                await asyncio.sleep(_AT_MOST_EVERY)
        finally:
            self._task = None
