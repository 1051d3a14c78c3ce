from collections import Counter
from decimal import Decimal
from fractions import Fraction
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.quantiles import fifths, percentile

AMOUNTS = st.decimals(-(10**13), 10**13, places=4, allow_nan=False, allow_infinity=False)


def test_cuts_lie_between_values() -> None:
    # numpy.quantile([1, 2, 3, 4], [.2, .4, .6, .8]) is [1.6, 2.2, 2.8, 3.4].
    assert fifths([(1, 1), (2, 1), (3, 1), (4, 1)]) == tuple(map(Decimal, ("1.6", "2.2", "2.8", "3.4")))
    assert fifths([(7, 1)]) == (Decimal(7),) * 4
    assert fifths([(1, 5), (9, 1)]) == (Decimal(1),) * 4


def test_cuts_of_money_are_exact_to_five_places() -> None:
    cuts = fifths([(Decimal("0.0001"), 1), (Decimal("0.0002"), 1)])
    assert cuts == tuple(map(Decimal, ("0.00012", "0.00014", "0.00016", "0.00018")))


def test_nothing_has_no_quantiles() -> None:
    with pytest.raises(ValueError, match="nothing has no quantiles"):
        fifths([])
    with pytest.raises(ValueError, match="nothing has no quantiles"):
        percentile([], 50)


def test_percentiles_are_exact_to_two_places_more() -> None:
    # numpy.percentile([1, 2, 4], [5, 50, 99]) is [1.1, 2.0, 3.96].
    assert [percentile([(1, 1), (2, 1), (4, 1)], one) for one in (0, 5, 50, 99, 100)] == list(
        map(Decimal, ("1", "1.1", "2", "3.96", "4"))
    )


@given(st.lists(AMOUNTS, min_size=2, max_size=40))
def test_as_the_standard_library_has_them(values: list[Decimal]) -> None:
    expected = quantiles([Fraction(value) for value in values], n=5, method="inclusive")
    found = fifths(sorted(Counter(values).items()))
    assert [Fraction(cut) for cut in found] == expected
    assert all(cut == cut.quantize(Decimal("0.00001")) for cut in found)


@given(st.lists(AMOUNTS, min_size=2, max_size=40), st.integers(1, 99))
def test_percentiles_as_the_standard_library_has_them(values: list[Decimal], percent: int) -> None:
    expected = quantiles([Fraction(value) for value in values], n=100, method="inclusive")[percent - 1]
    assert Fraction(percentile(sorted(Counter(values).items()), percent)) == expected
