from datetime import date

import pytest

from domain.analytics.periods import MAX_PERIODS, Period
from domain.shared.errors import Invalid


@pytest.mark.parametrize(
    ("period", "day", "start", "after"),
    [
        (Period.DAY, date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1)),
        (Period.WEEK, date(2024, 12, 30), date(2024, 12, 30), date(2025, 1, 6)),
        (Period.WEEK, date(2025, 1, 5), date(2024, 12, 30), date(2025, 1, 6)),
        (Period.WEEK, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 4)),
        (Period.MONTH, date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
        (Period.MONTH, date(2025, 12, 31), date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_start_and_end(period: Period, day: date, start: date, after: date) -> None:
    assert period.start(day) == start
    assert period.after(start) == after


def test_a_week_starts_on_the_monday_of_the_iso_week() -> None:
    for ordinal in range(date(2019, 12, 20).toordinal(), date(2021, 1, 20).toordinal()):
        day = date.fromordinal(ordinal)
        year, week, _ = day.isocalendar()
        assert Period.WEEK.start(day) == date.fromisocalendar(year, week, 1)


def test_between_takes_the_periods_that_hold_the_ends() -> None:
    months = Period.MONTH.between(date(2025, 11, 30), date(2026, 2, 1))
    assert months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
    assert Period.MONTH.between(date(2026, 1, 1), date(2026, 1, 1)) == []
    assert Period.MONTH.between(date(2026, 1, 31), date(2026, 2, 2))[-1] == date(2026, 2, 1)


def test_between_is_bounded() -> None:
    first = date(1900, 1, 1)
    last = date.fromordinal(first.toordinal() + MAX_PERIODS)
    assert len(Period.DAY.between(first, last)) == MAX_PERIODS
    with pytest.raises(Invalid, match="spans more than 20000 periods"):
        Period.DAY.between(first, date.fromordinal(last.toordinal() + 1))
