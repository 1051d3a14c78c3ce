"""What application/ports/recurrence.py promises, of its one adapter."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.cron import CronRecurrence
from application.ports.recurrence import Recurrence
from domain.shared.errors import Invalid

WARSAW = "Europe/Warsaw"


@pytest.fixture
def recurrence() -> Recurrence:
    return CronRecurrence()


def times(recurrence: Recurrence, cron: str, tz: str, after: str, many: int) -> list[str]:
    """The first times after a moment of UTC, both as `2026-03-28 01:30`."""
    found = list(islice(recurrence.after(cron, tz, datetime.fromisoformat(f"{after}+00:00")), many))
    assert all(one.tzinfo is UTC for one in found)
    assert all(earlier < later for earlier, later in pairwise(found))
    return [f"{one:%Y-%m-%d %H:%M}" for one in found]


def test_times_are_those_of_the_clocks_of_the_zone(recurrence: Recurrence) -> None:
    assert times(recurrence, "30 9 * * *", WARSAW, "2026-01-10 08:00", 2) == ["2026-01-10 08:30", "2026-01-11 08:30"]
    assert times(recurrence, "30 9 * * *", WARSAW, "2026-07-10 08:00", 2) == ["2026-07-11 07:30", "2026-07-12 07:30"]
    assert times(recurrence, "30 9 * * *", "UTC", "2026-07-10 08:00", 1) == ["2026-07-10 09:30"]


def test_a_time_is_never_its_own_next(recurrence: Recurrence) -> None:
    assert times(recurrence, "0 9 * * *", "UTC", "2026-01-10 09:00", 1) == ["2026-01-11 09:00"]
    assert times(recurrence, "0 9 * * *", "UTC", "2026-01-10 08:59:59.999999", 1) == ["2026-01-10 09:00"]


def test_fields_are_those_of_cron(recurrence: Recurrence) -> None:
    # The day of the month OR that of the week, where both are given.
    assert times(recurrence, "0 0 13 * 5", "UTC", "2026-02-01 00:00", 3) == [
        "2026-02-06 00:00",
        "2026-02-13 00:00",
        "2026-02-20 00:00",
    ]
    assert times(recurrence, "*/20 8-9 * JAN MON-FRI", "UTC", "2026-01-09 09:20", 2) == [
        "2026-01-09 09:40",
        "2026-01-12 08:00",
    ]
    assert times(recurrence, "0 0 * * 0", "UTC", "2026-01-01 00:00", 1) == times(
        recurrence, "0 0 * * 7", "UTC", "2026-01-01 00:00", 1
    )


def test_29_february_comes_in_leap_years(recurrence: Recurrence) -> None:
    assert times(recurrence, "0 12 29 2 *", "UTC", "2026-01-01 00:00", 2) == ["2028-02-29 12:00", "2032-02-29 12:00"]
    assert times(recurrence, "0 12 29 2 *", "UTC", "2096-03-01 00:00", 1) == ["2104-02-29 12:00"]


def test_in_spring_a_time_that_the_clocks_leave_out_comes_right_after(recurrence: Recurrence) -> None:
    # On 29 March 2026 the clocks of Warsaw go from 02:00 to 03:00, at 01:00 UTC.
    assert times(recurrence, "30 2 * * *", WARSAW, "2026-03-28 00:00", 3) == [
        "2026-03-28 01:30",
        "2026-03-29 01:00",
        "2026-03-30 00:30",
    ]
    assert times(recurrence, "*/30 * * * *", WARSAW, "2026-03-29 00:00", 3) == [
        "2026-03-29 00:30",
        "2026-03-29 01:00",
        "2026-03-29 01:30",
    ]


def test_in_autumn_a_time_that_comes_twice_is_named_once(recurrence: Recurrence) -> None:
    # On 25 October 2026 they go from 03:00 back to 02:00, at 01:00 UTC.
    assert times(recurrence, "30 2 * * *", WARSAW, "2026-10-24 00:00", 3) == [
        "2026-10-24 00:30",
        "2026-10-25 00:30",
        "2026-10-26 01:30",
    ]


def test_in_autumn_what_runs_all_the_time_runs_on(recurrence: Recurrence) -> None:
    assert times(recurrence, "*/30 * * * *", WARSAW, "2026-10-24 23:59", 7) == [
        "2026-10-25 00:00",
        "2026-10-25 00:30",
        "2026-10-25 01:00",
        "2026-10-25 01:30",
        "2026-10-25 02:00",
        "2026-10-25 02:30",
        "2026-10-25 03:00",
    ]


@pytest.mark.parametrize("moment", ["2026-10-25 00:10", "2026-10-25 00:31", "2026-10-25 01:10", "2026-10-25 01:31"])
def test_from_within_the_hour_that_comes_twice_too(recurrence: Recurrence, moment: str) -> None:
    after = datetime.fromisoformat(f"{moment}+00:00")
    expected = ["2026-10-25 00:30"] if after < datetime(2026, 10, 25, 0, 30, tzinfo=UTC) else ["2026-10-26 01:30"]
    assert times(recurrence, "30 2 * * *", WARSAW, moment, 1) == expected


def test_what_is_checked_comes_back_clean(recurrence: Recurrence) -> None:
    assert recurrence.check("  10   3 * * *\t") == "10 3 * * *"


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "* * * *",
        "0 0 3 * * *",
        "@daily",
        "60 3 * * *",
        "10 24 * * *",
        "10 3 0 * *",
        "10 3 * 13 *",
        "10 3 * * 8",
        "x 3 * * *",
        "*/0 * * * *",
        "10 3 30 2 *",
    ],
)
def test_what_names_no_time_is_invalid(recurrence: Recurrence, cron: str) -> None:
    with pytest.raises(Invalid) as caught:
        recurrence.check(cron)
    assert [one.code for one in caught.value.problems] == ["invalid-cron"]


CRONS = ["30 2 * * *", "0 * * * *", "*/15 2 * * *", "*/20 * * * *", "15 1-3 * * 0", "59 23 31 12 *", "5 2,3 29 2 *"]


@given(
    cron=st.sampled_from(CRONS),
    tz=st.sampled_from([WARSAW, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    begin=st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later),
    further=st.timedeltas(timedelta(0), timedelta(hours=6)),
)
def test_from_wherever_one_begins_the_times_are_the_same(
    cron: str, tz: str, begin: datetime, further: timedelta
) -> None:
    later = begin + further
    seen = list(islice(CronRecurrence().after(cron, tz, begin), 40))
    assert all(earlier < one for earlier, one in pairwise([begin, *seen]))
    expected = [one for one in seen if one > later][:5]
    assert list(islice(CronRecurrence().after(cron, tz, later), len(expected))) == expected


def test_from_wherever_one_begins_on_a_day_when_the_clocks_change() -> None:
    for cron in CRONS:
        for change in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
            seen = list(islice(CronRecurrence().after(cron, WARSAW, change - timedelta(hours=3)), 40))
            for minute in range(0, 360, 5):
                moment = change - timedelta(hours=2) + timedelta(minutes=minute, seconds=1)
                expected = [one for one in seen if one > moment][:2]
                assert list(islice(CronRecurrence().after(cron, WARSAW, moment), len(expected))) == expected
