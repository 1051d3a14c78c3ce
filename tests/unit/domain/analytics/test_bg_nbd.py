"""BG/NBD against what was published, and the laws it must keep."""

from math import exp, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.analytics.bg_nbd import BgNbd, in_weeks
from tests.support.cdnow import calibration_buying

# Fader, Hardie, Lee 2005, table 2; with more digits: the calibration weeks of the CDNOW sample, fitted anew.
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
CDNOW = BgNbd(r=0.2425945, alpha=4.413602, a=0.7929220, b=2.4259068)

POSITIVE = st.floats(-3.0, 3.0).map(exp)
MODELS = st.builds(BgNbd, r=POSITIVE, alpha=POSITIVE, a=POSITIVE, b=POSITIVE)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, float, float]:
    age = draw(st.integers(0, 1_500))
    recency = draw(st.integers(0, age))
    return in_weeks(draw(st.integers(1, min(recency, 300))) if recency else 0, recency, age)


def test_the_log_likelihood_of_cdnow_is_the_published_one() -> None:
    found = sum(
        one.customers * PUBLISHED.log_likelihood(*in_weeks(one.repeats, one.recency_days, one.age_days))
        for one in calibration_buying()
    )
    assert found == pytest.approx(-9582.4, abs=0.05)


def test_expected_purchases_are_the_published_ones() -> None:
    # The same paper, section 4: 1.226 purchases in 39 weeks of who came again twice, the last time after 30.43 weeks.
    assert CDNOW.expected(2, 30.43, 38.86, 39.0) == pytest.approx(1.2259, rel=1e-4)
    # The walkthrough of the R package BTYD (CRAN), section 3: a new customer in 52 weeks, and customer 1516.
    assert CDNOW.expected(0, 0.0, 0.0, 52.0) == pytest.approx(1.444004, rel=1e-4)
    assert CDNOW.expected(26, 30.86, 31.00, 52.0) == pytest.approx(25.75659, rel=1e-4)
    assert CDNOW.alive(26, 30.86, 31.00) == pytest.approx(0.9688523, rel=1e-4)


@pytest.mark.parametrize(("x", "expected"), [(10, 0.3474606), (15, 0.04283391), (20, 0.004158973), (25, 0.0003583685)])
def test_more_purchases_long_ago_are_worth_less(x: int, expected: float) -> None:
    # The same walkthrough: who bought x times in 20 weeks and then not until week 39, in the 52 weeks to come.
    assert CDNOW.expected(x, 20.0, 39.0, 52.0) == pytest.approx(expected, rel=2e-4)


@given(MODELS, places())
def test_alive_is_a_probability_and_falls_while_nobody_comes(model: BgNbd, place: tuple[int, float, float]) -> None:
    x, recency, age = place
    alive = model.alive(*place)
    assert 0.0 <= alive <= 1.0
    assert alive + model.stopped(*place) == pytest.approx(1.0)
    assert model.alive(x, recency, age + 10) <= alive
    assert x > 0 or alive == 1.0


@given(MODELS, places(), st.floats(0.1, 200.0))
def test_expected_purchases_grow_with_time_and_never_pass_those_of_who_never_stops(
    model: BgNbd, place: tuple[int, float, float], weeks: float
) -> None:
    x, _, age = place
    found = model.purchases_while_alive(x, age, weeks)
    assert 0.0 < found <= (model.r + x) * weeks / (model.alpha + age) * (1 + 1e-9)
    assert found <= model.purchases_while_alive(x, age, 2 * weeks) * (1 + 1e-12)
    assert model.expected(*place, weeks) <= found
    assert model.purchases_while_alive(x, age, 0.0) == 0.0


@given(MODELS, st.integers(0, 30), st.floats(0.0, 100.0), st.floats(0.1, 60.0))
def test_the_sum_is_the_hypergeometric_form_of_the_paper(model: BgNbd, x: int, age: float, weeks: float) -> None:
    """Equation 10, with the series of 2F1 as it stands, where that loses few digits."""
    r, a, b = model.r, model.a, model.b
    z = weeks / (model.alpha + age + weeks)
    assume(z < 0.8 and abs(a - 1) > 0.05 and a + b + x - 1 > 0.05)
    term = series = 1.0
    for n in range(3_000):
        term *= (r + x + n) * (b + x + n) / ((a + b + x - 1 + n) * (n + 1)) * z
        series += term
    paper = (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (r + x) * series)
    assert model.purchases_while_alive(x, age, weeks) == pytest.approx(paper, rel=1e-6, abs=1e-9)


@given(MODELS, places(), st.floats(0.1, 10.0))
def test_another_unit_of_time_is_the_same_model(model: BgNbd, place: tuple[int, float, float], factor: float) -> None:
    x, recency, age = place
    other = BgNbd(r=model.r, alpha=model.alpha * factor, a=model.a, b=model.b)
    assert other.alive(x, recency * factor, age * factor) == pytest.approx(model.alive(*place), rel=1e-6, abs=1e-12)
    assert other.log_likelihood(x, recency * factor, age * factor) == pytest.approx(
        model.log_likelihood(*place) - x * log(factor), rel=1e-9, abs=1e-7
    )


@given(MODELS, st.floats(0.0, 100.0))
def test_who_came_once_or_came_again_is_everybody(model: BgNbd, age: float) -> None:
    """The chance of no repeat until T is (alpha / (alpha + T))^r."""
    assert model.log_likelihood(0, 0.0, age) == pytest.approx(
        model.r * log(model.alpha / (model.alpha + age)), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_parameters_are_above_0(bad: float) -> None:
    for name in ("r", "alpha", "a", "b"):
        with pytest.raises(ValueError, match="above 0"):
            BgNbd(**{"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0, name: bad})
