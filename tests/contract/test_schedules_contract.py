"""What application/ports/schedules.py promises."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.jobs.schedule_models import SCHEDULE_LIST, ScheduleRead
from application.ports.schedules import ScheduleNameExists, ScheduleReader
from domain.jobs.schedule import CatchUp, Schedule, ScheduleDetails
from domain.shared.ids import ScheduleId
from tests.support.builders import MORNING, minutes, new_id
from tests.support.lists import walked
from tests.support.store_case import StorePorts
from tests.support.working import a_job

CALLER = Caller("bob", request_id="req-1")
LATER = MORNING + minutes(5)
TOMORROW = MORNING + minutes(24 * 60)

pytestmark = pytest.mark.needs("writes")


def reader(ports: StorePorts) -> ScheduleReader:
    assert ports.schedules is not None
    return ports.schedules


def a_schedule(name: str = "purge", *, next_at: datetime | None = TOMORROW, after: int = 0, **given: Any) -> Schedule:
    details = ScheduleDetails(name=name, **{"kind": "purge-customers", "cron": "0 9 * * *", **given})
    at = MORNING + minutes(after)
    return Schedule.plan(ScheduleId(new_id()), details, next_at=next_at, at=at, by="ada")[0]


async def added(ports: StorePorts, *schedules: Schedule) -> None:
    async with ports.units(CALLER) as uow:
        for one in schedules:
            uow.schedules.add(one)
        await uow.commit()


async def saved(ports: StorePorts, schedule: Schedule) -> Schedule:
    async with ports.units(CALLER) as uow:
        kept = uow.schedules.save(schedule)
        await uow.commit()
    return kept


async def kept(ports: StorePorts, schedule: Schedule) -> Schedule:
    async with ports.units(CALLER) as uow:
        return await uow.schedules.get(schedule.id)


async def advanced(ports: StorePorts, schedule: Schedule, next_at: datetime | None, last_at: datetime | None) -> None:
    async with ports.units(CALLER) as uow:
        uow.schedules.advance(schedule, next_at=next_at, last_at=last_at)
        await uow.commit()


class TestKeeping:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts) -> None:
        full = a_schedule(
            'Ünal\'s; "nightly"',
            cron="*/7 1-3 * JAN,DEC 1-5",
            tz="Europe/Warsaw",
            arguments={"days": 30, "what": "é\\", "dry": True, "nothing": None},
            catch_up=CatchUp.ALL,
            paused=True,
            next_at=None,
        )
        bare = a_schedule("bare")
        await added(ports, full, bare)
        for one in (full, bare):
            assert await kept(ports, one) == one
            assert await reader(ports).get(one.id) == ScheduleRead.of(one)

    async def test_a_save_gives_the_next_version_and_an_old_one_is_a_conflict(self, ports: StorePorts) -> None:
        schedule = a_schedule(arguments={"days": 30})
        await added(ports, schedule)
        details = replace(schedule.details, cron="1 1 * * *", arguments={}, catch_up=CatchUp.SKIP)
        edited = await saved(ports, schedule.edit(details, next_at=LATER, at=LATER, by="bob")[0])
        assert edited.lifecycle.version == 2
        assert await kept(ports, schedule) == edited
        assert await reader(ports).get(schedule.id) == ScheduleRead.of(edited)
        with pytest.raises(Conflict):
            await saved(ports, schedule.edit(replace(details, paused=True), next_at=None, at=LATER, by="eve")[0])
        assert await kept(ports, schedule) == edited

    async def test_what_is_not_there_or_deleted_is_not_found(self, ports: StorePorts) -> None:
        schedule = a_schedule()
        await added(ports, schedule)
        gone = await saved(ports, schedule.delete(at=LATER, by="bob")[0])
        for one in (schedule.id, new_id()):
            with pytest.raises(NotFound):
                await reader(ports).get(one)
        assert await reader(ports).get(schedule.id, include_deleted=True) == ScheduleRead.of(gone)
        assert await kept(ports, schedule) == gone
        with pytest.raises(NotFound):
            await kept(ports, a_schedule())

    @pytest.mark.needs("enforces_unique")
    async def test_a_name_is_of_one_living_schedule(self, ports: StorePorts) -> None:
        schedule = a_schedule()
        await added(ports, schedule)
        with pytest.raises(ScheduleNameExists) as caught:
            await added(ports, a_schedule())
        assert (caught.value.code, caught.value.field) == ("schedule-name-exists", "/name")
        gone = await saved(ports, schedule.delete(at=LATER, by="bob")[0])
        await added(ports, a_schedule())
        with pytest.raises(ScheduleNameExists):
            await saved(ports, gone.restore(next_at=TOMORROW, at=LATER, by="bob")[0])

    async def test_the_first_of_a_name_is_found_deleted_or_not(self, ports: StorePorts) -> None:
        first, second = a_schedule(), a_schedule()
        await added(ports, first)
        gone = await saved(ports, first.delete(at=LATER, by="bob")[0])
        await added(ports, second)
        async with ports.units(CALLER) as uow:
            assert await uow.schedules.find_by_name("purge") == gone
            assert await uow.schedules.find_by_name("Purge") is None

    async def test_lists(self, ports: StorePorts) -> None:
        schedules = [
            a_schedule("b", after=1),
            a_schedule("a", after=2, paused=True),
            a_schedule("c", after=3, kind="x"),
            a_schedule("d", after=4),
        ]
        await added(ports, *schedules)
        await saved(ports, schedules[3].delete(at=LATER, by="bob")[0])

        async def found(**asked: str) -> str:
            return "".join([one.name for one in await walked(SCHEDULE_LIST, reader(ports).list, **asked)])

        assert await found() == "abc"
        assert await found(include_deleted="true") == "abcd"
        assert await found(sort="-name") == "cba"
        assert await found(sort="created_at") == "bac"
        assert await found(sort="-updated_at", include_deleted="true") == "dcab"
        assert await found(name="b") == "b"
        assert await found(kind="x") == "c"
        assert await found(paused="true") == "a"
        assert await found(paused="false") == "bc"
        assert await found(created_at__gt="2026-03-01T09:01:00Z") == "ac"


class TestComingDue:
    async def test_those_whose_time_has_come_the_earliest_first(self, ports: StorePorts) -> None:
        schedules = [
            a_schedule(str(n), next_at=None if at is None else MORNING + minutes(at))
            for n, at in enumerate([20, 10, None, 30, 10])
        ]
        await added(ports, *schedules)
        gone = a_schedule("gone", next_at=MORNING)
        await added(ports, gone)
        await saved(ports, gone.delete(at=LATER, by="bob")[0])

        async def due(after: int, many: int = 10) -> str:
            found = await reader(ports).due(MORNING + minutes(after), many)
            return "".join(one.details.name for one in found)

        assert await due(9) == ""
        assert await due(10) == "14"
        assert await due(20) == "140"
        assert await due(40, 3) == "140"
        assert list(await reader(ports).due(MORNING + minutes(40), 9)) == [schedules[n] for n in (1, 4, 0, 3)]

    async def test_going_on_changes_its_times_alone(self, ports: StorePorts) -> None:
        schedule = a_schedule()
        await added(ports, schedule)
        await advanced(ports, schedule, LATER, MORNING)
        assert await kept(ports, schedule) == replace(schedule, next_at=LATER, last_at=MORNING)
        await advanced(ports, await kept(ports, schedule), None, LATER)
        assert await kept(ports, schedule) == replace(schedule, next_at=None, last_at=LATER)

    async def test_somebody_else_was_quicker(self, ports: StorePorts) -> None:
        schedule = a_schedule()
        await added(ports, schedule)
        await advanced(ports, schedule, LATER, TOMORROW)
        job = a_job()
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.jobs.enqueue(job)
                uow.schedules.advance(schedule, next_at=MORNING, last_at=None)
                await uow.commit()
        assert (await kept(ports, schedule)).next_at == LATER
        with pytest.raises(NotFound):
            async with ports.units(CALLER) as uow:
                await uow.jobs.get(job.id)

    async def test_somebody_changed_or_deleted_it(self, ports: StorePorts) -> None:
        edited, gone = a_schedule("edited"), a_schedule("gone")
        await added(ports, edited, gone)
        # Its next time is the same as before.
        changed = edited.edit(replace(edited.details, name="new"), next_at=TOMORROW, at=LATER, by="bob")[0]
        await saved(ports, changed)
        await saved(ports, gone.delete(at=LATER, by="bob")[0])
        for schedule in (edited, gone, a_schedule("never added")):
            with pytest.raises(Conflict):
                await advanced(ports, schedule, LATER, TOMORROW)

    @pytest.mark.needs("transactions")
    async def test_of_many_at_once_one_goes_on_with_its_job(self, ports: StorePorts) -> None:
        schedule, all_are_ready = a_schedule(), asyncio.Barrier(6)
        await added(ports, schedule)
        jobs = [schedule.ask(a_job().id, TOMORROW, at=TOMORROW) for _ in range(6)]

        async def ask(place: int) -> int:
            async with ports.units(CALLER) as uow:
                uow.jobs.enqueue(jobs[place])
                uow.schedules.advance(schedule, next_at=LATER, last_at=TOMORROW)
                await all_are_ready.wait()
                await uow.commit()
            return place

        outcomes = await asyncio.gather(*map(ask, range(6)), return_exceptions=True)
        (winner,) = (one for one in outcomes if isinstance(one, int))
        assert sum(isinstance(one, Conflict) for one in outcomes) == 5
        assert ports.jobs is not None
        assert (await ports.jobs.get(jobs[winner].id)).unique_key == jobs[winner].unique_key
        for place, job in enumerate(jobs):
            if place != winner:
                with pytest.raises(NotFound):
                    await ports.jobs.get(job.id)
