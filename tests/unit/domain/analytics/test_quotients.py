from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.quotients import exact_sum, mean_amount, place, ratio, root


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


WHOLES = st.integers(1, 2**64 - 1)


@given(st.integers(-(2**64), 2**64), WHOLES, st.integers(-(2**64), 2**64), WHOLES)
def test_places_order_fractions_exactly(part: int, whole: int, other: int, of: int) -> None:
    difference = Fraction(part, whole) - Fraction(other, of)
    places = place(part, whole) - place(other, of)
    assert (difference > 0, difference == 0) == (places > 0, places == 0)


def test_places_tell_neighbours_apart() -> None:
    largest = 2**64 - 1
    assert place(1, largest) != place(1, largest - 1)
    assert place(largest - 1, largest) != place(largest - 2, largest - 1)
    assert place(2, 6) == place(1, 3)
    assert place(-1, 3) < place(0, 5) < place(1, 3)


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_root_has_twelve_significant_digits(part: int, whole: int) -> None:
    found = root(part, whole)
    assert found is not None
    exact = Fraction(part, whole)
    # Between the squares of its neighbours: half a unit in the twelfth digit, and a little for the root's last place.
    least, most = (Fraction(repr(found)) * (1 + sign * Fraction(501, 10**14)) for sign in (-1, 1))
    assert least**2 <= exact <= most**2


def test_roots() -> None:
    assert root(1, 4) == 0.5
    assert root(2, 1) == 1.41421356237
    assert root(0, 3) == 0
    assert root(3, 0) is None
