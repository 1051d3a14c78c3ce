"""Churn: who has probably stopped buying, and who is late by their own habits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.analytics.bg_nbd import BgNbd, in_weeks
from domain.analytics.digest import NOT_IN_DIGEST
from domain.analytics.fitted import BuyingFit, FittedBgNbd, buying_fit, fitted_number
from domain.analytics.lifetime_facts import BuyingFacts, IdleBuyer, LateFacts, is_late
from domain.analytics.quotients import ratio
from domain.analytics.scope import Scope

_BANDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnBand:
    """The customers whose probability to have stopped is `from_percent` or more, and less than `to_percent` or 100."""

    from_percent: int
    to_percent: int
    customers: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Churn:
    """How many customers have probably stopped, by the model `buying`, and how many are late.

    `expected_stopped` and `expected_alive` are the sums of the probabilities. Late is who has been idle for longer than
    the 90th percentile of their own gaps; its share is of the `repeat_customers`, since one purchase has no gap.
    """

    currency: str | None
    customers: int
    repeat_customers: int
    expected_alive: float
    expected_stopped: float
    late: int
    late_share: float | None
    bands: Sequence[ChurnBand]
    buying: BuyingFit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnCustomer:
    """One customer. `churn` is the probability to have stopped, `alive` the rest.

    `idle_days` go from the last purchase to as_of; `long_gap_days` is the 90th percentile of the customer's own gaps,
    null with one purchase day, of which the model says that nobody has stopped yet.
    """

    id: UUID = field(metadata=NOT_IN_DIGEST)
    key: str
    first_purchase: date
    last_purchase: date
    purchase_days: int
    idle_days: int
    long_gap_days: float | None
    late: bool
    alive: float
    churn: float


def churn(facts: Sequence[BuyingFacts], late: LateFacts, fitted: FittedBgNbd, scope: Scope) -> Churn:
    """The answer that these facts and the model of them give."""
    bands: Counter[int] = Counter()
    alive = stopped = 0.0
    for one in facts:
        place = in_weeks(one.repeats, one.recency_days, one.age_days)
        gone = fitted.model.stopped(*place)
        alive += one.customers * fitted.model.alive(*place)
        stopped += one.customers * gone
        bands[min(int(fitted_number(gone) * _BANDS), _BANDS - 1)] += one.customers
    return Churn(
        currency=scope.currency,
        customers=late.customers,
        repeat_customers=late.repeat_customers,
        expected_alive=fitted_number(alive),
        expected_stopped=fitted_number(stopped),
        late=late.late,
        late_share=ratio(late.late, late.repeat_customers),
        bands=[
            ChurnBand(
                from_percent=100 // _BANDS * band,
                to_percent=100 // _BANDS * (band + 1),
                customers=bands[band],
                share=ratio(bands[band], late.customers),
            )
            for band in range(_BANDS)
        ],
        buying=buying_fit(fitted),
    )


def churn_customer(buyer: IdleBuyer, model: BgNbd, scope: Scope) -> ChurnCustomer:
    """One customer of the list."""
    idle_days = (scope.as_of - buyer.last_day).days
    recency_days = (buyer.last_day - buyer.first_day).days
    place = in_weeks(buyer.purchase_days - 1, recency_days, recency_days + idle_days - 1)
    return ChurnCustomer(
        id=buyer.id,
        key=buyer.key,
        first_purchase=buyer.first_day,
        last_purchase=buyer.last_day,
        purchase_days=buyer.purchase_days,
        idle_days=idle_days,
        long_gap_days=None if buyer.long_gap_tenths is None else buyer.long_gap_tenths / 10,
        late=is_late(idle_days, buyer.long_gap_tenths),
        alive=fitted_number(model.alive(*place)),
        churn=fitted_number(model.stopped(*place)),
    )
