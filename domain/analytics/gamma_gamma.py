"""Gamma-Gamma: what a purchase of a customer is worth, from what the earlier ones were.

Fader, Hardie 2013, The Gamma-Gamma Model of Monetary Value, note 025 (brucehardie.com). What a customer spends varies
about a mean of their own, which varies over customers, and does not depend on how often they buy.
"""

from dataclasses import dataclass
from math import isfinite, lgamma, log


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGamma:
    """The parameters: `p` of each purchase, `q` and `v` of the means; all above 0, `q` above 1. Raises ValueError.

    With `q` of 1 or less the mean over all customers would be infinite.
    """

    p: float
    q: float
    v: float

    def __post_init__(self) -> None:
        if not all(isfinite(one) and one > 0 for one in (self.p, self.q, self.v)) or self.q <= 1:
            raise ValueError(f"parameters must be above 0, and q above 1: {self}")

    def log_likelihood(self, x: int, mean: float) -> float:
        """The logarithm of the likelihood of a `mean` above 0 of `x` purchases (equation 1a)."""
        shape = self.p * x
        return (
            lgamma(shape + self.q)
            - lgamma(shape)
            - lgamma(self.q)
            + self.q * log(self.v)
            + (shape - 1) * log(mean)
            + shape * log(x)
            - (shape + self.q) * log(x * mean + self.v)
        )

    def expected(self, x: int, total: float) -> float:
        """The expected worth of a further purchase of a customer whose `x` purchases came to `total` (equation 5)."""
        return self.p * (self.v + total) / (self.p * x + self.q - 1)
