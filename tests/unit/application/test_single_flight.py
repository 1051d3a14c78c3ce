import asyncio
from collections.abc import Callable, Coroutine

import pytest

from application.analytics.single_flight import SingleFlight


class Work:
    """Ends when told to; counts how often it was begun and how often cancelled."""

    def __init__(self) -> None:
        self.begun = self.cancelled = 0
        self.enough = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        try:
            await self.enough.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return number


async def begun(tasks: int, run: Callable[[], Coroutine[None, None, int]]) -> list[asyncio.Task[int]]:
    found = [asyncio.create_task(run()) for _ in range(tasks)]
    for _ in range(3):
        await asyncio.sleep(0)
    return found


async def test_what_many_ask_for_at_once_is_done_once() -> None:
    flights, work = SingleFlight[int](), Work()
    waiting = await begun(5, lambda: flights.run("a", work))
    work.enough.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    assert not flights.under_way("a")
    assert await flights.run("a", work) == 2


async def test_other_keys_are_other_work() -> None:
    flights, work = SingleFlight[int](), Work()
    one, other = await begun(1, lambda: flights.run("a", work)), await begun(1, lambda: flights.run("b", work))
    work.enough.set()
    assert sorted(await asyncio.gather(*one, *other)) == [1, 2]


@pytest.mark.parametrize("first", [0, 2], ids=["who began it", "who came later"])
async def test_one_who_is_cancelled_leaves_the_others_with_it(first: int) -> None:
    flights, work = SingleFlight[int](), Work()
    waiting = await begun(3, lambda: flights.run("a", work))
    gone = waiting.pop(first)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    work.enough.set()
    assert await asyncio.gather(*waiting) == [1, 1]
    assert (work.begun, work.cancelled) == (1, 0)


async def test_the_last_one_takes_it_along_and_who_comes_then_begins_anew() -> None:
    flights, work = SingleFlight[int](), Work()
    waiting = await begun(3, lambda: flights.run("a", work))
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not flights.under_way("a")
    again = await begun(1, lambda: flights.run("a", work))
    assert (work.begun, work.cancelled) == (2, 1)
    work.enough.set()
    assert await again[0] == 2


async def test_all_are_told_what_went_wrong_and_the_next_one_tries_again() -> None:
    flights = SingleFlight[int]()
    tried = 0

    async def fail() -> int:
        nonlocal tried
        tried += 1
        await asyncio.sleep(0)
        raise KeyError(tried)

    waiting = await begun(3, lambda: flights.run("a", fail))
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [KeyError] * 3
    assert tried == 1
    with pytest.raises(KeyError, match="2"):
        await flights.run("a", fail)


async def test_work_that_fails_although_nobody_waits_complains_to_nobody() -> None:
    flights, complaints = SingleFlight[int](), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, about: complaints.append(about))

    async def fails_late() -> int:
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError("late")

    waiting = await begun(1, lambda: flights.run("a", fails_late))
    waiting[0].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert complaints == []
