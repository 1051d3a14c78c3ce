"""Models fitted to facts: how sure their numbers are, and when there is nothing to fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context

from domain.analytics.bg_nbd import BgNbd
from domain.analytics.gamma_gamma import GammaGamma
from domain.analytics.lifetime_facts import BuyingFacts, SpendingFacts
from domain.shared.errors import Refused

# Fewer customers say too little of four parameters, or of three.
FEWEST_REPEAT_CUSTOMERS = 10

_SIX = Context(prec=6)


class TooLittleData(Refused):
    """There are too few customers to fit a model to: ask for a longer time, or later."""

    code = "too-little-data"


class FitNotConverged(Refused):
    """The facts do not tell one model from others, so that there is no best one to answer with."""

    code = "fit-not-converged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedBgNbd:
    """The most likely parameters for so many `customers`, with the logarithm of the likelihood."""

    model: BgNbd
    log_likelihood: float
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedGammaGamma:
    """As `FittedBgNbd`, of the `customers` whose repeats came to more than nothing."""

    model: GammaGamma
    log_likelihood: float
    customers: int


def fitted_number(value: float) -> float:
    """To six significant digits: what of a fitted model is the same on every machine, and so part of answers."""
    return float(_SIX.create_decimal_from_float(value)) + 0.0


def enough_to_fit_buying(facts: Sequence[BuyingFacts]) -> Sequence[BuyingFacts]:
    """The facts. Raises TooLittleData."""
    _enough("with a second purchase day", sum(one.customers for one in facts if one.repeats))
    return facts


def enough_to_fit_spending(facts: Sequence[SpendingFacts]) -> Sequence[SpendingFacts]:
    """Those of customers whose repeats came to more than nothing. Raises TooLittleData."""
    spending = [one for one in facts if one.history.repeat_revenue > 0]
    _enough("whose repeat purchases came to more than nothing", sum(one.customers for one in spending))
    return spending


def _enough(kind: str, customers: int) -> None:
    if customers < FEWEST_REPEAT_CUSTOMERS:
        raise TooLittleData(
            f"a model of customers needs {FEWEST_REPEAT_CUSTOMERS} of them or more {kind}, and there are {customers}: "
            "ask with another as_of, from or currency, or later"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingFit:
    """BG/NBD, in weeks: `r` and `alpha` of the rates of purchase, `a` and `b` of the chances to stop after each."""

    customers: int
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


def buying_fit(fitted: FittedBgNbd) -> BuyingFit:
    """As answers tell it."""
    model = fitted.model
    return BuyingFit(
        customers=fitted.customers,
        r=fitted_number(model.r),
        alpha=fitted_number(model.alpha),
        a=fitted_number(model.a),
        b=fitted_number(model.b),
        log_likelihood=fitted_number(fitted.log_likelihood),
    )
