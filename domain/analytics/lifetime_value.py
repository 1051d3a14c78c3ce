"""Lifetime value: what customers will be worth, if they buy, stop and spend as BG/NBD and Gamma-Gamma say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.analytics.bg_nbd import BgNbd, in_weeks
from domain.analytics.calibration import Calibration
from domain.analytics.digest import NOT_IN_DIGEST
from domain.analytics.fitted import BuyingFit, FittedBgNbd, FittedGammaGamma, buying_fit, fitted_number
from domain.analytics.gamma_gamma import GammaGamma
from domain.analytics.lifetime_facts import Repeater, RepeatHistory, SpendingFacts
from domain.analytics.scope import Scope

WEEKS_A_MONTH = 4.345

# The expected purchases of one who is alive, by repeats and days of age, up to the end of each month.
Expectations = Mapping[tuple[int, int], Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingFit:
    """Gamma-Gamma: `p`, `q` and `v`, fitted to so many customers; `mean_value` is that of a purchase of anybody."""

    customers: int
    p: float
    q: float
    v: float
    log_likelihood: float
    mean_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerValue:
    """One customer. `alive` is the probability to buy again at all.

    `expected_purchases` are those of the months asked about, `purchase_value` is what each is expected to be worth,
    and `lifetime_value` what they come to in today's money.
    """

    rank: int
    id: UUID = field(metadata=NOT_IN_DIGEST)
    key: str
    first_purchase: date
    last_purchase: date
    repeat_purchases: int
    alive: float
    expected_purchases: float
    purchase_value: float
    lifetime_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeValue:
    """The first customers by lifetime value, what all of them are worth, and the models that say so.

    `customers` are all whose first purchase ever lies in the scope; `not_positive` of them have repeat purchases that
    came to nothing or less, of which Gamma-Gamma says nothing: they are in no sum and no list here, but in `buying`.
    `calibration` is null where the model could not be fitted to the time before the holdout; `no_calibration` says why.
    """

    currency: str | None
    months: int
    discount: Decimal
    customers: int
    repeat_customers: int
    not_positive: int
    expected_alive: float
    expected_purchases: float
    lifetime_value: float
    mean_lifetime_value: float
    buying: BuyingFit
    spending: SpendingFit
    calibration: Calibration | None
    no_calibration: str | None
    top: Sequence[CustomerValue]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one history is worth, of so many customers."""

    history: RepeatHistory
    customers: int
    alive: float
    purchases: float
    purchase_value: float
    value: float


def months_in_weeks(months: int) -> list[float]:
    """The ends of the months, counted in weeks from now."""
    return [WEEKS_A_MONTH * month for month in range(1, months + 1)]


def worths(
    facts: Sequence[SpendingFacts],
    buying: BgNbd,
    spending: GammaGamma,
    expectations: Expectations,
    discount: Decimal,
) -> list[Worth]:
    """What each history is worth, most first; without those whose repeats came to nothing or less."""
    discounted = {place: _discounted(row, 1 + float(discount)) for place, row in expectations.items()}
    found = [
        _worth(one, buying, spending, expectations, discounted)
        for one in facts
        if not one.history.repeats or one.history.repeat_revenue > 0
    ]
    return sorted(found, key=lambda one: -one.value)


def _discounted(expected: Sequence[float], factor: float) -> float:
    before, total = 0.0, 0.0
    for month, until in enumerate(expected, start=1):
        total += (until - before) / factor**month
        before = until
    return total


def _worth(
    facts: SpendingFacts,
    buying: BgNbd,
    spending: GammaGamma,
    expectations: Expectations,
    discounted: Mapping[tuple[int, int], float],
) -> Worth:
    past = facts.history
    place = past.repeats, past.age_days
    alive = buying.alive(*in_weeks(past.repeats, past.recency_days, past.age_days))
    purchase_value = spending.expected(past.repeats, float(past.repeat_revenue))
    return Worth(
        past,
        facts.customers,
        alive,
        alive * expectations[place][-1],
        purchase_value,
        alive * discounted[place] * purchase_value,
    )


@dataclass(frozen=True, slots=True)
class First:
    """The histories of the first customers by value: all those `above`, and of those `at` the last value the first."""

    above: Sequence[Worth]
    at: Sequence[Worth]
    room: int


def first_worths(ranked: Sequence[Worth], limit: int) -> First:
    """Which histories the first `limit` customers have. Values that are equal to six digits are equal."""
    reached = 0
    for place, one in enumerate(ranked):
        reached += one.customers
        if reached >= limit or place == len(ranked) - 1:
            begin, end = place, place + 1
            while begin and _equal(ranked[begin - 1], one):
                begin -= 1
            while end < len(ranked) and _equal(ranked[end], one):
                end += 1
            above = ranked[:begin]
            return First(above, ranked[begin:end], limit - sum(each.customers for each in above))
    return First((), (), 0)


def _equal(one: Worth, other: Worth) -> bool:
    return fitted_number(one.value) == fitted_number(other.value)


def lifetime_value(
    ranked: Sequence[Worth],
    first: Sequence[Repeater],
    facts: Sequence[SpendingFacts],
    scope: Scope,
    *,
    months: int,
    discount: Decimal,
    buying: FittedBgNbd,
    spending: FittedGammaGamma,
    calibration: Calibration | None,
    no_calibration: str | None,
) -> LifetimeValue:
    """The answer that these worths give; `first` are the customers of `first_worths`, in any order."""
    customers = sum(one.customers for one in facts)
    valued = sum(one.customers for one in ranked)
    value = sum(one.customers * one.value for one in ranked)
    return LifetimeValue(
        currency=scope.currency,
        months=months,
        discount=discount,
        customers=customers,
        repeat_customers=sum(one.customers for one in facts if one.history.repeats),
        not_positive=customers - valued,
        expected_alive=fitted_number(sum(one.customers * one.alive for one in ranked)),
        expected_purchases=fitted_number(sum(one.customers * one.purchases for one in ranked)),
        lifetime_value=fitted_number(value),
        mean_lifetime_value=fitted_number(value / valued) if valued else 0.0,
        buying=buying_fit(buying),
        spending=_spending_fit(spending),
        calibration=calibration,
        no_calibration=no_calibration,
        top=list(_top(ranked, first, scope)),
    )


def _spending_fit(fitted: FittedGammaGamma) -> SpendingFit:
    model = fitted.model
    return SpendingFit(
        customers=fitted.customers,
        p=fitted_number(model.p),
        q=fitted_number(model.q),
        v=fitted_number(model.v),
        log_likelihood=fitted_number(fitted.log_likelihood),
        mean_value=fitted_number(model.expected(0, 0.0)),
    )


def _top(ranked: Sequence[Worth], first: Sequence[Repeater], scope: Scope) -> Iterator[CustomerValue]:
    wanted = {one.history for one in first}
    by_history = {one.history: one for one in ranked if one.history in wanted}
    found = [(fitted_number(by_history[one.history].value), one) for one in first]
    for rank, (_, one) in enumerate(sorted(found, key=lambda each: (-each[0], each[1].key, str(each[1].id))), start=1):
        yield customer_value(one, by_history[one.history], scope, rank=rank)


def customer_value(customer: Repeater, worth: Worth, scope: Scope, *, rank: int) -> CustomerValue:
    """One customer of the list."""
    past = customer.history
    first = scope.as_of - timedelta(days=past.age_days + 1)
    return CustomerValue(
        rank=rank,
        id=customer.id,
        key=customer.key,
        first_purchase=first,
        last_purchase=first + timedelta(days=past.recency_days),
        repeat_purchases=past.repeats,
        alive=fitted_number(worth.alive),
        expected_purchases=fitted_number(worth.purchases),
        purchase_value=fitted_number(worth.purchase_value),
        lifetime_value=fitted_number(worth.value),
    )
