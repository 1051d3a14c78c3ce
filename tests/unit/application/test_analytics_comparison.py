from datetime import UTC, datetime

import pytest

from application.errors import BadQuery
from domain.analytics.comparison import Comparison
from domain.analytics.history import PurchaseHistory
from tests.support.builders import an_order
from tests.support.definition import Definition, analytics

Pairs = list[tuple[str, str]]
SHOP = PurchaseHistory(orders=[an_order(placed_at=datetime(2024, 6, 1, 12, tzinfo=UTC))])


async def days(asked: Pairs) -> list[str | int | None]:
    """The five parameters that say which days are compared, as the answer has them."""
    answer = await analytics(Definition(SHOP)).ask("comparison", asked)
    assert isinstance(answer.data, Comparison)
    names = ("from", "as_of", "against", "against_from", "against_as_of")
    told = [answer.parameters[name] for name in names]
    assert str(answer.data.period.start) == told[0]
    assert str(answer.data.before.start) == told[3]
    return told


async def test_four_weeks_and_the_four_before_when_nothing_is_said() -> None:
    assert await days([]) == ["2026-10-07", "2026-11-04", "previous", "2026-09-09", "2026-10-07"]


async def test_the_same_days_a_year_before() -> None:
    asked = [("from", "2024-06-01"), ("as_of", "2024-07-01"), ("against", "year")]
    assert await days(asked) == ["2024-06-01", "2024-07-01", "year", "2023-06-01", "2023-07-01"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([("against_from", "2024-01-01"), ("against_as_of", "2024-01-08")], ["2024-01-01", "2024-01-08"]),
        ([("against_from", "2024-01-01")], ["2024-01-01", "2024-01-31"]),
        ([("against_as_of", "2024-01-31")], ["2024-01-01", "2024-01-31"]),
        ([("against_from", "2024-06-15")], ["2024-06-15", "2024-07-15"]),
    ],
)
async def test_days_of_ones_own(asked: Pairs, expected: list[str]) -> None:
    assert await days([("from", "2024-06-01"), ("as_of", "2024-07-01"), *asked]) == [
        "2024-06-01",
        "2024-07-01",
        None,
        *expected,
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([("against", "year"), ("against_from", "2024-01-01")], [("against", "against-or-days")]),
        ([("against", "month")], [("against", "unknown-choice")]),
        (
            [("against_from", "2024-01-02"), ("against_as_of", "2024-01-02")],
            [("against_from", "from-not-before-as-of")],
        ),
        ([("against_from", "1899-12-31")], [("against_from", "out-of-range")]),
        (
            [("from", "1900-01-01"), ("as_of", "9000-01-01")],
            [("against_from", "out-of-range")],
        ),
        (
            [("from", "1900-02-01"), ("as_of", "1900-03-01"), ("against", "year")],
            [("against_from", "out-of-range"), ("against_as_of", "out-of-range")],
        ),
        ([("against_from", "9998-12-20")], [("against_as_of", "out-of-range")]),
        ([("against_from", "9998-12-31"), ("from", "1901-01-01")], [("against_as_of", "out-of-range")]),
        ([("against_as_of", "1900-01-01"), ("from", "1901-01-01")], [("against_from", "out-of-range")]),
        ([("as_of", "1890-01-01")], [("as_of", "out-of-range")]),
        ([("as_of", "1900-01-01")], [("from", "out-of-range")]),
        ([("as_of", "2024-01-01"), ("from", "2024-01-01")], [("from", "from-not-before-as-of")]),
        ([("as_of", "2024-02-30"), ("against_from", "x")], [("as_of", "bad-date"), ("against_from", "bad-date")]),
    ],
)
async def test_days_that_cannot_be_compared(asked: Pairs, found: Pairs) -> None:
    with pytest.raises(BadQuery) as refused:
        await days(asked)
    assert [(one.pointer, one.code) for one in refused.value.problems] == found
