import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.books.isbn import Isbn
from domain.shared.errors import Invalid
from tests.support.data import data_file

NINE = st.text("0123456789", min_size=9, max_size=9).filter(lambda digits: digits != "0" * 9)
PREFIX = st.sampled_from(["978", *(f"979{n}" for n in range(1, 10))])


def check10(first9: str) -> str:
    """As the users' manual has it: the digit that makes the weighted sum a multiple of 11."""
    return next(
        c
        for c in "0123456789X"
        if sum(w * "0123456789X".index(d) for w, d in zip(range(10, 0, -1), first9 + c, strict=True)) % 11 == 0
    )


def check13(first12: str) -> str:
    weights = [1, 3] * 6 + [1]
    return next(c for c in "0123456789" if sum(int(d) * w for d, w in zip(first12 + c, weights, strict=True)) % 10 == 0)


@st.composite
def thirteens(draw: st.DrawFn) -> str:
    prefix = draw(PREFIX)
    first12 = (prefix + draw(NINE))[:12]
    return first12 + check13(first12)


def code(text: str) -> str:
    with pytest.raises(Invalid) as caught:
        Isbn.parse(text)
    assert Isbn.find(text) is None
    (problem,) = caught.value.problems
    return problem.code


@pytest.mark.parametrize(
    ("text", "value", "ten"),
    [
        ("0-306-40615-2", "9780306406157", "0306406152"),
        ("0-8044-2957-X", "9780804429573", "080442957X"),
        ("0-8044-2957-x", "9780804429573", "080442957X"),
        ("978-0-14-143954-9", "9780141439549", "0141439548"),
        (" 978 0\u00a014\u2011143954\u20139 ", "9780141439549", "0141439548"),
        ("979-10-90636-07-1", "9791090636071", None),
        ("979-8-88645-174-0", "9798886451740", None),
        ("9780000000019", "9780000000019", "0000000019"),
    ],
)
def test_both_forms_are_one_number(text: str, value: str, ten: str | None) -> None:
    isbn = Isbn.parse(text)
    assert (isbn.value, isbn.isbn10, str(isbn)) == (value, ten, value)
    assert Isbn.find(text) == isbn
    assert ten is None or Isbn.parse(ten) == isbn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "isbn-length"),
        ("---", "isbn-length"),
        ("030640615", "isbn-length"),
        ("97803064061577", "isbn-length"),
        ("03064061522", "isbn-length"),
        ("030640615A", "isbn-characters"),
        ("0306X06152", "isbn-characters"),
        ("978030640615X", "isbn-characters"),
        ("٠٣٠٦٤٠٦١٥٢", "isbn-characters"),
        ("0306406152\x00", "isbn-length"),
        ("9770306406150", "isbn-prefix"),
        ("1234567890128", "isbn-prefix"),
        ("979-0-2600-0043-8", "isbn-prefix"),
        ("0-306-40615-3", "isbn-checksum"),
        ("978-0-306-40615-8", "isbn-checksum"),
        ("080442957-1", "isbn-checksum"),
        ("0000000000", "isbn-zero"),
        ("9780000000002", "isbn-zero"),
        ("0000000000000", "isbn-prefix"),
    ],
)
def test_what_is_none_is_refused_with_its_reason(text: str, expected: str) -> None:
    assert code(text) == expected


@given(NINE)
def test_a_ten_becomes_its_thirteen_and_back(first9: str) -> None:
    ten = first9 + check10(first9)
    isbn = Isbn.parse(ten)
    assert isbn.value == "978" + first9 + check13("978" + first9)
    assert isbn.isbn10 == ten
    assert Isbn.parse(isbn.value) == isbn


@given(thirteens(), st.integers(0, 12), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_thirteen_is_caught(isbn: str, place: int, by: int) -> None:
    wrong = f"{isbn[:place]}{(int(isbn[place]) + by) % 10}{isbn[place + 1 :]}"
    assert Isbn.parse(isbn).value == isbn
    assert Isbn.find(wrong) is None


@given(NINE, st.integers(0, 9), st.integers(1, 10))
def test_every_single_wrong_digit_of_a_ten_is_caught(first9: str, place: int, by: int) -> None:
    ten = first9 + check10(first9)
    other = "0123456789X"[("0123456789X".index(ten[place]) + by) % 11]
    assert Isbn.find(ten[:place] + other + ten[place + 1 :]) is None


@given(NINE, st.integers(0, 8))
def test_two_neighbours_of_a_ten_that_changed_places_are_caught(first9: str, place: int) -> None:
    ten = first9 + check10(first9)
    swapped = ten[:place] + ten[place + 1] + ten[place] + ten[place + 2 :]
    assert swapped == ten or Isbn.find(swapped) is None


@given(st.text(max_size=20))
def test_no_text_makes_it_fall_over(text: str) -> None:
    found = Isbn.find(text)
    assert found is None or Isbn.parse(found.value) == found


def test_two_hundred_real_ones() -> None:
    with data_file("books/isbn/isbn_valid_200.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    for row in rows:
        assert Isbn.parse(row["input"]).value == row["isbn13"]
        assert Isbn.parse(row["hyphenated13"]).value == row["isbn13"]
