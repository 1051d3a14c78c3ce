"""What application/ports/computation.py promises."""

import asyncio
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from adapters.processes.computation import ProcessComputation
from application.errors import Unavailable
from application.ports.computation import Computation, ComputationTooLong
from domain.shared.errors import Invalid
from tests.support.computations import gave_up, halves, refused, spun, this_process, told_its_process
from tests.support.pools import eventually

# Each gives a computation that has so many seconds.
ADAPTERS: list[Callable[[float], Computation]] = [lambda seconds: ProcessComputation(seconds=seconds)]
LONG = 30.0


@pytest.fixture(params=ADAPTERS, ids=["processes"])
def having(request: pytest.FixtureRequest) -> Callable[[float], Computation]:
    made: Callable[[float], Computation] = request.param
    return made


async def test_what_the_work_returns_is_returned(having: Callable[[float], Computation]) -> None:
    assert await having(LONG).run(halves, 7) == 3.5


async def test_what_the_work_raises_is_raised_whole(having: Callable[[float], Computation]) -> None:
    with pytest.raises(ZeroDivisionError):
        await having(LONG).run(divmod, 7, 0)
    with pytest.raises(Invalid) as error:
        await having(LONG).run(refused, "/a", "/b")
    assert [(one.pointer, one.code, one.message) for one in error.value.problems] == [
        ("/a", "bad", "is bad"),
        ("/b", "bad", "is bad"),
    ]


async def test_others_go_on_meanwhile(having: Callable[[float], Computation]) -> None:
    computation = having(LONG)
    working = asyncio.create_task(computation.run(spun, 0.5))
    longest, last = 0.0, monotonic()
    while not working.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, monotonic() - last), monotonic()
    began, ended = await working
    assert ended - began >= 0.5
    # In a thread of this process it would be half of the time, in its event loop all of it.
    assert longest < 0.25


async def test_one_is_done_after_the_other(having: Callable[[float], Computation]) -> None:
    computation = having(LONG)
    times = sorted(await asyncio.gather(*(computation.run(spun, 0.05) for _ in range(3))))
    assert all(before[1] <= after[0] for before, after in pairwise(times))


async def test_what_takes_too_long_is_stopped(having: Callable[[float], Computation], tmp_path: Path) -> None:
    with pytest.raises(ComputationTooLong, match=r"not done within 1\.5 s"):
        await having(1.5).run(told_its_process, tmp_path / "process")
    gone(tmp_path / "process")


async def test_waiting_for_others_is_part_of_the_time(having: Callable[[float], Computation]) -> None:
    computation = having(4)
    first = asyncio.create_task(computation.run(spun, 2.5))
    await asyncio.sleep(0.01)
    with pytest.raises(ComputationTooLong):
        await computation.run(spun, 2.5)
    await first
    assert await computation.run(halves, 1) == 0.5


async def test_what_nobody_waits_for_is_stopped(having: Callable[[float], Computation], tmp_path: Path) -> None:
    computation, path = having(LONG), tmp_path / "process"
    working = asyncio.create_task(computation.run(told_its_process, path))

    async def begun() -> bool:
        return path.is_file() and path.read_text() != ""

    await eventually(begun)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    gone(path)
    assert await computation.run(halves, 1) == 0.5


def gone(path: Path) -> None:
    process = int(path.read_text())
    assert process != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_an_end_without_an_outcome_is_unavailable(having: Callable[[float], Computation]) -> None:
    for code in (0, 3):
        with pytest.raises(Unavailable, match="ended"):
            await having(LONG).run(gave_up, code)


async def test_it_is_another_process(having: Callable[[float], Computation]) -> None:
    assert await having(LONG).run(this_process) != os.getpid()
