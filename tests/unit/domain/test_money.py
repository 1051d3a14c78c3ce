from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import Invalid
from domain.shared.money import (
    LIMIT,
    MINOR_UNITS,
    Money,
    amount_not_negative,
    canonical,
    currency_code,
    decimal_text,
    exact_amount,
    price_text,
)

AMOUNTS = st.decimals(min_value=-LIMIT, max_value=LIMIT, places=4)


def codes(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("NaN", "not-finite"),
        ("sNaN", "not-finite"),
        ("Infinity", "not-finite"),
        ("-Infinity", "not-finite"),
        ("1e30", "too-large"),
        ("1e1000000", "too-large"),
        ("-1e999999999", "too-large"),
        ("10000000000000.0001", "too-large"),
        ("-10000000000000.0001", "too-large"),
        ("0.00001", "too-precise"),
        ("1e-1000000", "too-precise"),
        ("9999999999999.99999", "too-precise"),
        ("1." + "0" * 70 + "1", "too-precise"),
    ],
)
def test_what_is_no_exact_amount_is_refused(amount: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        exact_amount(Decimal(amount))
    assert codes(caught.value) == [("", code)]


@pytest.mark.parametrize(
    "amount", ["0", "0.001", "19.99", "-5", "10000000000000", "-10000000000000", "9999999999999.9999"]
)
def test_an_amount_is_kept_exactly(amount: str) -> None:
    assert exact_amount(Decimal(amount)) == Decimal(amount)
    assert exact_amount(Decimal(amount + ("0" * 70 if "." in amount else "." + "0" * 70))) == Decimal(amount)


def test_minus_zero_is_zero() -> None:
    assert str(exact_amount(Decimal("-0.00"))) == "0.0000"
    assert str(canonical(Decimal("-0.00"), "EUR")) == "0.00"
    assert str(canonical(Decimal("-0"), "JPY")) == "0"


def test_a_price_is_not_negative() -> None:
    assert amount_not_negative(Decimal(0)) == 0
    with pytest.raises(Invalid) as caught:
        amount_not_negative(Decimal("-0.01"))
    assert codes(caught.value) == [("", "negative")]
    with pytest.raises(Invalid) as caught:
        price_text("-0.01")
    assert codes(caught.value) == [("", "negative")]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("19.9000", "EUR", "19.90"),
        ("500.0000", "JPY", "500"),
        ("5E+2", "JPY", "500"),
        ("5E+2", "EUR", "500.00"),
        ("0.0010", "EUR", "0.001"),
        ("0.0000", "EUR", "0.00"),
        ("1.5", "JPY", "1.5"),
        ("1.5", "BHD", "1.500"),
        ("1.5", "CLF", "1.5000"),
        ("10000000000000", "EUR", "10000000000000.00"),
        ("-3", "EUR", "-3.00"),
        ("123456789012345678901234567890.1234", "EUR", "123456789012345678901234567890.1234"),
    ],
)
def test_one_amount_has_one_text(amount: str, currency: str, text: str) -> None:
    assert str(canonical(Decimal(amount), currency)) == text


@given(AMOUNTS, st.sampled_from(sorted(MINOR_UNITS)), st.integers(0, 6))
def test_the_text_of_an_amount_is_the_same_from_any_store(amount: Decimal, currency: str, zeros: int) -> None:
    padded = Decimal(f"{amount:f}" + "0" * zeros)
    text = str(canonical(padded, currency))
    assert text == str(canonical(amount.normalize(), currency))
    assert Decimal(text) == amount
    assert "E" not in text
    assert len(text.partition(".")[2]) >= MINOR_UNITS[currency]
    assert canonical(Decimal(text), currency) == canonical(amount, currency)
    assert exact_amount(amount) == amount


@pytest.mark.parametrize(
    "text", ["", " ", "1e3", "NaN", "inf", "1,5", "1.", ".5", "+1", "0x10", "1_000", "٣", "1 ", "1\n", "1" * 41]
)
def test_an_amount_is_written_plainly(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        decimal_text(text)
    assert codes(caught.value) == [("", "not-a-decimal")]


def test_plain_texts_are_amounts() -> None:
    assert decimal_text("-19.99") == Decimal("-19.99")
    assert decimal_text("007.50") == Decimal("7.5")
    assert price_text("-0") == 0


@pytest.mark.parametrize("text", ["eur", "EURO", "", "XYZ", "XXX", "DEM", "€", "EUR\n"])
def test_a_currency_is_an_active_code_in_capitals(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        currency_code(text)
    assert codes(caught.value) == [("", "unknown-currency")]
    assert currency_code("EUR") == "EUR"


def test_the_codes_have_three_letters_and_their_places() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in MINOR_UNITS)
    assert len(MINOR_UNITS) > 150
    assert {MINOR_UNITS[c] for c in ("JPY", "EUR", "KWD", "CLF")} == {0, 2, 3, 4}


def test_money_names_both_fields_where_both_are_wrong() -> None:
    for build in (Money.of, Money.not_negative):
        with pytest.raises(Invalid) as caught:
            build(Decimal("NaN"), "eur")
        assert codes(caught.value) == [("/amount", "not-finite"), ("/currency", "unknown-currency")]
    with pytest.raises(Invalid) as caught:
        Money.not_negative(Decimal(-1), "EUR")
    assert codes(caught.value) == [("/amount", "negative")]
    assert Money.of(Decimal(-1), "EUR").amount == -1


def test_equal_amounts_are_equal_money() -> None:
    assert Money.of(Decimal(10), "EUR") == Money.of(Decimal("10.0000"), "EUR")
    assert Money.of(Decimal(10), "EUR") != Money.of(Decimal(10), "USD")
    assert str(Money.of(Decimal(10), "EUR")) == "10.00 EUR"
