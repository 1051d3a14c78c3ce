"""Calibration: what a model fitted to the time before a holdout says of it, beside what happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.analytics.bg_nbd import in_weeks
from domain.analytics.fitted import BuyingFit, FittedBgNbd, buying_fit, fitted_number
from domain.analytics.lifetime_facts import BuyingFacts
from domain.analytics.quotients import ratio

# Those with so many repeats and more are told together, as in figure 3 of the paper of BG/NBD.
_MANY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRow:
    """The customers with so many `repeats` before the holdout, of the last row as many `and_more`.

    `predicted` and `actual` are the purchases of the holdout, a customer.
    """

    repeats: int
    and_more: bool
    customers: int
    predicted: float
    actual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The model of the days before `holdout_from`, held against the `holdout_weeks` from then on.

    `customers` are those who first bought before it; `predicted` and `actual` are their purchases in the holdout.
    """

    holdout_from: date
    holdout_weeks: int
    customers: int
    buying: BuyingFit
    predicted: float
    actual: int
    rows: Sequence[CalibrationRow]


def calibration(
    facts: Sequence[BuyingFacts],
    fitted: FittedBgNbd,
    expected: Mapping[tuple[int, int], float],
    *,
    holdout_from: date,
    weeks: int,
) -> Calibration:
    """What these facts, split where the holdout begins, say of the model.

    `expected` are the purchases in the holdout of one who is alive where it begins, by repeats and days of age.
    """
    predicted = [
        one.customers
        * fitted.model.alive(*in_weeks(one.repeats, one.recency_days, one.age_days))
        * expected[one.repeats, one.age_days]
        for one in facts
    ]
    return Calibration(
        holdout_from=holdout_from,
        holdout_weeks=weeks,
        customers=sum(one.customers for one in facts),
        buying=buying_fit(fitted),
        predicted=fitted_number(sum(predicted)),
        actual=sum(one.customers * one.later_repeats for one in facts),
        rows=list(_rows(facts, predicted)),
    )


def _rows(facts: Sequence[BuyingFacts], predicted: Sequence[float]) -> Iterator[CalibrationRow]:
    for repeats in range(_MANY + 1):
        of_these = [
            (one, said) for one, said in zip(facts, predicted, strict=True) if min(one.repeats, _MANY) == repeats
        ]
        if customers := sum(one.customers for one, _ in of_these):
            yield CalibrationRow(
                repeats=repeats,
                and_more=repeats == _MANY,
                customers=customers,
                predicted=fitted_number(sum(said for _, said in of_these) / customers),
                actual=ratio(sum(one.customers * one.later_repeats for one, _ in of_these), customers),
            )
