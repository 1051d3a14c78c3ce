"""Runs a computation in a process of its own, which is ended when nobody waits for it any more."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from math import ceil
from typing import TypeVar

from application.errors import Unavailable
from application.ports.computation import ComputationTooLong

Made = TypeVar("Made")

# Without site packages a process is there in a twentieth of a second; it gets the paths of this one.
_START = "import sys; sys.path[:] = sys.argv[2:]; from adapters.processes.worker import main; main(int(sys.argv[1]))"
# A process that was left behind by a server that was killed ends itself so much later.
_GRACE_SECONDS = 5


class ProcessComputation:
    """At most `at_once` processes, each of one thread and behind all others for a processor; `seconds` for each."""

    def __init__(self, *, seconds: float = 30, at_once: int = 1) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(at_once)

    async def run(self, work: Callable[..., Made], *parts: object) -> Made:
        """What `work(*parts)` returns or raises. Raises ComputationTooLong and Unavailable."""
        try:
            async with asyncio.timeout(self._seconds) as deadline, self._places:
                task = await asyncio.to_thread(pickle.dumps, (work, parts), pickle.HIGHEST_PROTOCOL)
                answer = await self._answer(task)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise ComputationTooLong(
                f"it was not done within {self._seconds:g} s and was stopped: ask for less of it"
            ) from None
        # Pickled by a process that this one started, from a task that this one made.
        made, outcome = pickle.loads(answer)  # noqa: S301
        if not made:
            raise outcome
        result: Made = outcome
        return result

    async def _answer(self, task: bytes) -> bytes:
        lifetime = str(ceil(self._seconds) + _GRACE_SECONDS)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", _START, lifetime, *sys.path, stdin=PIPE, stdout=PIPE
        )
        try:
            answer, _ = await process.communicate(task)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not answer:
            raise Unavailable(f"a computation ended with code {process.returncode}: ask for less, or again in a moment")
        return answer
