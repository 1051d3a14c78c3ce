"""Similar products, and what follows from them for one customer."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.pairs import NeighbourFacts, PopularFacts, nearest
from domain.analytics.recommendations import Basis, Filler, recommendations, scored
from domain.analytics.similar import similar_products
from tests.unit.domain.analytics.test_pareto import SCOPE


def beside(key: str, neighbour: str, n_i: int, n_j: int, n_ij: int) -> NeighbourFacts:
    return NeighbourFacts(key=key, neighbour=neighbour, n_i=n_i, n_j=n_j, n_ij=n_ij)


def popular(key: str, customers: int = 1, *categories: str) -> Filler:
    basis = Basis.CATEGORY if categories else Basis.POPULAR
    return Filler(basis=basis, product=PopularFacts(key=key, customers=customers, categories=categories))


@st.composite
def neighbours(draw: st.DrawFn) -> list[NeighbourFacts]:
    """What could be counted: at most one row a pair, and each product with one count."""
    many = draw(st.dictionaries(st.sampled_from("abcdxyz"), st.integers(1, 10**6), min_size=2))
    pairs = draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), unique=True))
    return [
        beside(i, j, many[i], many[j], draw(st.integers(1, min(many[i], many[j]))))
        for i, j in pairs
        if i in many and j in many
    ]


def test_the_nearest_of_each_by_cosine_and_key() -> None:
    facts = [
        beside("b", "z", 4, 4, 2),
        beside("a", "x", 2, 8, 2),  # 4 / 16
        beside("a", "w", 2, 2, 1),  # 1 / 4, equal
        beside("a", "y", 2, 3, 2),
        beside("a", "v", 2, 1000, 2),
    ]
    found = list(nearest(facts, 3))
    assert [(one.key, one.neighbour) for one in found] == [("a", "y"), ("a", "w"), ("a", "x"), ("b", "z")]
    answer = similar_products(found, {"y": "Emma"}, SCOPE, product=None, customers=9)
    assert (answer.products, answer.customers) == (2, 9)
    assert [(one.rank, one.similar_name, one.cosine) for one in answer.items] == [
        (1, "Emma", 0.816496580928),
        (2, "w", 0.5),
        (3, "x", 0.5),
        (1, "z", 0.5),
    ]


@given(neighbours(), st.randoms())
def test_a_score_adds_up_cosines_in_whatever_order(facts: list[NeighbourFacts], chance: st.DrawFn) -> None:
    found = scored(facts)
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis types its Random as a strategy
    assert scored(shuffled) == found
    assert [(-one.score, one.key) for one in found] == sorted((-one.score, one.key) for one in found)
    for one in found:
        own = [fact for fact in facts if fact.neighbour == one.key]
        assert one.score == pytest.approx(sum(f.n_ij / sqrt(f.n_i * f.n_j) for f in own), rel=1e-11)
        assert 0 < one.score <= len(own) + 1e-11
        assert sorted(one.neighbours, key=lambda fact: fact.key) == sorted(own, key=lambda fact: fact.key)


def test_equal_sums_of_roots_are_equal() -> None:
    """1 / sqrt(8) twice is sqrt(2) / 2, which is 1 / sqrt(2): neither is a fraction, and both go by key."""
    twice = [beside("a", "y", 4, 2, 1), beside("b", "y", 4, 2, 1)]
    once = [beside("c", "x", 1, 2, 1)]
    assert [(one.key, one.score) for one in scored([*twice, *once])] == [("x", 0.707106781187), ("y", 0.707106781187)]


def test_the_rest_is_what_is_popular_each_once() -> None:
    found = scored([beside("a", "x", 4, 4, 2), beside("b", "x", 4, 4, 3), *(beside(k, "y", 9, 4, 1) for k in "abcde")])
    fillers = [
        popular("y", 4, "Fiction"),
        popular("u", 3, "Fiction", "Maps"),
        popular("u", 3),
        popular("x"),
        popular("v"),
    ]
    answer = recommendations(found, fillers, {"b": "Emma"}, SCOPE, bought=5, limit=4)
    assert (answer.bought, answer.similar) == (5, 2)
    assert [(one.rank, one.key, one.basis, one.score, one.customers) for one in answer.items] == [
        (1, "x", Basis.SIMILAR, 1.25, 4),
        (2, "y", Basis.SIMILAR, 0.833333333333, 4),
        (3, "u", Basis.CATEGORY, None, 3),
        (4, "v", Basis.POPULAR, None, 1),
    ]
    assert [(one.key, one.name, one.both, one.similarity) for one in answer.items[0].because] == [
        ("b", "Emma", 3, 0.75),
        ("a", "a", 2, 0.5),
    ]
    assert [one.key for one in answer.items[1].because] == ["a", "b", "c"]
    assert answer.items[2].categories == ["Fiction", "Maps"]
    assert [one.key for one in recommendations(found, fillers, {}, SCOPE, bought=5, limit=1).items] == ["x"]
