from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.quotients import exact_sum, mean_amount, ratio


def test_ratios_have_twelve_significant_digits() -> None:
    assert ratio(1, 3) == 0.333333333333
    assert ratio(2, 3) == 0.666666666667
    assert ratio(Decimal(1234567890123456), 1) == 1_234_567_890_120_000
    assert ratio(0, 7) == 0
    assert ratio(1, 0) is None


def test_a_half_is_rounded_to_even() -> None:
    assert ratio(Decimal("1.000000000005"), 1) == 1.0
    assert ratio(Decimal("1.000000000015"), 1) == 1.00000000002


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_a_ratio_is_the_nearest_number_of_twelve_digits(part: int, whole: int) -> None:
    found = ratio(part, whole)
    assert found is not None
    exact = Fraction(part, whole)
    assert abs(Fraction(repr(found)) - exact) * 2 <= abs(exact) * Fraction(1, 10**11)
    assert found == float(f"{found:.11e}")


def test_mean_amounts_are_decimals_in_the_form_of_their_currency() -> None:
    assert str(mean_amount(Decimal("572713.89"), 1400, "GBP")) == "409.08135"
    assert str(mean_amount(Decimal(100), 2, "EUR")) == "50.00"
    assert str(mean_amount(Decimal(100), 2, "JPY")) == "50"
    assert str(mean_amount(Decimal("0.0000"), 7, "EUR")) == "0.00"
    assert str(mean_amount(Decimal(1), 3, "EUR")) == "0.333333333333"
    assert mean_amount(Decimal(1), 0, "EUR") is None


def test_large_means_keep_four_places() -> None:
    assert str(mean_amount(Decimal("20000000000000.2997"), 2, "EUR")) == "10000000000000.1498"
    assert str(mean_amount(Decimal("99999999.00009"), 1, "EUR")) == "99999999.0001"


def test_sums_do_not_lose_digits() -> None:
    assert exact_sum([Decimal(10) ** 30, Decimal("0.0001")]) == Decimal("1000000000000000000000000000000.0001")
    assert exact_sum([]) == 0
