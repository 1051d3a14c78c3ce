"""A consumer of events for a process of its own, to be killed: its argument is URL.

It makes a group of each event: named after the sequence, so that a second one would be refused, and with what the event
is of as its description. It says `begun` in the first round that has something to deal with.
"""

import asyncio
import sys
from collections.abc import Sequence

from adapters.postgres.consumers import PostgresConsumerReader
from adapters.postgres.event_signal import PostgresEventSignal
from adapters.postgres.events import PostgresEventReader
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.events.consuming import Consuming
from application.events.models import EventRead
from application.ports.unit_of_work import UnitOfWork
from domain.customers.group import Group, GroupDetails
from domain.shared.ids import GroupId

NAME = "ledger"


class Ledger:
    """Makes a group of each event."""

    name = NAME

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._ids = Uuid7Generator(self._clock)
        self._begun = False

    async def idle(self, uow: UnitOfWork) -> bool:
        return False

    async def take(self, uow: UnitOfWork, events: Sequence[EventRead]) -> None:
        """Adds the groups."""
        for event in events:
            details = GroupDetails(name=f"{event.sequence:09}", description=f"{event.aggregate_id} {event.version}")
            group, _ = Group.found(GroupId(self._ids.new()), details, at=self._clock.now(), by=NAME)
            uow.groups.add(group)
        if not self._begun:
            self._begun = True
            print("begun", flush=True)


def consuming_on(pool: Pool, signal: PostgresEventSignal) -> Consuming:
    """What brings consumers forward on a database."""
    return Consuming(
        units=PostgresUnitsOfWork(pool, tell=signal.tell),
        events=PostgresEventReader(pool),
        consumers=PostgresConsumerReader(pool),
        signal=signal,
        clock=SystemClock(),
    )


async def _work(url: str) -> None:
    """Follows until it is killed."""
    pool = Pool(url)
    await pool.open()
    signal = PostgresEventSignal(pool)
    async with signal.running():
        await consuming_on(pool, signal).follow(Ledger(), from_start=True)


def main() -> None:
    """With what the command line says."""
    asyncio.run(_work(sys.argv[1]))
