import pytest

from domain.customers.phone_number import PhoneNumber
from domain.shared.errors import Invalid


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+44 20 7946-0958", "+442079460958"),
        ("+1 (415) 555.2671", "+14155552671"),
        ("+49/89/636\u201148018", "+498963648018"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_separators_are_taken_out(text: str, value: str) -> None:
    assert PhoneNumber.parse(text).value == str(PhoneNumber.parse(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "020 7946 0958",
        "0044 20 7946 0958",
        "+44 (0)20 7946 0958",
        "+44 ( 0 ) 20 7946 0958",
        "+0123456789",
        "+123456",
        "+1234567890123456",
        "+44 20 7946 0958 x12",
        "++442079460958",
        "+４４２０７９４６０９５８",
        "+442079460958\x00",
    ],
)
def test_what_is_not_e164_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        PhoneNumber.parse(text)
    assert [problem.code for problem in caught.value.problems] == ["invalid-phone"]
