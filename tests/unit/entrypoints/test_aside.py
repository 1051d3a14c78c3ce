"""The event loop beside that of the requests."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.store import MemoryStore
from entrypoints.bootstrap.aside import Aside, FactsAside
from tests.support.definition import analytics

_request: ContextVar[str] = ContextVar("request", default="none")


@pytest.fixture(autouse=True)
def switching() -> Iterator[None]:
    """What a start changes for the whole process is as it was."""
    import sys

    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


async def where() -> tuple[int, str]:
    await asyncio.sleep(0)
    return threading.get_ident(), _request.get()


async def test_until_it_is_started_it_works_where_it_is_asked() -> None:
    assert (await Aside(1).run(where()))[0] == threading.get_ident()


async def test_once_started_it_works_in_a_thread_of_its_own_and_knows_for_whom() -> None:
    aside = Aside(1)
    aside.start()
    _request.set("req-1")
    ident, request = await aside.run(where())
    assert (ident != threading.get_ident(), request) == (True, "req-1")
    await aside.stop()
    assert (await aside.run(where()))[0] == threading.get_ident()


async def test_what_it_raises_comes_out() -> None:
    async def fail() -> None:
        raise KeyError("mine")

    aside = Aside(1)
    aside.start()
    with pytest.raises(KeyError, match="mine"):
        await aside.run(fail())
    await aside.stop()


async def test_who_is_cancelled_here_is_cancelled_there() -> None:
    cancelled = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    aside = Aside(1)
    aside.start()
    task = asyncio.create_task(aside.run(wait()))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(cancelled.wait, 5)
    await aside.stop()


async def test_a_stop_cancels_what_still_runs() -> None:
    aside = Aside(1)
    aside.start()
    task = asyncio.create_task(aside.run(asyncio.sleep(30)))
    await asyncio.sleep(0.05)
    await aside.stop()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_more_threads_count_than_were_said_whoever_gave_up() -> None:
    at_work = most = 0
    lock = threading.Lock()

    def count() -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        with lock:
            at_work -= 1

    aside = Aside(2)
    aside.start()
    tasks = [asyncio.create_task(aside.run(asyncio.to_thread(count))) for _ in range(12)]
    await asyncio.sleep(0.02)
    for task in tasks[:6]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert most == 2
    await aside.stop()


async def test_a_store_gives_the_same_answers_there() -> None:
    store = MemoryStore()
    aside = Aside(1)
    here = await analytics(MemoryPurchaseFacts(store)).ask("summary", [])
    aside.start()
    there = await analytics(MemoryPurchaseFacts(store, run=aside.run)).ask("summary", [])
    whole = await analytics(FactsAside(MemoryPurchaseFacts(store), aside)).ask("summary", [])
    await aside.stop()
    assert here == there == whole
