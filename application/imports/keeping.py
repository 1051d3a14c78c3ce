"""How rows are kept: a batch together; where that fails each by itself, so that one never takes others with it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from application.caller import Caller
from application.errors import AlreadyExists, ApplicationError, Conflict, ReadOnlyStore
from application.imports.models import Mode, RowVerdict, Tally
from application.imports.rejecting import Fields
from application.ports.system import Clock
from application.ports.unit_of_work import UnitsOfWork

T = TypeVar("T")
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What holds for all batches of one run."""

    units: UnitsOfWork
    clock: Clock
    caller: Caller
    mode: Mode
    dry_run: bool
    fields: Fields
    tally: Tally


async def keep_together_or_each(
    items: Sequence[T],
    keep: Callable[[Sequence[T]], Awaitable[list[RowVerdict]]],
    refuse: Callable[[T, ApplicationError], list[RowVerdict]],
) -> list[RowVerdict]:
    """`keep(items)`; after a lost race or a broken uniqueness `keep` of each, and `refuse` of what fails again.

    Each is tried twice, since whoever was faster is found the second time, and has perhaps kept the very same.
    """
    try:
        return await keep(items)
    except ReadOnlyStore:
        raise
    except (AlreadyExists, Conflict):
        verdicts = []
        for one in items:
            verdicts += await _keep_one(one, keep, refuse)
        return verdicts


async def _keep_one(
    one: T,
    keep: Callable[[Sequence[T]], Awaitable[list[RowVerdict]]],
    refuse: Callable[[T, ApplicationError], list[RowVerdict]],
) -> list[RowVerdict]:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await keep([one])
        except ReadOnlyStore:
            raise
        except (AlreadyExists, Conflict) as error:
            if attempt == _ATTEMPTS:
                return refuse(one, error)
    raise AssertionError("the last attempt returns")
