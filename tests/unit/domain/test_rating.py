from decimal import Decimal

import pytest

from domain.books.rating import UNRATED, Rating


@pytest.mark.parametrize(
    ("count", "stars", "average"),
    [(1, 5, "5.00"), (3, 10, "3.33"), (3, 11, "3.67"), (8, 25, "3.13"), (40, 161, "4.03")],
)
def test_an_average_has_two_places_and_halves_go_up(count: int, stars: int, average: str) -> None:
    assert Rating(count, stars).average == Decimal(average)
    assert str(Rating(count, stars).average) == average


def test_without_a_review_there_is_none() -> None:
    assert Rating(0, 0) == UNRATED
    assert UNRATED.average is None
