import pytest

from domain.shared.errors import Invalid, Problem, Problems


def whole(text: str) -> int:
    if not text.isdigit():
        raise Invalid.because("not-a-number", "must be digits")
    return int(text)


def pair(text: str) -> tuple[int, int]:
    problems = Problems()
    left, right = text.split(",")
    found = problems.take("/left", whole, left), problems.take("/right", whole, right)
    problems.raise_if_any()
    return found[0] or 0, found[1] or 0


def test_all_problems_are_named_with_where_they_are() -> None:
    problems = Problems()
    assert problems.take("/one", pair, "1,2") == (1, 2)
    assert problems.take("/two", pair, "x,y") is None
    assert problems.take_given("/three", whole, None) is None
    assert problems.take_given("/four", whole, "4") == 4
    problems.add("", "odd", "is odd")
    with pytest.raises(Invalid) as caught:
        problems.raise_if_any()
    assert caught.value.problems == (
        Problem(pointer="/two/left", code="not-a-number", message="must be digits"),
        Problem(pointer="/two/right", code="not-a-number", message="must be digits"),
        Problem(pointer="", code="odd", message="is odd"),
    )
    assert str(caught.value) == "/two/left: must be digits; /two/right: must be digits; /: is odd"


def test_without_problems_nothing_is_raised() -> None:
    Problems().raise_if_any()


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        Problems().take("/x", lambda: 1 // 0)
