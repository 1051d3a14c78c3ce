"""What a unit of work was asked to keep, in as few statements as it takes.

A usual unit of work (something added or one thing saved, and the events) is ONE statement whose writes are
data-modifying CTEs: PostgreSQL keeps all of it or nothing without BEGIN and COMMIT, which spares two round trips.
Whatever comes with a save takes its rows FROM the saved one, so it happens only when the version matched.
Anything else (several saves) is written step by step, in the order asked for, inside a transaction.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeGuard, TypeVar

from asyncpg import LockNotAvailableError
from sqlalchemy import CTE, func, literal_column, select

from adapters.postgres.connection import Connection
from adapters.postgres.errors import write
from adapters.postgres.idempotency import CLAIMS, WAITS_SHORTLY, Claimed
from adapters.postgres.kinds import Kind, Params
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.postgres.transactions import transaction
from application.errors import Conflict, Unavailable
from application.ports.idempotency import KeyInUse

A = TypeVar("A")
_ADD, ADD_MANY, _SAVE, _SAVE_MANY = "add", "add_many", "save", "save_many"
Shape = tuple[tuple[Kind[Any], str], ...]


class Write(NamedTuple):
    """Rows of one kind to be added, or to be saved."""

    kind: Kind[Any]
    saves: bool
    rows: list[Any]

    @property
    def verb(self) -> str:
        """How it is written."""
        if self.saves:
            return _SAVE if len(self.rows) == 1 else _SAVE_MANY
        return _ADD if len(self.rows) == 1 else ADD_MANY

    def params(self) -> Params:
        """The values of its statement."""
        if self.saves:
            return self.kind.saving(self.rows[0]) if len(self.rows) == 1 else self.kind.saving_many(self.rows)
        return self.kind.adding(self.rows[0]) if len(self.rows) == 1 else self.kind.adding_many(self.rows)


Step = Callable[[Connection], Awaitable[None]]
"""What no statement of a kind says: it runs at its place among the writes, in their transaction, and may refuse."""


class Pending:
    """The writes of one unit of work, in the order in which they were asked for."""

    __slots__ = ("_writes",)

    def __init__(self) -> None:
        self._writes: list[Write | Step] = []

    def add(self, kind: Kind[A], row: A) -> None:
        """Something new. Those of one kind that follow one another are written together."""
        last = self._writes[-1] if self._writes else None
        if isinstance(last, Write) and last.kind is kind and not last.saves:
            last.rows.append(row)
        else:
            self._writes.append(Write(kind, False, [row]))  # noqa: FBT003  # the field's name is in the class above

    def add_many(self, kind: Kind[A], rows: Iterable[A]) -> None:
        """As `add` for each."""
        for row in rows:
            self.add(kind, row)

    def save(self, kind: Kind[A], row: A) -> None:
        """Something changed, with the version that it will have."""
        self._writes.append(Write(kind, True, [row]))  # noqa: FBT003  # likewise

    def save_many(self, kind: Kind[A], rows: Sequence[A]) -> None:
        """As `save` for each, in one statement; none of them takes a key that another one gives up."""
        if rows:
            self._writes.append(Write(kind, True, list(rows)))  # noqa: FBT003  # likewise

    def step(self, run: Step) -> None:
        """Something else, between what was asked for before and after it."""
        self._writes.append(run)

    def take(self) -> list[Write | Step]:
        """All of them; nothing is pending afterwards."""
        taken, self._writes = self._writes, []
        return taken


async def keep(pool: Pool, writes: Sequence[Write | Step]) -> None:
    """Keeps all of it or nothing.

    Raises Conflict when the version of a save is not the one before any more, the errors of the constraints, and
    Unavailable or OutcomeUnknown.
    """
    if fits_one_statement(writes):
        await write(pool, lambda connection: run(connection, writes))
    else:
        async with transaction(pool) as connection:
            for one in writes:
                await (run(connection, [one]) if isinstance(one, Write) else one(connection))


async def keep_claimed(pool: Pool, writes: Sequence[Write | Step], claimed: Claimed) -> None:
    """As `keep`, with the claim in the same transaction; raises KeyInUse when somebody else has it.

    The claim comes first, so that who comes second waits for it and not for one of the changes.
    """
    claim = Write(CLAIMS, False, [claimed])  # noqa: FBT003  # the field's name is in the class above
    # Of data-modifying CTEs that nothing reads, PostgreSQL runs the last one first.
    ordered = [*writes, claim] if fits_one_statement(writes) else [claim, *writes]
    try:
        await keep(pool, ordered)
    except Unavailable as error:
        if isinstance(error.__cause__, LockNotAvailableError):
            raise KeyInUse from error
        raise


def fits_one_statement(writes: Sequence[Write | Step]) -> TypeGuard[Sequence[Write]]:
    """Whether one statement can keep all of it."""
    # A save may free a key that an addition of the same kind takes: only one after the other keeps that order.
    whole = [one for one in writes if isinstance(one, Write)]
    tables = {table for one in whole for table in one.kind.tables}
    unshared = len(tables) == sum(len(one.kind.tables) for one in whole)
    # Events would come as often as there are rows to gate them.
    saved = sum(len(one.rows) for one in whole if one.saves)
    return unshared and len(whole) == len(writes) and saved <= 1


async def run(connection: Connection, writes: Sequence[Write]) -> None:
    """Sends what fits one statement. Raises Conflict, and what the driver raises."""
    params: Params = {}
    for one in writes:
        params |= one.params()
    statement = statement_for(tuple([(one.kind, one.verb) for one in writes]))
    if await statement.fetchval(connection, **params) != next((len(one.rows) for one in writes if one.saves), 1):
        raise Conflict("somebody else changed it in the meantime: read it again and repeat the change")


@lru_cache(maxsize=512)
def statement_for(shape: Shape) -> Statement:
    """The one statement of writes of these kinds. Its value is how many rows were saved, and 1 where there are none."""
    if [verb for _, verb in shape] == [_SAVE_MANY]:
        return _saving_many(shape[0][0])
    saved = next((kind for kind, verb in shape if verb == _SAVE), None)
    # With a claim, the row to be saved is not waited for any longer than the claim itself.
    limit = WAITS_SHORTLY if any(kind is CLAIMS for kind, _ in shape) else None
    gate = None if saved is None else saved.save(limit)
    parts: list[CTE] = []
    if saved is not None and gate is not None:
        lines = saved.save_lines(gate)
        parts += [one.cte(f"lines_saved_{place}" if place else "lines_saved") for place, one in enumerate(lines)]
    for kind, verb in shape:
        if verb != _SAVE:
            added = kind.add(gate) if verb == _ADD else kind.add_many(gate)
            parts += [rows.cte(f"{rows.table}_added") for rows in added]
    outcome = select(literal_column("1")) if gate is None else select(func.count()).select_from(gate)
    return Statement(outcome.add_cte(*parts), name="+".join(f"{kind.name}.{verb}" for kind, verb in shape))


def _saving_many(kind: Kind[Any]) -> Statement:
    gate = kind.save_many()
    parts = [one.cte(f"lines_saved_{place}") for place, one in enumerate(kind.save_many_lines(gate))]
    question = select(func.count()).select_from(gate)
    return Statement(question.add_cte(*parts), name=f"{kind.name}.{_SAVE_MANY}")
