"""Gamma-Gamma against what was published, and the laws it must keep."""

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analytics.gamma_gamma import GammaGamma

# Fader, Hardie 2013, note 025, section 4: p 6.25, q 3.74, v 15.44; with more digits, fitted anew.
CDNOW = GammaGamma(p=6.2496, q=3.7442, v=15.4435)
MODELS = st.builds(
    GammaGamma, p=st.floats(-2.0, 2.0).map(exp), q=st.floats(0.1, 3.0).map(exp), v=st.floats(-3.0, 5.0).map(exp)
)


def test_the_mean_of_all_is_the_published_one() -> None:
    # Note 025: the mean over customers is 35.17 dollars.
    assert CDNOW.expected(0, 0.0) == pytest.approx(35.17, abs=0.01)


@given(MODELS, st.integers(1, 50), st.floats(0.01, 1e6))
def test_a_customer_is_expected_between_the_own_mean_and_that_of_all(model: GammaGamma, x: int, mean: float) -> None:
    low, high = sorted((mean, model.expected(0, 0.0)))
    assert low * (1 - 1e-9) <= model.expected(x, x * mean) <= high * (1 + 1e-9)


@settings(max_examples=20, deadline=None)
@given(MODELS, st.integers(1, 20))
def test_the_likelihood_is_a_density(model: GammaGamma, x: int) -> None:
    """Over means on a logarithmic scale it adds up to 1. Towards 0 it falls by `p x` of a unit of the scale."""
    step, first = 0.05, -max(30.0, 15.0 / (model.p * x))
    means = range(round(first / step), 600)
    total = sum(exp(model.log_likelihood(x, exp(at * step)) + at * step) * step for at in means)
    assert total == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("name", "bad"), [("p", 0.0), ("q", 1.0), ("q", float("nan")), ("v", -1.0)])
def test_parameters_are_above_0_and_q_above_1(name: str, bad: float) -> None:
    with pytest.raises(ValueError, match="q above 1"):
        GammaGamma(**{"p": 1.0, "q": 2.0, "v": 1.0, name: bad})
