"""Which things a matrix of pairs has, and what stands in its cells."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.affinity import Affinity, affinity
from domain.analytics.affinity_matrix import affinity_matrix
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, PairFacts, PairQuestion, PairTotals, Unit
from tests.unit.domain.analytics.test_pareto import SCOPE

MOST = 6


def told(*pairs: PairFacts, n: int = 100, measure: Measure = Measure.SUPPORT) -> Affinity:
    question = PairQuestion(unit=Unit.BASKET, by=By.PRODUCT, units=n, least=1, measure=measure, limit=1000)
    return affinity(PairTotals(count=len(pairs), top=question.first(pairs)), question, {}, SCOPE)


def pair(a: str, b: str, n_ab: int, *, n_a: int = 10, n_b: int = 10) -> PairFacts:
    return PairFacts(a=a, b=b, n_a=n_a, n_b=n_b, n_ab=n_ab)


@st.composite
def pairs(draw: st.DrawFn) -> list[PairFacts]:
    often = dict(zip("abcdefghij", draw(st.lists(st.integers(5, 20), min_size=10, max_size=10)), strict=True))
    keys = draw(st.sets(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghij"))))
    return [pair(a, b, draw(st.integers(1, 5)), n_a=often[a], n_b=often[b]) for a, b in sorted(keys) if a < b]


@given(pairs(), st.sampled_from(Measure))
def test_laws(drawn: list[PairFacts], measure: Measure) -> None:
    matrix = affinity_matrix(told(*drawn, measure=measure), MOST)
    assert len(matrix.items) <= MOST
    assert [item.n for item in matrix.items] == sorted((item.n for item in matrix.items), reverse=True)
    assert len(matrix.cells) == 2 * matrix.pairs
    for (row, column), value in matrix.cells.items():
        assert row != column
        assert matrix.cells[column, row] == value
    # Nothing stands there without a pair, and every pair of what is there is told.
    assert {row for row, _ in matrix.cells} == set(range(len(matrix.items)))
    keys = {item.key for item in matrix.items}
    assert matrix.pairs == sum(one.a in keys and one.b in keys for one in drawn)
    if drawn:
        first = told(*drawn, measure=measure).pairs[0]
        assert {first.a, first.b} <= keys


def test_what_is_left_of_the_room_goes_to_what_fits() -> None:
    data = told(pair("a", "b", 9), pair("c", "d", 8), pair("a", "e", 7), pair("b", "e", 1))
    matrix = affinity_matrix(data, 3)
    assert [item.key for item in matrix.items] == ["a", "b", "e"]
    assert matrix.cells[0, 2] == 0.07
    assert matrix.pairs == 3


def test_the_greater_of_two_directions() -> None:
    one = pair("a", "b", 4, n_a=5, n_b=8)
    assert affinity_matrix(told(one, measure=Measure.CONFIDENCE), 2).cells[1, 0] == 0.8
    assert affinity_matrix(told(one, measure=Measure.CONVICTION), 2).cells[1, 0] == 4.6  # (1 - .08) / (1 - .8)
    always = pair("a", "b", 5, n_a=5, n_b=8)
    assert affinity_matrix(told(always, measure=Measure.CONVICTION), 2).cells[1, 0] == inf
