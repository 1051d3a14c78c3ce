"""How lifetime value and churn are answered: histories up, models fitted to these, customers up by what they say."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from application.analytics.answering import Answering
from application.analytics.lifetime_reports import CHURN, LIFETIME_VALUE
from application.analytics.questions import Question
from application.errors import NotInstalled
from application.ports.lifetime_models import LifetimeModels
from application.ports.purchases import PurchaseView
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.calibration import Calibration, calibration
from domain.analytics.churn import Churn, churn
from domain.analytics.fitted import (
    FitNotConverged,
    FittedBgNbd,
    FittedGammaGamma,
    TooLittleData,
    enough_to_fit_buying,
    enough_to_fit_spending,
)
from domain.analytics.lifetime_facts import BuyingFacts, Repeater, SpendingFacts
from domain.analytics.lifetime_value import LifetimeValue, first_worths, lifetime_value, months_in_weeks, worths
from domain.analytics.scope import Scope
from domain.analytics.segments import SegmentTable


class WithoutModels:
    """The models of an installation that has nothing to fit them with."""

    async def fit_buying(self, _facts: Sequence[BuyingFacts]) -> FittedBgNbd:
        """Raises NotInstalled."""
        raise _not_installed()

    async def fit_spending(self, _facts: Sequence[SpendingFacts]) -> FittedGammaGamma:
        """Raises NotInstalled."""
        raise _not_installed()

    async def purchases_while_alive(
        self, _model: BgNbd, _places: Sequence[tuple[int, float]], _weeks: Sequence[float]
    ) -> Sequence[Sequence[float]]:
        """Raises NotInstalled."""
        raise _not_installed()


def _not_installed() -> NotInstalled:
    return NotInstalled("models of customers need the extra `models`: install daybook[models]")


def lifetime_answers(models: LifetimeModels) -> Mapping[str, Answering]:
    """The answers that need models."""

    async def value(view: PurchaseView, question: Question, _segments: SegmentTable) -> LifetimeValue:
        return await _lifetime_value(view, question, models)

    async def stopped(view: PurchaseView, question: Question, _segments: SegmentTable) -> Churn:
        scope = question.scope
        facts = await view.repeat_buying(scope, scope.as_of)
        late = await view.late(scope)
        return churn(facts, late, await fitted_buying(models, facts), scope)

    return {LIFETIME_VALUE.name: value, CHURN.name: stopped}


async def fitted_buying(models: LifetimeModels, facts: Sequence[BuyingFacts]) -> FittedBgNbd:
    """The model of these facts. Raises TooLittleData and FitNotConverged."""
    return await models.fit_buying(enough_to_fit_buying(facts))


async def _lifetime_value(view: PurchaseView, question: Question, models: LifetimeModels) -> LifetimeValue:
    scope, months, discount = question.scope, question.number("months"), question.decimal("discount")
    spent = await view.repeat_spending(scope)
    buying = await fitted_buying(models, await view.repeat_buying(scope, scope.as_of))
    spending = await models.fit_spending(enough_to_fit_spending(spent))
    places = {(one.history.repeats, one.history.age_days) for one in spent}
    expected = await expected_purchases(models, buying.model, places, months_in_weeks(months))
    # Of many customers this takes a second, in which others are to be answered.
    ranked = await asyncio.to_thread(worths, spent, buying.model, spending.model, expected, discount)
    first = first_worths(ranked, question.number("limit"))
    asked = [(first.above, question.number("limit")), (first.at, first.room)]
    if sum(one.customers for one in first.at) <= first.room:
        # Nobody is left out, so that all of them are asked for at once.
        asked = [((*first.above, *first.at), question.number("limit"))]
    named: list[Repeater] = []
    for those, most in asked:
        named += await view.repeaters(scope, [one.history for one in those], most)
    held_against, why_not = await _calibration(view, scope, models, question.number("holdout_weeks"))
    answered = partial(lifetime_value, months=months, discount=discount, buying=buying, spending=spending)
    return await asyncio.to_thread(
        answered, ranked, named, spent, scope, calibration=held_against, no_calibration=why_not
    )


async def _calibration(
    view: PurchaseView, scope: Scope, models: LifetimeModels, weeks: int
) -> tuple[Calibration | None, str | None]:
    """How a model of the time before the last weeks does in these, or why that cannot be said."""
    split = scope.as_of - timedelta(weeks=weeks)
    facts = await view.repeat_buying(scope, split)
    try:
        fitted = await fitted_buying(models, facts)
    except (TooLittleData, FitNotConverged) as error:
        return None, f"before {split}, where the holdout begins: {error.detail}"
    places = {(one.repeats, one.age_days) for one in facts}
    expected = await expected_purchases(models, fitted.model, places, [float(weeks)])
    in_holdout = {place: row[0] for place, row in expected.items()}
    return calibration(facts, fitted, in_holdout, holdout_from=split, weeks=weeks), None


async def expected_purchases(
    models: LifetimeModels, model: BgNbd, places: Iterable[tuple[int, int]], weeks: Sequence[float]
) -> dict[tuple[int, int], Sequence[float]]:
    """The purchases of who is alive, by repeats and days of age."""
    ordered = sorted(places)
    rows = await models.purchases_while_alive(model, [(x, days / 7) for x, days in ordered], weeks)
    return dict(zip(ordered, rows, strict=True))
