"""How the profile of one customer is put together, from what its reports are made of."""

from uuid import UUID

from application.analytics.affinity import recommended
from application.analytics.lifetime import expected_purchases, fitted_buying
from application.analytics.questions import Question
from application.errors import BadQuery, NotInstalled
from application.ports.lifetime_models import LifetimeModels
from application.ports.purchases import PurchaseView
from domain.analytics.bg_nbd import BgNbd
from domain.analytics.churn import ChurnCustomer, churn_customer
from domain.analytics.facts import By
from domain.analytics.fitted import FitNotConverged, TooLittleData, enough_to_fit_spending
from domain.analytics.lifetime_facts import SpendingFacts
from domain.analytics.lifetime_value import months_in_weeks, worths
from domain.analytics.profile import CustomerProfile, ProfileValue, favourite_categories, profile_value
from domain.analytics.recommendations import Recommendations
from domain.analytics.rfm import Method, RfmCustomer, rfm_customer, scoring
from domain.analytics.segments import SegmentTable


async def profile_of(
    customer_id: UUID, view: PurchaseView, question: Question, segments: SegmentTable, models: LifetimeModels
) -> CustomerProfile:
    """Each number is found as its report finds it."""
    scope = question.scope
    rfm = await _scores(customer_id, view, question, segments)
    churn: ChurnCustomer | None = None
    value: ProfileValue | None = None
    no_model: str | None = None
    try:
        fitted = await fitted_buying(models, await view.repeat_buying(scope, scope.as_of))
        buyer = await view.idle_buyer(scope, customer_id)
        churn = None if buyer is None else churn_customer(buyer, fitted.model, scope)
        value = await _value(customer_id, view, question, models, fitted.model)
    except (TooLittleData, FitNotConverged, NotInstalled) as error:
        no_model = error.detail
    favourites = await view.favourites(scope, customer_id, By.CATEGORY, question.number("limit"))
    next_books: Recommendations | None = None
    no_next_books: str | None = None
    try:
        next_books = await recommended(view, scope, customer_id, least=1, limit=question.number("limit"))
    except BadQuery as error:
        no_next_books = "; ".join(one.message for one in error.problems)
    return CustomerProfile(
        id=customer_id,
        currency=scope.currency,
        rfm=rfm,
        churn=churn,
        value=value,
        no_model=no_model,
        favourite_categories=favourite_categories(favourites, scope),
        next_best_books=None if next_books is None else next_books.items,
        no_next_best_books=no_next_books,
    )


async def _scores(
    customer_id: UUID, view: PurchaseView, question: Question, segments: SegmentTable
) -> RfmCustomer | None:
    scope = question.scope
    scored_by, _ = scoring(await view.rfm_histograms(scope), Method(question.text("method")), scope)
    scored = await view.rfm_buyer(scope, scored_by, customer_id)
    return None if scored is None else rfm_customer(scored, scope, segments)


async def _value(
    customer_id: UUID, view: PurchaseView, question: Question, models: LifetimeModels, buying: BgNbd
) -> ProfileValue | None:
    months, discount = question.number("months"), question.decimal("discount")
    spending = await models.fit_spending(enough_to_fit_spending(await view.repeat_spending(question.scope)))
    one = await view.repeater(question.scope, customer_id)
    if one is None:
        return None
    place = one.history.repeats, one.history.age_days
    expected = await expected_purchases(models, buying, [place], months_in_weeks(months))
    facts = [SpendingFacts(history=one.history, customers=1)]
    found = worths(facts, buying, spending.model, expected, discount)
    return profile_value(found[0], months=months, discount=discount) if found else None
