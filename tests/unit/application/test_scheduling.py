"""Schedules on the store in memory, with a clock that is set by hand: it begins on Sunday 1 March 2026 at 09:00 UTC."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.memory.store import MemoryStore
from application.decoding import decode
from application.errors import NotFound, StaleVersion
from application.jobs.schedule_models import ScheduleCreate, ScheduleUpdate
from application.jobs.scheduling import Usual
from application.ports.schedules import ScheduleNameExists
from domain.jobs.job import Job, JobState
from domain.jobs.schedule import CatchUp
from domain.shared.errors import Invalid
from tests.support.builders import MORNING, minutes
from tests.support.clocks import SetClock
from tests.support.memory_case import memory_ports
from tests.support.scheduling import CALLER, planned, schedules_on, time_of


def at(count: float) -> datetime:
    return MORNING + minutes(count)


class Planner:
    """Schedules, and the jobs that they have asked for."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = SetClock()
        self.service = schedules_on(memory_ports(self.store), self.clock)

    @property
    def jobs(self) -> list[Job]:
        return list(self.store.jobs.values())

    @property
    def times(self) -> list[datetime]:
        return [time_of(job.unique_key)[1] for job in self.jobs]

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(kept.event.type, kept.event.by) for kept in self.store.events]

    async def pass_by(self, count: float) -> int:
        self.clock.pass_by(minutes=count)
        return await self.service.tick()


@pytest.fixture
def planner() -> Planner:
    return Planner()


class TestPlanning:
    async def test_its_next_time_is_there_at_once(self, planner: Planner) -> None:
        made = await planned(planner.service, "nightly", "10 3 * * *", tz="Europe/Warsaw", arguments={"days": 3})
        assert made.next_at == at(17 * 60 + 10)
        assert await planner.service.get(made.id) == made
        assert planner.events == [("schedule.created", "ada")]
        paused = await planned(planner.service, "paused", paused=True)
        assert paused.next_at is None

    async def test_all_that_is_wrong_is_told_at_once(self, planner: Planner) -> None:
        command = ScheduleCreate(name=" ", kind="secret", cron="nonsense", tz="Mars/Olympus")
        with pytest.raises(Invalid) as caught:
            await planner.service.create(command, CALLER)
        assert {one.pointer for one in caught.value.problems} == {"/name", "/kind", "/cron", "/tz"}
        wrong = ScheduleCreate(name="x", kind="count", cron="* * * * *", arguments={"days": "three", "more": 1})
        with pytest.raises(Invalid) as caught:
            await planner.service.create(wrong, CALLER)
        assert all(one.pointer.startswith("/arguments") for one in caught.value.problems)

    async def test_what_no_store_keeps_is_no_argument(self, planner: Planner) -> None:
        wrong = ScheduleCreate(name="x", kind="count", cron="* * * * *", arguments={"a/b": "x\0", "c\0": 1})
        with pytest.raises(Invalid) as caught:
            await planner.service.create(wrong, CALLER)
        told = {(one.pointer, one.code) for one in caught.value.problems if one.code == "control-character"}
        assert told == {("/arguments/a~1b", "control-character"), ("/arguments/c\0", "control-character")}

    def test_shape_and_zone_are_told_together_argument_by_argument(self) -> None:
        wrong = b'"tz":"Mars","catch_up":"maybe","arguments":{"a":{"b":1},"c":0.5,"d":[]}}'
        body = b'{"name":"n","kind":"k","cron":"x",' + wrong
        with pytest.raises(Invalid) as caught:
            decode(ScheduleCreate, body)
        assert {(one.pointer, one.code) for one in caught.value.problems} == {
            ("/cron", "invalid-cron"),
            ("/tz", "unknown-time-zone"),
            ("/catch_up", "not-an-option"),
            *((f"/arguments/{name}", "wrong-type") for name in "acd"),
        }
        assert "must be text or a whole number or true or false or null; it is an object" in str(caught.value)

    async def test_a_name_is_of_one(self, planner: Planner) -> None:
        await planned(planner.service, "nightly")
        with pytest.raises(ScheduleNameExists):
            await planned(planner.service, "nightly")

    async def test_the_usual_ones_are_installed_once_and_stay_deleted(self, planner: Planner) -> None:
        usual = [Usual(name="a", kind="count", cron="0 3 * * *"), Usual(name="b", kind="count", cron="0 4 * * *")]
        await planner.service.install(usual)
        (first, _) = planner.store.schedules.values()
        await planner.service.delete(first.id, CALLER)
        await planner.service.install(usual)
        assert [one.details.name for one in planner.store.schedules.values()] == ["a", "b"]
        assert planner.events == [("schedule.deleted", "ada")], "nobody has planned them, so that is no event"


class TestChanging:
    async def test_another_time_is_counted_from_now_on(self, planner: Planner) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *")
        planner.clock.pass_by(minutes=90)
        changed = await planner.service.update(made.id, ScheduleUpdate(cron="45 * * * *"), CALLER, version=1)
        assert (changed.next_at, changed.version) == (at(105), 2)
        with pytest.raises(StaleVersion):
            await planner.service.update(made.id, ScheduleUpdate(cron="1 * * * *"), CALLER, version=1)
        same = await planner.service.update(made.id, ScheduleUpdate(cron="45 * * * *"), CALLER)
        assert same == changed

    async def test_a_change_of_something_else_misses_no_time(self, planner: Planner) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *")
        planner.clock.pass_by(minutes=60)
        await planner.service.update(made.id, ScheduleUpdate(name="each hour", arguments={"days": 2}), CALLER)
        assert await planner.service.tick() == 1
        assert (planner.times, planner.jobs[0].arguments) == ([at(60)], {"days": 2})

    async def test_paused_deleted_and_back(self, planner: Planner) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *")
        asked = []
        for change in (
            planner.service.update(made.id, ScheduleUpdate(paused=True), CALLER),
            planner.service.update(made.id, ScheduleUpdate(paused=False), CALLER),
            planner.service.delete(made.id, CALLER),
            planner.service.restore(made.id, CALLER),
        ):
            await change
            asked.append(await planner.pass_by(120))
        assert asked == [0, 1, 0, 1]
        # While it was there the run of the hour made up for the one before; while it was not, there was none.
        assert [f"{one:%H:%M}" for one in planner.times] == ["13:00", "17:00"]
        with pytest.raises(NotFound):
            await planner.service.get(UUID(int=0))


class TestTicking:
    async def test_a_time_that_has_come_is_asked_for_once(self, planner: Planner) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *", arguments={"days": 3})
        assert await planner.pass_by(59) == 0
        assert [await planner.pass_by(1), await planner.service.tick()] == [1, 0]
        (job,) = planner.jobs
        assert (job.kind, job.arguments, job.state, job.run_at) == ("count", {"days": 3}, JobState.WAITING, at(60))
        assert (job.lifecycle.created_by, planner.times) == ("schedule:hourly", [at(60)])
        read = await planner.service.get(made.id)
        assert (read.next_at, read.last_at, read.version) == (at(120), at(60), 1)

    async def test_a_run_asked_for_by_hand_is_beside_its_times(self, planner: Planner) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *", paused=True)
        asked = await planner.service.run(made.id, CALLER)
        assert (asked.kind, asked.created_by, asked.unique_key) == ("count", "ada", None)
        assert planner.store.jobs[asked.id].request_id == "req-1"
        assert (await planner.service.get(made.id)).last_at is None

    @pytest.mark.parametrize(
        ("rule", "count", "last"),
        [(CatchUp.ALL, 3000, at(3000)), (CatchUp.ONCE, 6, at(3000)), (CatchUp.SKIP, 6, at(3000))],
    )
    async def test_after_two_days_of_minutes(self, planner: Planner, rule: CatchUp, count: int, last: datetime) -> None:
        made = await planned(planner.service, "each minute", catch_up=rule)
        planner.clock.pass_by(minutes=3000)
        while await planner.service.tick():
            pass
        read = await planner.service.get(made.id)
        assert (read.next_at, read.last_at) == (last + minutes(1), last)
        # Those of the last five minutes were not missed.
        assert planner.times == [at(3000 - n) for n in reversed(range(count))]

    @pytest.mark.parametrize(("rule", "count"), [(CatchUp.ALL, 700), (CatchUp.ONCE, 1), (CatchUp.SKIP, 0)])
    async def test_after_a_month_of_hours(self, planner: Planner, rule: CatchUp, count: int) -> None:
        made = await planned(planner.service, "hourly", "0 * * * *", catch_up=rule)
        planner.clock.pass_by(minutes=700 * 60 + 30)
        asked = [await planner.service.tick() for _ in range(4)]
        assert sum(asked) == count == len(set(planner.times))
        assert (await planner.service.get(made.id)).next_at == at(701 * 60)

    async def test_no_time_is_missed_or_asked_for_twice_when_the_clocks_change(self, planner: Planner) -> None:
        await planned(planner.service, "nightly", "30 2 * * *", tz="Europe/Warsaw")
        planner.clock.at = datetime.fromisoformat("2026-10-24T12:00:00+00:00")
        await planner.service.tick()
        before = len(planner.jobs)
        for _ in range(24 * 4):
            await planner.pass_by(15)
        assert [f"{one:%d %H:%M}" for one in planner.times[before:]] == ["25 00:30"]

    async def test_one_of_many_schedules_keeps_no_other_waiting(self, planner: Planner) -> None:
        for n in range(150):
            await planned(planner.service, f"s{n}", "0 * * * *")
        planner.clock.pass_by(minutes=60)
        asked = [await planner.service.tick() for _ in range(3)]
        assert (sum(asked), asked[-1]) == (150, 0)
        assert len({job.unique_key for job in planner.jobs}) == 150

    async def test_two_at_once(self, planner: Planner) -> None:
        other: Any = schedules_on(memory_ports(planner.store), planner.clock)
        await planned(planner.service, "each minute", catch_up=CatchUp.ALL)
        for _ in range(50):
            planner.clock.at += timedelta(seconds=90)
            await other.tick()
            await planner.service.tick()
        assert planner.times == [at(n) for n in range(1, 76)]
