from datetime import date

from domain.analytics.interpurchase import interpurchase
from domain.analytics.repeat import repeat_rate
from domain.analytics.scope import Scope

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")


def test_a_rate_is_of_all_who_bought() -> None:
    found = repeat_rate([(1, 5), (2, 2), (9, 1)], SCOPE)
    assert (found.customers, found.repeat_customers, found.repeat_rate, found.purchase_days) == (8, 3, 0.375, 18)
    assert [(one.purchase_days, one.customers, one.share) for one in found.frequencies] == [
        (1, 5, 0.625),
        (2, 2, 0.25),
        (9, 1, 0.125),
    ]


def test_nobody_has_no_rate() -> None:
    found = repeat_rate([], SCOPE)
    assert (found.customers, found.repeat_rate, found.frequencies) == (0, None, [])


def test_gaps_in_bins_of_which_the_empty_ones_are_left_out() -> None:
    found = interpurchase([(1, 1), (7, 2), (8, 1), (22, 4)], [(1, 3), (3, 4)], SCOPE, bin_days=7)
    assert (found.customers, found.gaps, found.mean_days, found.median_days) == (4, 8, 13.875, 15.0)
    assert [(one.first_days, one.last_days, one.gaps, one.cumulative_share) for one in found.histogram] == [
        (1, 7, 3, 0.375),
        (8, 14, 1, 0.5),
        (22, 28, 4, 1.0),
    ]
    assert {one.percent: one.days for one in found.percentiles} == {
        5: 3.1,
        10: 5.2,
        25: 7.0,
        50: 15.0,
        75: 22.0,
        90: 22.0,
        95: 22.0,
        99: 22.0,
    }


def test_without_a_gap_nothing_is_said_of_them() -> None:
    found = interpurchase([], [(1, 3)], SCOPE, bin_days=7)
    assert (found.customers, found.gaps, found.mean_days, found.median_days) == (0, 0, None, None)
    assert (found.percentiles, found.histogram) == ([], [])
