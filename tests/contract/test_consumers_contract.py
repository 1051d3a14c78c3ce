"""What application/ports/consumers.py promises, and what consumers are brought forward by on top of it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from application.caller import Caller
from application.events.consuming import MOST_AT_ONCE, Consuming
from application.events.models import EventRead
from application.listing import Listing
from application.ports.consumers import ConsumerMoved, ConsumerPosition, ConsumerReader
from application.ports.unit_of_work import UnitOfWork
from domain.customers.group import Group, GroupDetails
from domain.shared.events import Event
from domain.shared.ids import GroupId
from tests.support.builders import MORNING, minutes, new_id
from tests.support.clocks import SetClock
from tests.support.pools import eventually
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("writes")

CALLER = Caller("bob", "req-1")
LATER = MORNING + minutes(5)
NAME = "letters"


@pytest.fixture
def reader(ports: StorePorts) -> ConsumerReader:
    assert ports.consumers is not None, "a store that takes changes keeps the positions of consumers"
    return ports.consumers


@pytest.fixture
def consuming(ports: StorePorts) -> Consuming:
    assert ports.consumers is not None
    assert ports.event_reader is not None
    assert ports.signal is not None
    return Consuming(
        units=ports.units,
        events=ports.event_reader,
        consumers=ports.consumers,
        signal=ports.signal,
        clock=SetClock(),
    )


async def recorded(ports: StorePorts, count: int, aggregate_id: UUID | None = None) -> None:
    book = aggregate_id or new_id()
    async with ports.units(CALLER) as uow:
        for version in range(1, count + 1):
            uow.record(Event(type="book.updated", aggregate_id=book, version=version, at=MORNING, by="bob"))
        await uow.commit()


async def advanced(
    ports: StorePorts, before: int | None, after: int, *, name: str = NAME, also: Group | None = None
) -> None:
    async with ports.units(CALLER) as uow:
        uow.consumers.advance(name, before=before, after=after, at=MORNING if before is None else LATER)
        if also is not None:
            uow.groups.add(also)
        await uow.commit()


def a_group(name: str) -> Group:
    return Group.found(GroupId(new_id()), GroupDetails(name=name, description=None), at=MORNING, by="ada")[0]


class TestPositions:
    async def test_one_that_never_began_has_none(self, reader: ConsumerReader) -> None:
        assert await reader.position(NAME) is None
        assert list(await reader.positions()) == []

    async def test_it_begins_and_goes_on(self, ports: StorePorts, reader: ConsumerReader) -> None:
        await advanced(ports, None, 0)
        assert await reader.position(NAME) == 0
        await advanced(ports, 0, 7)
        assert await reader.position(NAME) == 7
        assert await reader.position("others") is None

    async def test_they_are_told_with_what_is_left_to_do(self, ports: StorePorts, reader: ConsumerReader) -> None:
        await recorded(ports, 5)
        assert ports.event_reader is not None
        assert await ports.event_reader.last() == 5
        await advanced(ports, None, 5, name="b")
        await advanced(ports, None, 0, name="a")
        await advanced(ports, 0, 2, name="a")
        assert list(await reader.positions()) == [
            ConsumerPosition(name="a", sequence=2, behind=3, updated_at=LATER),
            ConsumerPosition(name="b", sequence=5, behind=0, updated_at=MORNING),
        ]

    @pytest.mark.parametrize("before", [None, 0, 2, 4])
    async def test_who_comes_from_another_position_keeps_nothing(
        self, ports: StorePorts, reader: ConsumerReader, before: int | None
    ) -> None:
        await advanced(ports, None, 3)
        group = a_group("Never")
        with pytest.raises(ConsumerMoved):
            await advanced(ports, before, 5, also=group)
        assert await reader.position(NAME) == 3
        assert ports.groups is not None
        assert list((await ports.groups.list(Listing())).items) == []

    async def test_one_that_never_began_cannot_go_on(self, ports: StorePorts, reader: ConsumerReader) -> None:
        with pytest.raises(ConsumerMoved):
            await advanced(ports, 0, 1)
        assert await reader.position(NAME) is None

    @pytest.mark.parametrize("before", [None, 3])
    async def test_of_two_at_once_one_wins_and_the_other_keeps_nothing(
        self, ports: StorePorts, reader: ConsumerReader, before: int | None
    ) -> None:
        if before is not None:
            await advanced(ports, None, before)
        groups = [a_group("One"), a_group("Two")]
        outcomes = await asyncio.gather(
            *(advanced(ports, before, 9, also=group) for group in groups), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in outcomes) == ["ConsumerMoved", "NoneType"]
        winner = groups[outcomes.index(None)]
        assert ports.groups is not None
        assert [one.id for one in (await ports.groups.list(Listing())).items] == [winner.id]
        assert await reader.position(NAME) == 9

    async def test_what_fails_leaves_the_position(self, ports: StorePorts, reader: ConsumerReader) -> None:
        await advanced(ports, None, 3)
        with pytest.raises(ZeroDivisionError):
            async with ports.units(CALLER) as uow:
                uow.consumers.advance(NAME, before=3, after=4, at=LATER)
                raise ZeroDivisionError
        assert await reader.position(NAME) == 3


class Ledger:
    """Makes a group of each event, named after its sequence, so that a second one of the same would be refused."""

    def __init__(self, name: str = NAME) -> None:
        self.name = name
        self.seen: list[EventRead] = []
        self.fails = 0
        self.sleeps = False

    async def idle(self, uow: UnitOfWork) -> bool:
        return self.sleeps

    async def take(self, uow: UnitOfWork, events: Sequence[EventRead]) -> None:
        # Between reading the events and writing, another process has its chance.
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise ZeroDivisionError
        for event in events:
            uow.groups.add(a_group(f"{self.name} {event.sequence}"))
        self.seen += events


def sequences(ledger: Ledger) -> list[int | None]:
    return [one.sequence for one in ledger.seen]


async def effects(ports: StorePorts) -> int:
    assert ports.groups is not None
    page = await ports.groups.list(Listing(count=True))
    assert page.total is not None
    return page.total


class TestConsuming:
    async def test_a_new_one_begins_at_the_end_of_the_log(self, ports: StorePorts, consuming: Consuming) -> None:
        await recorded(ports, 3)
        ledger = Ledger()
        assert await consuming.round(ledger) == 0
        await recorded(ports, 2)
        assert await consuming.round(ledger) == 2
        assert await consuming.round(ledger) == 0
        assert sequences(ledger) == [4, 5]

    async def test_or_at_its_beginning(self, ports: StorePorts, consuming: Consuming) -> None:
        await recorded(ports, 3)
        ledger = Ledger()
        assert await consuming.round(ledger, from_start=True) == 0
        assert await consuming.round(ledger, from_start=True) == 3
        assert sequences(ledger) == [1, 2, 3]

    async def test_each_has_its_own_position(self, ports: StorePorts, consuming: Consuming) -> None:
        one, other = Ledger("one"), Ledger("other")
        assert await consuming.round(one) == 0
        await recorded(ports, 1)
        assert await consuming.round(one) == 1
        assert await consuming.round(other, from_start=True) == 0
        assert await consuming.round(other) == 1
        assert await effects(ports) == 2

    async def test_many_are_taken_some_at_a_time(self, ports: StorePorts, consuming: Consuming) -> None:
        ledger = Ledger()
        await consuming.round(ledger)
        await recorded(ports, MOST_AT_ONCE + 1)
        assert [await consuming.round(ledger) for _ in range(3)] == [MOST_AT_ONCE, 1, 0]
        assert sequences(ledger) == list(range(1, MOST_AT_ONCE + 2))
        assert await effects(ports) == MOST_AT_ONCE + 1

    async def test_what_a_consumer_raises_keeps_nothing_and_comes_again(
        self, ports: StorePorts, consuming: Consuming
    ) -> None:
        ledger = Ledger()
        await consuming.round(ledger)
        await recorded(ports, 2)
        ledger.fails = 1
        with pytest.raises(ZeroDivisionError):
            await consuming.round(ledger)
        assert await effects(ports) == 0
        assert await consuming.round(ledger) == 2
        assert await effects(ports) == 2

    async def test_of_two_rounds_at_once_one_has_effects(self, ports: StorePorts, consuming: Consuming) -> None:
        await consuming.round(Ledger())
        await recorded(ports, 5)
        dealt = await asyncio.gather(*(consuming.round(Ledger()) for _ in range(3)))
        assert sorted(dealt) == [0, 0, 5]
        assert await effects(ports) == 5

    async def test_of_two_that_begin_at_once_one_does(self, ports: StorePorts, consuming: Consuming) -> None:
        await recorded(ports, 5)
        begun = await asyncio.gather(*(consuming.round(Ledger(), from_start=True) for _ in range(2)))
        # Where a round never waits, the second finds that the first has begun, and goes on.
        assert sum(begun) + await consuming.round(Ledger()) == 5
        assert await effects(ports) == 5

    async def test_what_comes_while_nothing_follows_from_it_is_passed_over(
        self, ports: StorePorts, consuming: Consuming
    ) -> None:
        ledger = Ledger()
        await consuming.round(ledger)
        ledger.sleeps = True
        await recorded(ports, 3)
        assert await consuming.pass_over(ledger)
        ledger.sleeps = False
        assert not await consuming.pass_over(ledger)
        await recorded(ports, 2)
        assert await consuming.round(ledger) == 2
        assert sequences(ledger) == [4, 5]

    async def test_one_that_follows_takes_what_comes(self, ports: StorePorts, consuming: Consuming) -> None:
        ledger = Ledger()
        await consuming.round(ledger)
        assert ports.signal is not None
        async with ports.signal.running():
            following = asyncio.create_task(consuming.follow(ledger))
            ledger.fails = 1
            for _ in range(5):
                await recorded(ports, 2)
                await asyncio.sleep(0.01)

            async def kept() -> bool:
                return await effects(ports) == 10

            # What was taken is kept a moment later, and a round that is cut off keeps nothing.
            await eventually(kept, within=10)
            following.cancel()
            await asyncio.wait([following])
        assert sequences(ledger) == list(range(1, 11))
        assert await effects(ports) == 10
