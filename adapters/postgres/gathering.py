"""Units of work that only add, kept together while others are on their way: what databases call group commit.

A statement costs the same whether it adds one book or ten, on both sides of the connection, and each commit waits for
the disk. So while a few of one kind are on their way, those that come wait for the first of these to end, and then go
together, as the rows of one statement: nobody waits longer than for one commit. When they are refused together each
goes by itself, so that nobody hears of somebody else's mistake.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from adapters.postgres.errors import write
from adapters.postgres.kinds import Kind
from adapters.postgres.pool import Pool
from adapters.postgres.writes import Step, Write, fits_one_statement, keep, run
from application.errors import OutcomeUnknown

# With one at a time there would be the least to do; with two, a row lock that one waits for holds up nobody else.
_ON_THEIR_WAY = 2
_MOST_TOGETHER = 100
# An import or a batch has rows enough of its own.
_FEW_ROWS = 20

Kinds = tuple[Kind[Any], ...]
Waiting = tuple[Sequence[Write], asyncio.Future[None]]


class Gathering:
    """Keeps what units of work on one pool were asked to keep."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._on_their_way: Counter[Kinds] = Counter()
        self._waiting: dict[Kinds, list[Waiting]] = {}
        # The event loop alone does not keep a task alive.
        self._tasks: set[asyncio.Task[None]] = set()

    async def keep(self, writes: Sequence[Write | Step]) -> None:
        """As `adapters.postgres.writes.keep`, and raises as it does.

        What was not sent when its caller is cancelled is not kept.
        """
        if not fits_one_statement(writes) or any(one.saves or len(one.rows) > _FEW_ROWS for one in writes):
            await keep(self._pool, writes)
            return
        kinds = tuple([one.kind for one in writes])
        if self._on_their_way[kinds] == _ON_THEIR_WAY:
            kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(kinds, []).append((writes, kept))
            await kept
            return
        self._on_their_way[kinds] += 1
        try:
            await keep(self._pool, writes)
        finally:
            self._ended(kinds)

    def _ended(self, kinds: Kinds) -> None:
        """Sends those that wait after one that has ended."""
        waiting = self._waiting.pop(kinds, None)
        if waiting is None:
            self._on_their_way[kinds] -= 1
            return
        if len(waiting) > _MOST_TOGETHER:
            self._waiting[kinds] = waiting[_MOST_TOGETHER:]
        # Nobody's own task: the caller of one may be cancelled, and the others' rows go on.
        task = asyncio.get_running_loop().create_task(self._send(kinds, waiting[:_MOST_TOGETHER]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, kinds: Kinds, waiting: Sequence[Waiting]) -> None:
        try:
            wanted = [one for one in waiting if not one[1].done()]
            if len(wanted) > 1:
                await self._keep_together(kinds, wanted)
            else:
                await asyncio.gather(*[self._keep_alone(*one) for one in wanted])
        finally:
            self._ended(kinds)

    async def _keep_together(self, kinds: Kinds, wanted: Sequence[Waiting]) -> None:
        together = [
            Write(kind, False, [row for writes, _ in wanted for row in writes[place].rows])  # noqa: FBT003  # the field's name is in its class
            for place, kind in enumerate(kinds)
        ]
        try:
            await write(self._pool, lambda connection: run(connection, together))
        except OutcomeUnknown as error:
            # Of none it is known whether it was kept, so none is sent again.
            for _, kept in wanted:
                _tell(kept, OutcomeUnknown(error.detail))
        except Exception:  # whatever it is, each one by itself finds out whether it is its own
            await asyncio.gather(*[self._keep_alone(*one) for one in wanted])
        else:
            for _, kept in wanted:
                _tell(kept, None)

    async def _keep_alone(self, writes: Sequence[Write], kept: "asyncio.Future[None]") -> None:
        try:
            await keep(self._pool, writes)
        except Exception as error:  # it is raised where it is awaited
            _tell(kept, error)
        else:
            _tell(kept, None)


def _tell(kept: "asyncio.Future[None]", error: Exception | None) -> None:
    if kept.done():
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
