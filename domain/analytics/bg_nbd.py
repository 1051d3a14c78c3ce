"""BG/NBD: how often customers buy, and whether they still do, from when they bought.

Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24(2). While alive a customer buys at
a rate of their own, which is gamma distributed over customers; after each purchase they stop for good with a
probability of their own, which is beta distributed. Time is in weeks, as in the paper.
"""

from dataclasses import dataclass
from math import exp, isfinite, lgamma, log, log1p

# How much smaller than a sum its rest is when it is left out.
CLOSE = 1e-15


def in_weeks(repeats: int, recency_days: int, age_days: int) -> tuple[int, float, float]:
    """A history (x, t_x, T) from one in days."""
    return repeats, recency_days / 7, age_days / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd:
    """The parameters, all above 0: `r` and `alpha` of the rates of purchase, `a` and `b` of the chances to stop.

    A customer's history is (x, t_x, T): how many purchases after the first, how many weeks after the first the last of
    them was, and for how many weeks after the first the customer has been seen. Raises ValueError.
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        if not all(isfinite(one) and one > 0 for one in (self.r, self.alpha, self.a, self.b)):
            raise ValueError(f"parameters must be above 0: {self}")

    def log_likelihood(self, x: int, t_x: float, age: float) -> float:
        """The logarithm of the likelihood of one history (equation 6)."""
        r, a, b = self.r, self.a, self.b
        still_alive = (
            lgamma(r + x)
            - lgamma(r)
            + r * log(self.alpha)
            - (r + x) * log(self.alpha + age)
            + _log_beta(a, b + x)
            - _log_beta(a, b)
        )
        if x == 0:
            return still_alive
        odds = self._log_odds_of_having_stopped(x, t_x, age)
        return still_alive + max(odds, 0.0) + log1p(exp(-abs(odds)))

    def alive(self, x: int, t_x: float, age: float) -> float:
        """The probability that the customer has not stopped; 1 for one who bought once only."""
        return 1.0 if x == 0 else _logistic(-self._log_odds_of_having_stopped(x, t_x, age))

    def stopped(self, x: int, t_x: float, age: float) -> float:
        """1 less `alive`, without what such a difference loses."""
        return 0.0 if x == 0 else _logistic(self._log_odds_of_having_stopped(x, t_x, age))

    def purchases_while_alive(self, x: int, age: float, weeks: float) -> float:
        """The expected number of purchases in the next `weeks` of one who is alive now.

        It is equation 10 without the probability of being alive, as a sum without its poles (a = 1, a + b + x = 1) and
        without cancellation: N, the purchases of one who never stops, is negative binomial with r + x and
        z = t / (alpha + T + t), and the k-th of them is made by who is still alive after k:

            sum over n of P(N = n) * (q(0) + ... + q(n - 1)),   q(k) = (b + x)_k / (a + b + x)_k

        where (c)_k = c (c + 1) ... (c + k - 1).
        """
        rate, going_on = self.r + x, self.b + x
        z = weeks / (self.alpha + age + weeks)
        if z == 0:
            return 0.0
        log_z, log_chance = log(z), rate * log1p(-z)
        still, made, total, n = 1.0, 0.0, 0.0, 0
        while True:
            log_chance += log_z + log((rate + n) / (n + 1))
            made += still
            still *= (going_on + n) / (self.a + going_on + n)
            n += 1
            term = exp(log_chance) * made
            total += term
            # What is left is less than the rest of a geometric series with this ratio.
            ratio = z * max(1.0, (rate + n) / (n + 1)) * (made + still) / made
            if ratio < 1 and term * ratio <= CLOSE * total * (1 - ratio):
                return total

    def expected(self, x: int, t_x: float, age: float, weeks: float) -> float:
        """The expected number of purchases in the next `weeks` (equation 10)."""
        return self.alive(x, t_x, age) * self.purchases_while_alive(x, age, weeks)

    def _log_odds_of_having_stopped(self, x: int, t_x: float, age: float) -> float:
        since = log((self.alpha + age) / (self.alpha + t_x))
        return log(self.a / (self.b + x - 1)) + (self.r + x) * since


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds > 0 else exp(odds) / (1 + exp(odds))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
