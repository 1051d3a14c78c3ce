"""Reports are counted beside the requests: in an event loop of their own, in a thread, where they have no process.

What a database has counted becomes rows and a report in Python, which takes tenths of a second for thousands of them;
in the event loop of the requests all of them would stand still for that long.
"""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from application.ports.purchases import PurchaseFacts, PurchaseView, Told

T = TypeVar("T")

_SWITCH_SECONDS: Final = 50e-6


class Aside:
    """Runs what it is given in its own event loop once it is started, and until then where it is asked to.

    At most `threads` are at work there for what counts in threads, however many questions were given up before.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """From now on it runs there."""
        # The requests' thread asks for the interpreter several times a request, and each time waits for so long while a
        # report is worked out: at Python's own 5 ms a report would hold all of them up.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(self._threads, "reports"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="reports", daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives; it is cancelled there when it is cancelled here."""
        if self._loop is None:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def stop(self) -> None:
        """Ends the loop. What still runs there is cancelled; a thread that counts is not waited for."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_cancel_all(), loop))
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(self._thread.join)
        loop.close()


class FactsAside:
    """A store that is asked there. Its revision, which is told at once, is asked for here."""

    def __init__(self, facts: PurchaseFacts, aside: Aside) -> None:
        self._facts = facts
        self._aside = aside

    @property
    def store(self) -> str:
        """That of the store."""
        return self._facts.store

    async def revision(self) -> str:
        """That of the store."""
        return await self._facts.revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        """As the store answers it."""
        return await self._aside.run(self._facts.read(question))


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
