import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.books.publication_date import PublicationDate
from domain.shared.errors import Invalid


@pytest.mark.parametrize(
    ("text", "last_day"),
    [
        ("1815", "1815-12-31"),
        ("1815-02", "1815-02-31"),
        ("1815-12-23", "1815-12-23"),
        ("0001", "0001-12-31"),
        ("9999-12-31", "9999-12-31"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_its_precision_is_kept(text: str, last_day: str) -> None:
    date = PublicationDate.parse(text)
    assert (date.value, str(date), date.last_day) == (text, text, last_day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "815",
        "10000",
        "0000",
        "0000-01-01",
        "-0044",
        "1815-13",
        "1815-00",
        "1815-1",
        "1900-02-29",
        "1815-12-32",
        "1815-12-00",
        "1815-12-",
        "1815/12",
        "18151223",
        "1815-12-23T00:00:00Z",
        "1815\n",
        " 1815",
        "１８１５",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        PublicationDate.parse(text)
    assert [problem.code for problem in caught.value.problems] == ["invalid-date"]


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]))
def test_text_order_is_time_order_and_the_last_day_bounds_its_span(day: object, other: object, precision: int) -> None:
    first, second = sorted([str(day), str(other)])
    assert PublicationDate.parse(first).value <= PublicationDate.parse(second).value
    span = PublicationDate.parse(first[:precision])
    assert span.value <= first <= span.last_day
