"""A caller who goes away while an answer is worked out."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from entrypoints.http.leaving import CallerGone, while_wanted


class Caller:
    """Sends these messages, and goes away when told to."""

    def __init__(self, messages: Sequence[str] = ("http.request",)) -> None:
        self._messages = list(messages)
        self.leaves = asyncio.Event()

    async def receive(self) -> Any:
        if self._messages:
            return {"type": self._messages.pop(0)}
        await self.leaves.wait()
        return {"type": "http.disconnect"}


class Work:
    """Something that takes its time."""

    def __init__(self) -> None:
        self.ended: str | None = None
        self.enough = asyncio.Event()

    async def __call__(self) -> str:
        try:
            await self.enough.wait()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        self.ended = "done"
        return "answer"


async def test_who_waits_is_answered() -> None:
    caller, work = Caller(), Work()
    work.enough.set()
    assert await while_wanted(caller.receive, work()) == "answer"


async def test_who_goes_takes_the_work_along() -> None:
    caller, work = Caller(("http.request", "http.request")), Work()
    asyncio.get_running_loop().call_later(0.01, caller.leaves.set)
    with pytest.raises(CallerGone):
        await while_wanted(caller.receive, work())
    await asyncio.sleep(0)
    assert work.ended == "cancelled"


async def test_what_goes_wrong_is_told() -> None:
    async def fail() -> str:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await while_wanted(Caller().receive, fail())


async def test_a_request_that_is_cancelled_cancels_the_work() -> None:
    work = Work()
    task = asyncio.create_task(while_wanted(Caller().receive, work()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert work.ended == "cancelled"
