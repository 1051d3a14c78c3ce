"""Long computations, apart from whatever else a process does."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from application.errors import ApplicationError

Made = TypeVar("Made")


class ComputationTooLong(ApplicationError):
    """It was not done in time, and was stopped: ask for less of it."""

    code = "computation-too-long"


class Computation(Protocol):
    """Where functions run that take a processor for long, so that nobody else waits for it."""

    async def run(self, work: Callable[..., Made], *parts: object) -> Made:
        """What `work(*parts)` returns, or raises.

        `work` is a function of a module, and what it takes, returns and raises can be pickled. It does nothing but
        compute. When the caller is cancelled, or after a time, which includes waiting for others, it is stopped; then
        raises ComputationTooLong. Raises Unavailable when it ended without an outcome.
        """
        ...
