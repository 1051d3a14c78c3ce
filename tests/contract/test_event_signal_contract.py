"""What application/ports/event_signal.py promises, and what is asked of the events when it says so."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from application.caller import Caller
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from domain.shared.events import Event
from tests.support.builders import MORNING, new_id
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes")

CALLER = Caller("bob", "req-1")


@pytest.fixture
async def signal(ports: StorePorts) -> AsyncIterator[EventSignal]:
    assert ports.signal is not None, "a store that takes changes says when there are some"
    async with ports.signal.running():
        yield ports.signal


@pytest.fixture
def reader(ports: StorePorts) -> EventReader:
    assert ports.event_reader is not None
    return ports.event_reader


async def recorded(ports: StorePorts, count: int = 1) -> None:
    async with ports.units(CALLER) as uow:
        for version in range(1, count + 1):
            uow.record(Event(type="book.updated", aggregate_id=new_id(), version=version, at=MORNING, by="bob"))
        await uow.commit()


async def test_without_events_the_time_runs_out(signal: EventSignal) -> None:
    began = monotonic()
    assert await signal.wait(0, seconds=0.05) is False
    assert monotonic() - began >= 0.045
    assert await signal.wait(0, seconds=0) is False


async def test_a_commit_is_heard_of(ports: StorePorts, signal: EventSignal, reader: EventReader) -> None:
    waiting = asyncio.create_task(signal.wait(0, seconds=10))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    began = monotonic()
    await recorded(ports)
    assert await waiting is True
    assert monotonic() - began < 1, "sooner than anybody would look without being told"
    assert [one.sequence for one in await reader.after(0, limit=10)] == [1]


async def test_what_was_there_before_is_not_waited_for(ports: StorePorts, signal: EventSignal) -> None:
    await recorded(ports, 2)
    assert await signal.wait(0, seconds=10) is True
    assert await signal.wait(1, seconds=10) is True
    assert await signal.wait(2, seconds=0.05) is False


async def test_all_who_wait_hear_of_it(ports: StorePorts, signal: EventSignal) -> None:
    waiting = [asyncio.create_task(signal.wait(0, seconds=10)) for _ in range(20)]
    patient = asyncio.create_task(signal.wait(1, seconds=10))
    gone = asyncio.create_task(signal.wait(0, seconds=10))
    await asyncio.sleep(0.02)
    gone.cancel()
    await recorded(ports)
    assert await asyncio.gather(*waiting) == [True] * 20
    assert not patient.done()
    await recorded(ports)
    assert await patient is True


async def test_who_asks_each_time_it_says_so_sees_all(
    ports: StorePorts, signal: EventSignal, reader: EventReader
) -> None:
    async def write() -> None:
        for number in range(30):
            await recorded(ports, 1 + number % 3)
            await asyncio.sleep(0.003)

    async def follow() -> list[int | None]:
        seen: list[int | None] = []
        while len(seen) < 60:
            if await signal.wait(len(seen), seconds=10):
                seen += [one.sequence for one in await reader.after(len(seen), limit=7)]
        return seen

    async with asyncio.timeout(30):
        _, one, other = await asyncio.gather(write(), follow(), follow())
    assert one == other == list(range(1, 61))


async def test_those_after_one_are_told_in_order_and_no_more_than_asked(ports: StorePorts, reader: EventReader) -> None:
    assert list(await reader.after(0, limit=5)) == []
    assert await reader.last() == 0
    await recorded(ports, 5)
    assert await reader.last() == 5
    assert [one.sequence for one in await reader.after(0, limit=3)] == [1, 2, 3]
    assert [one.sequence for one in await reader.after(3, limit=3)] == [4, 5]
    assert list(await reader.after(5, limit=3)) == []
    assert list(await reader.after(2**63 - 1, limit=3)) == []
