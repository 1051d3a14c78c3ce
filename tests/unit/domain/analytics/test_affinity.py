"""The laws of what is bought together."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.analytics.affinity import AffinePair, affinity
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, PairFacts, PairQuestion, PairTotals, Unit, strength
from tests.unit.domain.analytics.test_pareto import SCOPE

MANY = 10**9


@st.composite
def counts(draw: st.DrawFn, most: int = 30) -> tuple[int, PairFacts]:
    """How many units there are, and a pair of which at least one has both."""
    only_a, only_b, both = (draw(st.integers(least, most)) for least in (0, 0, 1))
    n = only_a + only_b + both + draw(st.integers(0, most))
    return n, PairFacts(a="a", b="b", n_a=only_a + both, n_b=only_b + both, n_ab=both)


def answer(n: int, *pairs: PairFacts, measure: Measure = Measure.SUPPORT) -> list[AffinePair]:
    question = PairQuestion(unit=Unit.BASKET, by=By.PRODUCT, units=n, least=1, measure=measure, limit=100)
    facts = PairTotals(count=len(pairs), top=question.first(pairs))
    return list(affinity(facts, question, {"a": "Emma"}, SCOPE).pairs)


def known(value: float | None) -> float:
    assert value is not None
    return value


def test_by_hand() -> None:
    (one,) = answer(10, PairFacts(a="a", b="b", n_a=4, n_b=5, n_ab=3))
    assert (one.rank, one.a_name, one.b_name) == (1, "Emma", "b")
    assert (one.support, one.confidence_ab, one.confidence_ba) == (0.3, 0.75, 0.6)
    assert (one.lift, one.leverage) == (1.5, 0.1)  # 3 x 10 / (4 x 5); .3 - .4 x .5
    assert (one.conviction_ab, one.conviction_ba) == (2.0, 1.5)  # .5 / .25; .6 / .4
    assert (one.jaccard, one.cosine) == (0.5, 0.67082039325)  # 3 / 6; 3 / sqrt(20)


@given(counts(MANY))
def test_a_pair_is_the_same_the_other_way_round(drawn: tuple[int, PairFacts]) -> None:
    n, pair = drawn
    turned = PairFacts(a="a", b="b", n_a=pair.n_b, n_b=pair.n_a, n_ab=pair.n_ab)
    (one,), (other,) = answer(n, pair), answer(n, turned)
    for name in ("support", "lift", "leverage", "jaccard", "cosine"):
        assert getattr(one, name) == getattr(other, name)
    for name in ("confidence", "conviction"):
        assert getattr(one, f"{name}_ab") == getattr(other, f"{name}_ba")
        assert getattr(one, f"{name}_ba") == getattr(other, f"{name}_ab")
    for measure in Measure:
        assert strength(measure, pair, n) == strength(measure, turned, n)


@given(counts())
def test_bounds(drawn: tuple[int, PairFacts]) -> None:
    n, pair = drawn
    (one,) = answer(n, pair)
    support, lift, leverage = known(one.support), known(one.lift), known(one.leverage)
    low, high = sorted((known(one.confidence_ab), known(one.confidence_ba)))
    ulp = 1e-11
    assert 0 < support <= low + ulp
    # The harmonic, the geometric and the arithmetic mean of the confidences, of which Jaccard lies below the first.
    assert known(one.jaccard) <= low + ulp
    assert low <= known(one.cosine) + ulp
    assert known(one.cosine) <= (low + high) / 2 + ulp
    assert high <= 1
    assert 0 < lift <= n / max(pair.n_a, pair.n_b) * (1 + ulp)
    assert -0.25 <= leverage <= 0.25
    assert (lift > 1) == (leverage > 0)
    for conviction in (one.conviction_ab, one.conviction_ba):
        if conviction is not None:
            assert (conviction > 1) == (leverage > 0)
    assert (one.conviction_ab is None) == (one.confidence_ab == 1)
    assert (one.conviction_ba is None) == (one.confidence_ba == 1)


@given(st.integers(1, 999), st.integers(1, 999), st.data())
def test_what_is_independent_has_a_lift_of_one(u: int, v: int, data: st.DataObject) -> None:
    """Of u v units, u x have a and v y have b: by chance u x v y / u v = x y have both, and so they do."""
    x, y = data.draw(st.integers(1, v)), data.draw(st.integers(1, u))
    (one,) = answer(u * v, PairFacts(a="a", b="b", n_a=u * x, n_b=v * y, n_ab=x * y))
    assert (one.lift, one.leverage) == (1.0, 0.0)
    assert one.conviction_ab == (1.0 if v * y < u * v else None)
    assert one.conviction_ba == (1.0 if u * x < u * v else None)


def value(measure: Measure, n: int, pair: PairFacts) -> Fraction:
    """As the definition says it; the cosine squared, and an infinite conviction more than any other."""
    both, p_a, p_b = Fraction(pair.n_ab, n), Fraction(pair.n_a, n), Fraction(pair.n_b, n)
    endless = Fraction(MANY**3)
    match measure:
        case Measure.SUPPORT:
            return both
        case Measure.CONFIDENCE:
            return max(both / p_a, both / p_b)
        case Measure.LIFT:
            return both / (p_a * p_b)
        case Measure.LEVERAGE:
            return both - p_a * p_b
        case Measure.CONVICTION:
            from_a = endless if both == p_a else (1 - p_b) / (1 - both / p_a)
            from_b = endless if both == p_b else (1 - p_a) / (1 - both / p_b)
            return max(from_a, from_b)
        case Measure.JACCARD:
            return both / (p_a + p_b - both)
    return both**2 / (p_a * p_b)


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("most", [3, MANY])
@given(st.data())
def test_strength_orders_as_exact_fractions_do(measure: Measure, most: int, data: st.DataObject) -> None:
    (n, first), (m, second) = data.draw(counts(most)), data.draw(counts(most))
    units = max(n, m)
    difference = value(measure, units, first) - value(measure, units, second)
    strengths = strength(measure, first, units) - strength(measure, second, units)
    assert (difference > 0, difference == 0) == (strengths > 0, strengths == 0)


@given(st.lists(st.integers(1, 2**53), min_size=4, max_size=4))
def test_doubles_never_turn_the_order_of_fractions_round(numbers: list[int]) -> None:
    """What adapters/sql/affinity.py ranks by: division of what is exact, correctly rounded, is monotone."""
    a, b, c, d = numbers
    assume(Fraction(a, b) <= Fraction(c, d))
    assert a / b <= c / d
    assert (2 * a) / (2 * b) == a / b


@given(counts(), st.fractions(0, 2), st.fractions(0, 4), st.integers(1, 5))
def test_thresholds_are_compared_exactly(
    drawn: tuple[int, PairFacts], confidence: Fraction, lift: Fraction, least: int
) -> None:
    n, pair = drawn
    question = PairQuestion(
        unit=Unit.BASKET,
        by=By.PRODUCT,
        units=n,
        least=least,
        confidence=confidence,
        lift=lift,
        measure=Measure.LIFT,
        limit=1,
    )
    assert question.holds(pair) == (
        pair.n_ab >= least and value(Measure.CONFIDENCE, n, pair) >= confidence and value(Measure.LIFT, n, pair) >= lift
    )
    equal = PairQuestion(
        unit=Unit.BASKET,
        by=By.PRODUCT,
        units=n,
        least=pair.n_ab,
        confidence=value(Measure.CONFIDENCE, n, pair),
        lift=value(Measure.LIFT, n, pair),
        measure=Measure.LIFT,
        limit=1,
    )
    assert equal.holds(pair)


def test_ties_go_by_key() -> None:
    keys = [("b", "c"), ("a", "z"), ("B", "c"), ("a", "b"), ("é", "z"), ("a", "é")]
    pairs = [PairFacts(a=a, b=b, n_a=k, n_b=3, n_ab=k) for k, (a, b) in enumerate(keys, 1) if k <= 3]
    pairs += [PairFacts(a=a, b=b, n_a=2, n_b=3, n_ab=2) for a, b in keys[3:]]
    found = answer(30, *pairs, measure=Measure.LIFT)
    assert [(one.a, one.b) for one in found] == sorted(keys)
