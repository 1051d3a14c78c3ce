"""The most likely parameters: a quasi-Newton search, ended by steps of Newton, and a look at what was found."""

from collections.abc import Callable
from math import log

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]  # SciPy ships no types

from adapters.scipy.likelihoods import Array, BuyingLikelihood, SpendingLikelihood
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.fitted import FitNotConverged, FittedBgNbd, FittedGammaGamma
from domain.analytics.gamma_gamma import GammaGamma

# Gives the mean negative log likelihood and its gradient; raises whatever is to end the search.
Objective = Callable[[Array], tuple[float, Array]]
# Called before each evaluation; raises to give up.
GoOn = Callable[[], None]

# Parameters further from 1 than this are on their way to 0 or to infinity, where the model is another one.
_FAR = log(1e6)
_MOST_STEPS = 500
_NEWTON_STEPS = 20
# The least curvature, a customer, by which a parameter counts as told apart from others.
_FLAT = 1e-7
# Steps in logarithms: of differences of gradients, and the last one, so that six digits of the parameters stand.
_DIFFERENCE = 1e-4
_LAST_STEP = 1e-8


def fit_buying(likelihood: BuyingLikelihood, go_on: GoOn) -> FittedBgNbd:
    """BG/NBD. Raises FitNotConverged."""
    start = np.array([0.0, log(likelihood.weeks / 8), 0.0, log(2.0)])
    logs, mean = _most_likely(likelihood, start, go_on, "how customers buy and stop (BG/NBD)")
    r, alpha, a, b = np.exp(logs).tolist()
    customers = likelihood.customers
    return FittedBgNbd(model=BgNbd(r=r, alpha=alpha, a=a, b=b), log_likelihood=-mean * customers, customers=customers)


def fit_spending(likelihood: SpendingLikelihood, go_on: GoOn) -> FittedGammaGamma:
    """Gamma-Gamma. Raises FitNotConverged."""
    what = "what purchases are worth (Gamma-Gamma)"
    logs, mean = _most_likely(likelihood, np.log([2.0, 3.0, 2.0]), go_on, what)
    p, q, v = np.exp(logs).tolist()
    if q <= 1:
        raise FitNotConverged(f"the model of {what} has no finite mean (q = {q:.4g}): purchases differ too much")
    return FittedGammaGamma(
        model=GammaGamma(p=p, q=q, v=v * likelihood.unit),
        log_likelihood=-(mean + log(likelihood.unit)) * likelihood.customers,
        customers=likelihood.customers,
    )


def _most_likely(objective: Objective, start: Array, go_on: GoOn, what: str) -> tuple[Array, float]:
    """The logarithms of the parameters, and the mean negative log likelihood there. Raises FitNotConverged."""

    def evaluated(logs: Array) -> tuple[float, Array]:
        go_on()
        return objective(logs)

    bounds = [(at - _FAR, at + _FAR) for at in start]
    options = {"maxiter": _MOST_STEPS, "ftol": 1e-12, "gtol": 1e-8}
    found = minimize(evaluated, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    logs: Array = found.x
    curvature = _curvature(evaluated, logs)
    for _ in range(_NEWTON_STEPS):
        value, gradient = evaluated(logs)
        if curvature is None:
            break
        step = np.linalg.solve(curvature, gradient)
        logs = logs - step
        if np.abs(step).max() < _LAST_STEP:
            return logs, value
        if not np.abs(logs - start).max() < _FAR:
            break
    raise FitNotConverged(
        f"the model of {what} could not be fitted: these customers do not tell its parameters apart. "
        "Ask with another as_of, from or currency, or later"
    )


def _curvature(evaluated: Objective, logs: Array) -> Array | None:
    """The second derivatives, from differences of the gradient; None where there is no minimum."""
    rows = []
    for place in range(len(logs)):
        aside = np.zeros_like(logs)
        aside[place] = _DIFFERENCE
        rows.append((evaluated(logs + aside)[1] - evaluated(logs - aside)[1]) / (2 * _DIFFERENCE))
    curvature: Array = (np.array(rows) + np.array(rows).T) / 2
    return curvature if np.linalg.eigvalsh(curvature).min() > _FLAT else None
