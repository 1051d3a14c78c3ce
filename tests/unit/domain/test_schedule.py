from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.schedule import PUNCTUAL, CatchUp, Schedule, ScheduleDetails
from domain.shared.ids import JobId, ScheduleId
from domain.shared.lifecycle import Deleted, NotDeleted
from tests.support.builders import MORNING, minutes, new_id


def at(count: float) -> datetime:
    return MORNING + minutes(count)


def planned(*, next_at: datetime | None = MORNING, **details: Any) -> Schedule:
    given = ScheduleDetails(**{"name": "purge", "kind": "purge-customers", "cron": "* * * * *", **details})
    return Schedule.plan(ScheduleId(new_id()), given, next_at=next_at, at=MORNING, by="ada")[0]


class TestChanging:
    def test_an_edit_says_what_changed(self) -> None:
        schedule = planned()
        edited, event = schedule.edit(
            replace(schedule.details, cron="1 1 * * *", paused=True), next_at=None, at=at(1), by="eve"
        )
        assert event is not None
        assert (event.type, event.changed, event.version) == ("schedule.updated", ("cron", "paused"), 2)
        assert (edited.next_at, edited.details.paused) == (None, True)

    def test_a_change_to_what_it_is_changes_nothing(self) -> None:
        schedule = planned()
        assert schedule.edit(replace(schedule.details), next_at=at(9), at=at(1), by="eve") == (schedule, None)

    def test_deleted_it_asks_for_nothing_and_cannot_be_changed(self) -> None:
        gone, event = planned().delete(at=at(1), by="eve")
        assert (gone.next_at, gone.lifecycle.deleted, event.type) == (None, True, "schedule.deleted")
        with pytest.raises(Deleted):
            gone.delete(at=at(2), by="eve")
        with pytest.raises(Deleted):
            gone.edit(replace(gone.details, name="x"), next_at=None, at=at(2), by="eve")
        back, event = gone.restore(next_at=at(3), at=at(2), by="eve")
        assert (back.next_at, back.lifecycle.deleted, event.type) == (at(3), False, "schedule.restored")
        with pytest.raises(NotDeleted):
            back.restore(next_at=at(3), at=at(2), by="eve")


class TestCatchingUp:
    @pytest.mark.parametrize(
        ("rule", "expected"), [(CatchUp.SKIP, []), (CatchUp.ONCE, [-20]), (CatchUp.ALL, [-60, -40, -20])]
    )
    def test_of_times_that_were_all_missed(self, rule: CatchUp, expected: list[int]) -> None:
        times = [at(-60), at(-40), at(-20)]
        assert planned(catch_up=rule).due(times, at=MORNING) == [at(one) for one in expected]

    @pytest.mark.parametrize(
        ("rule", "expected"), [(CatchUp.SKIP, [-5, 0]), (CatchUp.ONCE, [-5, 0]), (CatchUp.ALL, [-60, -5, 0])]
    )
    def test_one_that_comes_now_makes_up_for_those_before(self, rule: CatchUp, expected: list[int]) -> None:
        assert planned(catch_up=rule).due([at(-60), at(-5), MORNING], at=MORNING) == [at(one) for one in expected]

    def test_there_is_nothing_to_look_from_where_there_is_no_next_time(self) -> None:
        for rule in CatchUp:
            assert planned(catch_up=rule, next_at=None).looks_from(MORNING) is None

    @given(
        rule=st.sampled_from(CatchUp),
        every=st.integers(1, 200),
        first=st.integers(0, 3000),
        later=st.timedeltas(timedelta(0), timedelta(minutes=1)),
    )
    def test_the_rules(self, rule: CatchUp, every: int, first: int, later: timedelta) -> None:
        now = MORNING + later
        schedule = planned(catch_up=rule, next_at=at(-first))
        times = [at(-one) for one in range(first, -1, -every)]
        looked_at = [one for one in times if one > (schedule.looks_from(now) or now)]
        due = schedule.due([times[0], *looked_at], at=now)
        punctual = [one for one in times if now - one <= PUNCTUAL]
        assert _ascends(due)
        assert set(punctual) <= set(due) <= set(times)
        missed = [one for one in due if one not in punctual]
        if rule is CatchUp.ALL:
            assert due == times
        elif rule is CatchUp.SKIP:
            assert missed == []
        else:
            assert len(missed) == (0 if punctual else 1)


def _ascends(times: Sequence[datetime]) -> bool:
    return list(times) == sorted(set(times))


def test_one_of_its_times_is_one_job() -> None:
    schedule = planned(arguments={"days": 3})
    jobs = [schedule.ask(JobId(new_id()), time, at=at(2)) for time in (MORNING, MORNING, at(1))]
    assert [job.unique_key == jobs[0].unique_key for job in jobs] == [True, True, False]
    assert (jobs[0].kind, jobs[0].arguments, jobs[0].run_at) == ("purge-customers", {"days": 3}, at(2))
    assert jobs[0].lifecycle.created_by == "schedule:purge"
    assert planned().ask(JobId(new_id()), MORNING, at=at(2)).unique_key != jobs[0].unique_key
