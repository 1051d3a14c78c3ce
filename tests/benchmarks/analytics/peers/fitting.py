"""Lifetime value by hand with SciPy: BG/NBD and Gamma-Gamma over arrays, which each peer makes with its own library.

Fader, Hardie, Lee 2005; Fader, Hardie 2013. Without derivatives, as somebody writes this down once.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it brings no types
from scipy.special import gammaln, hyp2f1  # type: ignore[import-untyped]  # it brings no types

from tests.benchmarks.analytics.peers.figures import Figures

Array = npt.NDArray[np.float64]
MONTHS: Final = 12
DISCOUNT: Final = 0.01
WEEKS_A_MONTH: Final = 4.345


@dataclass(frozen=True, slots=True)
class Histories:
    """A place in each for a customer: repeat purchase days, weeks to the last of them and to now, cents of repeats."""

    x: Array
    t_x: Array
    age: Array
    cents: Array

    @classmethod
    def of(cls, repeats: Any, recency_days: Any, age_days: Any, cents: Any) -> "Histories":
        """From whatever holds numbers."""
        x, recency, age, spent = (np.asarray(one, np.float64) for one in (repeats, recency_days, age_days, cents))
        return cls(x, recency / 7, age / 7, np.where(x > 0, spent, 0))


def lifetime_value(of: Histories) -> Figures:
    """The parameters, and what everybody of whom Gamma-Gamma says something will be worth in a year."""
    (r, alpha, a, b), log_likelihood = _fit(_bg_nbd, _grouped(of), [1.0, of.age.mean() / 8, 1.0, 2.0])
    spending = of.cents > 0
    x, total = of.x[spending], of.cents[spending] / 100
    (p, q, v), _ = _fit(_gamma_gamma, (x, total / x, np.ones_like(x)), [2.0, 3.0, 2.0 * float((total / x).mean())])
    told = (of.x == 0) | spending
    x, t_x, age = of.x[told], of.t_x[told], of.age[told]
    bought = [np.zeros_like(x)]
    for month in range(1, MONTHS + 1):
        weeks = WEEKS_A_MONTH * month
        still = 1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyp2f1(
            r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks)
        )
        bought.append((a + b + x - 1) / (a - 1) * still)
    alive = _alive(x, t_x, age, r, alpha, a, b)
    each = p * (v + of.cents[told] / 100) / (p * x + q - 1)
    value = sum(
        (later - before) / (1 + DISCOUNT) ** month for month, (before, later) in enumerate(pairwise(bought), start=1)
    )
    return {
        "customers": len(of.x),
        "repeat_customers": int((of.x > 0).sum()),
        "parameters": [r, alpha, a, b],
        "log_likelihood": log_likelihood,
        "lifetime_value": float((alive * value * each).sum()),
    }


def churn(of: Histories, late: int) -> Figures:
    """How many will buy again, as far as the model knows."""
    (r, alpha, a, b), _ = _fit(_bg_nbd, _grouped(of), [1.0, of.age.mean() / 8, 1.0, 2.0])
    return {
        "customers": len(of.x),
        "repeat_customers": int((of.x > 0).sum()),
        "late": late,
        "expected_alive": float(_alive(of.x, of.t_x, of.age, r, alpha, a, b).sum()),
    }


def _grouped(of: Histories) -> tuple[Array, Array, Array, Array]:
    """Histories that differ, and how many customers have each."""
    rows, many = np.unique(np.stack([of.x, of.t_x, of.age]), axis=1, return_counts=True)
    return rows[0], rows[1], rows[2], many.astype(np.float64)


def _fit(likelihood: Any, data: tuple[Array, ...], start: list[float]) -> tuple[list[float], float]:
    """The most likely parameters, above 0, and the logarithm of the likelihood."""
    many = data[-1].sum()

    def mean(logs: Array) -> float:
        return -float((likelihood(np.exp(logs), *data[:-1]) * data[-1]).sum() / many)

    found = minimize(
        mean, np.log(start), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 4000}
    )
    if not found.success:
        raise SystemExit(f"the fit by hand did not converge: {found.message}")
    return np.exp(found.x).tolist(), -found.fun * float(many)


def _bg_nbd(parameters: Array, x: Array, t_x: Array, age: Array) -> Array:
    r, alpha, a, b = parameters
    known: Array = (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        + gammaln(b + x)
        - gammaln(b)
        - gammaln(a + b + x)
    )
    alive = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    found: Array = known + np.where(x > 0, np.logaddexp(alive, gone), alive)
    return found


def _gamma_gamma(parameters: Array, x: Array, mean: Array) -> Array:
    p, q, v = parameters
    found: Array = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(mean)
        + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)
    )  # fmt: skip
    return found


def _alive(x: Array, t_x: Array, age: Array, r: float, alpha: float, a: float, b: float) -> Array:
    odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x)
    found: Array = 1 / (1 + np.where(x > 0, odds, 0))
    return found
