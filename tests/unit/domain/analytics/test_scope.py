from datetime import UTC, date, datetime

import pytest

from domain.analytics.scope import Scope, local_day, time_zone
from domain.shared.errors import Invalid


def test_a_scope_begins_with_from_and_ends_before_as_of() -> None:
    scope = Scope(from_=date(2026, 1, 2), as_of=date(2026, 1, 4), currency="EUR")
    assert [scope.holds(date(2026, 1, day)) for day in (1, 2, 3, 4)] == [False, True, True, False]
    assert Scope(as_of=date(2026, 1, 4), currency="EUR").holds(date(1900, 1, 1))


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        Scope(as_of=date(1899, 12, 31), from_=date(2026, 1, 1), tz="Mars/Olympus", currency="XXQ")
    assert [(one.pointer, one.code) for one in refused.value.problems] == [
        ("/tz", "unknown-time-zone"),
        ("/currency", "unknown-currency"),
        ("/as_of", "out-of-range"),
        ("/from", "from-not-before-as-of"),
    ]


@pytest.mark.parametrize("first", [date(2026, 1, 1), date(2026, 1, 2)])
def test_from_is_before_as_of(first: date) -> None:
    with pytest.raises(Invalid, match="must be before as_of, which is 2026-01-01"):
        Scope(as_of=date(2026, 1, 1), from_=first, currency="EUR")


@pytest.mark.parametrize("name", ["", "utc", "Factory", "localtime", "../UTC", "/etc/localtime", "UTC+1", "posix/UTC"])
def test_what_is_no_zone_of_the_database(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        time_zone(name)
    assert refused.value.problems[0].code == "unknown-time-zone"


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2024, 12, 31, 22, 59, tzinfo=UTC), "Europe/Berlin", date(2024, 12, 31)),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), "Europe/Berlin", date(2025, 1, 1)),
        (datetime(2024, 3, 30, 23, 0, tzinfo=UTC), "Europe/Berlin", date(2024, 3, 31)),
        (datetime(2024, 3, 31, 22, 0, tzinfo=UTC), "Europe/Berlin", date(2024, 4, 1)),
        (datetime(2024, 1, 1, 18, 14, tzinfo=UTC), "Asia/Kathmandu", date(2024, 1, 1)),
        (datetime(2024, 1, 1, 18, 15, tzinfo=UTC), "Asia/Kathmandu", date(2024, 1, 2)),
        # Samoa went from Thursday to Saturday.
        (datetime(2011, 12, 30, 9, 59, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 29)),
        (datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", date(2011, 12, 31)),
        # St. John's put its clocks back at a minute past midnight, to the day before.
        (datetime(1996, 10, 27, 2, 30, tzinfo=UTC), "America/St_Johns", date(1996, 10, 27)),
        (datetime(1996, 10, 27, 2, 31, tzinfo=UTC), "America/St_Johns", date(1996, 10, 26)),
    ],
)
def test_days_are_those_of_the_zone(moment: datetime, zone: str, day: date) -> None:
    assert local_day(moment, zone) == day
