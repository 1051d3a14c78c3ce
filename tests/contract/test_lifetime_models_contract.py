"""What application/ports/lifetime_models.py promises: the domain's likelihoods, at their most, within a set time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from math import exp, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.scipy.lifetime_models import ScipyLifetimeModels
from adapters.scipy.likelihoods import BuyingLikelihood, SpendingLikelihood
from application.errors import Unavailable
from domain.analytics.bg_nbd import BgNbd, in_weeks
from domain.analytics.fitted import FitNotConverged
from domain.analytics.gamma_gamma import GammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, RepeatHistory, SpendingFacts
from tests.support.cdnow import calibration_buying, calibration_spending

PARAMETERS = st.floats(-3.0, 3.0)


@st.composite
def buying(draw: Callable[..., Any]) -> list[BuyingFacts]:
    """Histories of up to a few years, those of a day and those without repeats among them."""

    def one() -> BuyingFacts:
        age = draw(st.integers(0, 1_500))
        recency = draw(st.integers(0, age))
        repeats = draw(st.integers(1, min(recency, 400))) if recency else 0
        customers = draw(st.sampled_from((1, 1, 2, 1_000)))
        return BuyingFacts(repeats=repeats, recency_days=recency, age_days=age, later_repeats=0, customers=customers)

    return [one() for _ in range(draw(st.integers(1, 8)))]


@st.composite
def spending(draw: Callable[..., Any]) -> list[SpendingFacts]:
    """Sums from a ten-thousandth to 10^13."""

    def one() -> SpendingFacts:
        history = RepeatHistory(
            repeats=draw(st.integers(1, 200)),
            recency_days=200,
            age_days=300,
            repeat_revenue=Decimal(draw(st.sampled_from(("0.0001", "1", "9.99", "1234567.8901", "10000000000000")))),
        )
        return SpendingFacts(history=history, customers=draw(st.sampled_from((1, 3))))

    return [one() for _ in range(draw(st.integers(1, 8)))]


def by_differences(likelihood: Callable[[Any], tuple[float, Any]], logs: Any) -> Any:
    step = 1e-5
    sides = [(logs + step * at, logs - step * at) for at in np.eye(len(logs))]
    return np.array([(likelihood(more)[0] - likelihood(less)[0]) / (2 * step) for more, less in sides])


@settings(deadline=None, max_examples=200)
@given(facts=buying(), logs=st.tuples(PARAMETERS, PARAMETERS, PARAMETERS, PARAMETERS))
def test_the_likelihood_of_buying_is_the_sum_of_the_definition_and_its_gradient_its_slope(
    facts: Sequence[BuyingFacts], logs: tuple[float, ...]
) -> None:
    likelihood = BuyingLikelihood.of(facts)
    r, alpha, a, b = map(exp, logs)
    model = BgNbd(r=r, alpha=alpha, a=a, b=b)
    expected = sum(
        one.customers * model.log_likelihood(*in_weeks(one.repeats, one.recency_days, one.age_days)) for one in facts
    )
    mean, gradient = likelihood(np.array(logs))
    assert -mean * likelihood.customers == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert gradient == pytest.approx(by_differences(likelihood, np.array(logs)), rel=1e-5, abs=1e-5)


@settings(deadline=None, max_examples=200)
@given(facts=spending(), logs=st.tuples(PARAMETERS, st.floats(0.01, 3.0), PARAMETERS))
def test_the_likelihood_of_spending_is_the_sum_of_the_definition_and_its_gradient_its_slope(
    facts: Sequence[SpendingFacts], logs: tuple[float, ...]
) -> None:
    likelihood = SpendingLikelihood.of(facts)
    p, q, v = map(exp, logs)
    model = GammaGamma(p=p, q=q, v=v * likelihood.unit)
    expected = sum(
        one.customers
        * model.log_likelihood(one.history.repeats, float(one.history.repeat_revenue) / one.history.repeats)
        for one in facts
    )
    mean, gradient = likelihood(np.array(logs))
    assert -(mean + log(likelihood.unit)) * likelihood.customers == pytest.approx(expected, rel=1e-9, abs=1e-7)
    assert gradient == pytest.approx(by_differences(likelihood, np.array(logs)), rel=1e-5, abs=1e-4)


async def test_expected_purchases_are_those_of_the_definition() -> None:
    model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    places = [(x, age) for x in (0, 1, 7, 300) for age in (0.0, 3 / 7, 39.0, 400.0)]
    weeks = [1 / 7, 4.345, 52.14, 260.7]
    found = await ScipyLifetimeModels().purchases_while_alive(model, places, weeks)
    expected = [[model.purchases_while_alive(x, age, until) for until in weeks] for x, age in places]
    assert [list(row) for row in found] == [pytest.approx(row, rel=1e-11) for row in expected]
    assert await ScipyLifetimeModels().purchases_while_alive(model, [], weeks) == []


async def test_grouped_and_single_customers_have_one_model() -> None:
    """Sufficient statistics: so many customers of one history are so many times one."""
    models, grouped = ScipyLifetimeModels(), calibration_buying()
    single = [
        BuyingFacts(
            repeats=one.repeats,
            recency_days=one.recency_days,
            age_days=one.age_days,
            later_repeats=0,
            customers=1,
        )
        for one in reversed(grouped)
        for _ in range(one.customers)
    ]
    first, second = await models.fit_buying(grouped), await models.fit_buying(single)
    assert first.customers == second.customers == len(single) == 2357
    assert second.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-12)
    for name in ("r", "alpha", "a", "b"):
        assert getattr(second.model, name) == pytest.approx(getattr(first.model, name), rel=1e-9)


async def test_what_is_found_is_the_most_likely() -> None:
    models = ScipyLifetimeModels()
    bought = await models.fit_buying(calibration_buying())
    likelihood = BuyingLikelihood.of(calibration_buying())
    model = bought.model
    logs = np.log([model.r, model.alpha, model.a, model.b])
    assert np.abs(likelihood(logs)[1]).max() < 1e-10
    around = [likelihood(logs + aside * step)[0] for aside in np.eye(4) for step in (-0.01, 0.01)]
    assert min(around) > likelihood(logs)[0]
    spent = await models.fit_spending(calibration_spending())
    money = SpendingLikelihood.of(calibration_spending())
    assert np.abs(money(np.log([spent.model.p, spent.model.q, spent.model.v / money.unit]))[1]).max() < 1e-10


async def test_money_in_another_unit_is_the_same_model() -> None:
    models = ScipyLifetimeModels()
    cents = [
        SpendingFacts(
            history=RepeatHistory(
                repeats=one.history.repeats,
                recency_days=one.history.recency_days,
                age_days=one.history.age_days,
                repeat_revenue=one.history.repeat_revenue * 10**9,
            ),
            customers=one.customers,
        )
        for one in calibration_spending()
    ]
    small, large = await models.fit_spending(calibration_spending()), await models.fit_spending(cents)
    assert large.model.p == pytest.approx(small.model.p, rel=1e-9)
    assert large.model.v == pytest.approx(small.model.v * 10**9, rel=1e-9)


def repeated(*histories: tuple[int, int, int, int]) -> list[BuyingFacts]:
    return [
        BuyingFacts(repeats=x, recency_days=recency, age_days=age, later_repeats=0, customers=many)
        for x, recency, age, many in histories
    ]


@pytest.mark.parametrize(
    "facts",
    [
        repeated((3, 30, 40, 1_000)),
        repeated((0, 0, 40, 1_000), (1, 40, 40, 10)),
        repeated(*((n, 7 * n, 7 * n, 10) for n in range(1, 30))),
    ],
    ids=["all alike", "one way to come again", "nobody ever stopped"],
)
async def test_facts_that_do_not_tell_parameters_apart_are_no_model(facts: Sequence[BuyingFacts]) -> None:
    with pytest.raises(FitNotConverged, match="could not be fitted"):
        await ScipyLifetimeModels().fit_buying(facts)


async def test_spending_that_is_all_alike_is_no_model() -> None:
    alike = RepeatHistory(repeats=2, recency_days=20, age_days=30, repeat_revenue=Decimal(20))
    with pytest.raises(FitNotConverged):
        await ScipyLifetimeModels().fit_spending([SpendingFacts(history=alike, customers=100)])


async def test_spending_without_a_finite_mean_is_no_model() -> None:
    # Drawn from the model with q = 0.7: the means of customers have no mean.
    draw = np.random.default_rng(5)
    repeats = draw.integers(1, 9, 2_000)
    sums = draw.gamma(2.0 * repeats, 1 / draw.gamma(0.7, 1 / 20, 2_000))
    facts = [
        SpendingFacts(
            history=RepeatHistory(repeats=x, recency_days=20, age_days=30, repeat_revenue=Decimal(f"{total:.4f}")),
            customers=1,
        )
        for x, total in zip(repeats.tolist(), sums.tolist(), strict=True)
    ]
    with pytest.raises(FitNotConverged, match="no finite mean"):
        await ScipyLifetimeModels().fit_spending(facts)


async def test_a_fit_that_takes_too_long_is_given_up_and_others_are_fitted() -> None:
    models = ScipyLifetimeModels(seconds=0.001)
    with pytest.raises(Unavailable, match=r"not fitted within 0\.001 seconds"):
        await models.fit_buying(many_histories())
    models._seconds = 30
    began = time.perf_counter()
    assert (await models.fit_buying(calibration_buying())).customers == 2357
    assert time.perf_counter() - began < 20


async def test_whoever_goes_away_is_not_computed_for() -> None:
    models = ScipyLifetimeModels()
    asked = asyncio.create_task(models.fit_buying(many_histories()))
    waiting = asyncio.create_task(models.fit_buying(calibration_buying()))
    await asyncio.sleep(0.05)
    asked.cancel()
    assert (await waiting).customers == 2357
    assert not models._fits.keys() - {next(reversed(models._fits))}, "what was given up is not kept"
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_the_event_loop_goes_on_meanwhile() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await ScipyLifetimeModels().fit_buying(many_histories())
    ticking.cancel()
    assert ticks > 10


def many_histories() -> list[BuyingFacts]:
    """50,000 histories as the model itself would draw them."""
    draw = np.random.default_rng(5)
    rates, chances = draw.gamma(0.8, 1 / 6, 50_000) / 7, draw.beta(0.9, 3.0, 50_000)
    ages = draw.integers(0, 1_000, 50_000)
    found = []
    for rate, chance, age in zip(rates.tolist(), chances.tolist(), ages.tolist(), strict=True):
        x = last = 0
        day = draw.exponential(1 / rate)
        while day < age:
            x, last = (x + 1, int(day)) if int(day) > last else (x, last)
            if draw.random() < chance:
                break
            day += draw.exponential(1 / rate)
        found.append((x, last, age, 1))
    return repeated(*found)


async def test_the_same_facts_are_fitted_once() -> None:
    models = ScipyLifetimeModels()
    first = await models.fit_buying(calibration_buying())
    assert await models.fit_buying(calibration_buying()) is first
    assert (await models.fit_buying(calibration_buying()[:-1])).customers < first.customers
