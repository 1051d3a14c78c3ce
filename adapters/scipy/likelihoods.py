"""The likelihoods of `domain.analytics.bg_nbd` and `gamma_gamma` over many customers at once, with their gradients.

Each takes the logarithms of the parameters, so that these stay above 0, and gives the mean over customers of the
negative log likelihood and its gradient by those logarithms. Arrays have one entry a group of customers.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import digamma, expit, gammaln  # type: ignore[import-untyped]  # SciPy ships no types

from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Whole = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

_DAYS_A_WEEK = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingLikelihood:
    """BG/NBD, in weeks, of histories of so many customers each (`weights`), those with repeats apart.

    Repeats and days are whole and few, so logarithms and digammas are taken once for each of them, and all of the
    likelihood but the chance to have stopped adds up over them. `by_x`, `by_age` and `x_by_age` are how many customers
    have each number of repeats and of days, and how many repeats those with so many days have.
    """

    x: Whole
    recency: Whole
    age: Whole
    weights: Array
    by_x: Array
    by_age: Array
    x_by_age: Array

    @classmethod
    def of(cls, facts: Sequence[BuyingFacts]) -> "BuyingLikelihood":
        """That of these facts."""
        x, age = _whole(one.repeats for one in facts), _whole(one.age_days for one in facts)
        recency, customers = _whole(one.recency_days for one in facts), _whole(one.customers for one in facts)
        repeated = x > 0
        return cls(
            x=x[repeated],
            recency=recency[repeated],
            age=age[repeated],
            weights=customers[repeated].astype(np.float64),
            by_x=_added(x, customers),
            by_age=_added(age, customers),
            x_by_age=_added(age, customers * x),
        )

    @property
    def customers(self) -> int:
        """How many there are."""
        return int(self.by_x.sum())

    @property
    def weeks(self) -> float:
        """How long the one who has been seen for longest has been seen, at least one week."""
        return max(1.0, (len(self.by_age) - 1) / _DAYS_A_WEEK)

    def __call__(self, logs: Array) -> tuple[float, Array]:
        """At log r, log alpha, log a, log b."""
        r, alpha, a, b = np.exp(logs)
        since = alpha + np.arange(len(self.by_age)) / _DAYS_A_WEEK
        log_since, rate_by_age = np.log(since), r * self.by_age + self.x_by_age
        n = self.by_x.sum()
        rates, going_on, chances = (_steps(one, len(self.by_x)) for one in (r, b, a + b))
        total = n * r * np.log(alpha) - _dot(rate_by_age, log_since)
        total += _dot(self.by_x, rates[0] + going_on[0] - chances[0])
        by_r = _dot(self.by_x, rates[1]) + n * np.log(alpha) - _dot(self.by_age, log_since)
        by_alpha = n * r / alpha - _dot(rate_by_age, 1 / since)
        by_a = -_dot(self.by_x, chances[1])
        by_b = _dot(self.by_x, going_on[1] - chances[1])
        # The chance to have stopped, by its odds to being alive.
        rate, purchases = r + self.x, np.arange(len(self.by_x))
        ahead = np.concatenate(([1.0], b + purchases[1:] - 1))
        idle = log_since[self.age] - log_since[self.recency]
        odds = np.log(a / ahead)[self.x] + rate * idle
        stopped = self.weights * expit(odds)
        total += _dot(self.weights, np.logaddexp(0.0, odds))
        by_r += _dot(stopped, idle)
        by_alpha += _dot(stopped, rate * ((1 / since)[self.age] - (1 / since)[self.recency]))
        by_a += stopped.sum() / a
        by_b -= _dot(_added(self.x, stopped, len(self.by_x)), 1 / ahead)
        return float(-total / n), -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b]) / n


def fingerprint(likelihood: "BuyingLikelihood | SpendingLikelihood") -> bytes:
    """Of all that a likelihood is of."""
    digest = hashlib.sha256(type(likelihood).__name__.encode())
    for field in fields(likelihood):
        value = np.asarray(getattr(likelihood, field.name))
        digest.update(repr(value.shape).encode() + value.tobytes())
    return digest.digest()


def _dot(one: Array, other: Array) -> float:
    """NumPy's own sum: BLAS has threads, which would take cores from requests, and other sums on other processors."""
    return float((one * other).sum())


def _whole(values: Iterable[int]) -> Whole:
    return np.array(list(values), dtype=np.int64)


def _added(places: Whole, numbers: Whole | Array, least: int = 0) -> Array:
    """What the numbers at each place add up to, for `least` places or more; exact for whole numbers below 2**53."""
    return np.asarray(np.bincount(places, numbers, least), dtype=np.float64)


def _steps(c: float, length: int) -> tuple[Array, Array]:
    """For each x below `length`: log gamma(c + x) - log gamma(c), and its derivative by c, as sums, losing nothing."""
    steps = c + np.arange(length - 1)
    return np.concatenate(([0.0], np.cumsum(np.log(steps)))), np.concatenate(([0.0], np.cumsum(1 / steps)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLikelihood:
    """Gamma-Gamma of the sums of `x` repeats, as multiples of `unit`, of so many customers each (`weights`)."""

    x: Array
    sums: Array
    weights: Array
    unit: float

    @property
    def customers(self) -> int:
        """How many there are."""
        return int(self.weights.sum())

    @classmethod
    def of(cls, facts: Sequence[SpendingFacts]) -> "SpendingLikelihood":
        """That of these facts, whose sums must be above 0."""
        x = np.array([one.history.repeats for one in facts], dtype=np.float64)
        sums = np.array([float(one.history.repeat_revenue) for one in facts], dtype=np.float64)
        weights = np.array([one.customers for one in facts], dtype=np.float64)
        # In the mean of all purchases, so that a fit in yen is that in pounds.
        unit = _dot(weights, sums) / _dot(weights, x)
        return cls(x=x, sums=sums / unit, weights=weights, unit=unit)

    def __call__(self, logs: Array) -> tuple[float, Array]:
        """At log p, log q, and the logarithm of v as a multiple of the unit."""
        p, q, v = np.exp(logs)
        x, sums, weights = self.x, self.sums, self.weights
        shape, log_whole = p * x, np.log(sums + v)
        logs_of = (
            gammaln(shape + q)
            - gammaln(shape)
            - gammaln(q)
            + q * np.log(v)
            + shape * np.log(sums)
            - np.log(sums / x)
            - (shape + q) * log_whole
        )
        summed = digamma(shape + q)
        by_p = x * (summed - digamma(shape) + np.log(sums) - log_whole)
        by_q = summed - digamma(q) + np.log(v) - log_whole
        by_v = q / v - (shape + q) / (sums + v)
        gradient = np.array([_dot(weights, by_p) * p, _dot(weights, by_q) * q, _dot(weights, by_v) * v])
        customers = weights.sum()
        return float(-_dot(weights, logs_of) / customers), -gradient / customers
