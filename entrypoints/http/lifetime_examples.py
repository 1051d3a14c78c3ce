"""Examples of reports with models, which the few orders of the other examples are too few to fit.

The models are those of the CDNOW sample (Fader, Hardie, Lee 2005), rounded as in answers.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from application.analytics.lifetime_reports import CHURN, CHURN_CUSTOMERS, CUSTOMER_PROFILE, LIFETIME_VALUE
from domain.analytics.calibration import Calibration, CalibrationRow
from domain.analytics.churn import Churn, ChurnBand, ChurnCustomer
from domain.analytics.fitted import BuyingFit
from domain.analytics.history import PurchaseHistory
from domain.analytics.lifetime_value import CustomerValue, LifetimeValue, SpendingFit
from domain.analytics.profile import CustomerProfile, FavouriteCategory, ProfileValue
from domain.analytics.recommendations import Basis, Recommendation, RecommendationReason
from domain.analytics.rfm import RfmCustomer

FITTED_PARAMETERS: dict[str, dict[str, Any]] = {
    LIFETIME_VALUE.name: {"months": 12, "discount": "0.01", "holdout_weeks": 13, "limit": 10},
    CHURN.name: {},
    CHURN_CUSTOMERS.name: {"late": "all", "limit": 20, "cursor": None},
    CUSTOMER_PROFILE.name: {"method": "quantile", "months": 12, "discount": "0.01", "limit": 5},
}

_BUYING = BuyingFit(customers=2357, r=0.242595, alpha=4.4136, a=0.792922, b=2.42591, log_likelihood=-9582.43)
_EARLIER = BuyingFit(customers=2357, r=0.233097, alpha=3.8068, a=0.931334, b=2.44128, log_likelihood=-6687.29)
_CUSTOMERS_IN_BANDS = (1432, 94, 176, 166, 96, 89, 103, 117, 47, 37)


def fitted_example(report: str, history: PurchaseHistory) -> Any:
    """The data of a report with a model; its one customer is that of the other examples."""
    customer = history.customers[0]
    key = customer.details.reference or str(customer.id)
    days = {"first_purchase": date(2025, 5, 26), "last_purchase": date(2026, 1, 26)}
    lapsing = ChurnCustomer(
        id=customer.id,
        key=key,
        **days,
        purchase_days=19,
        idle_days=6,
        long_gap_days=25.6,
        late=False,
        alive=0.946453,
        churn=0.0535472,
    )
    match report:
        case CHURN.name:
            return _churn()
        case CHURN_CUSTOMERS.name:
            return [lapsing]
        case CUSTOMER_PROFILE.name:
            return _profile(lapsing)
    valued = CustomerValue(
        rank=1,
        id=customer.id,
        key=key,
        **days,
        repeat_purchases=18,
        alive=0.946453,
        expected_purchases=16.0484,
        purchase_value=77.5978,
        lifetime_value=1175.05,
    )
    return _lifetime_value(valued)


def _churn() -> Churn:
    return Churn(
        currency="EUR",
        customers=2357,
        repeat_customers=946,
        expected_alive=1917.28,
        expected_stopped=439.722,
        late=514,
        late_share=0.54334038055,
        bands=[
            ChurnBand(from_percent=10 * n, to_percent=10 * n + 10, customers=many, share=round(many / 2357, 12))
            for n, many in enumerate(_CUSTOMERS_IN_BANDS)
        ],
        buying=_BUYING,
    )


def _profile(churn: ChurnCustomer) -> CustomerProfile:
    return CustomerProfile(
        id=churn.id,
        currency="EUR",
        rfm=RfmCustomer(
            id=churn.id,
            key=churn.key,
            last_purchase=churn.last_purchase,
            recency_days=churn.idle_days,
            orders=21,
            revenue=Decimal("1629.55"),
            r=5,
            f=5,
            m=5,
            score=555,
            segment="CHAMPIONS",
        ),
        churn=churn,
        value=ProfileValue(
            months=12,
            discount=Decimal("0.01"),
            expected_purchases=16.0484,
            purchase_value=77.5978,
            lifetime_value=1175.05,
        ),
        no_model=None,
        favourite_categories=[FavouriteCategory(category="Fiction", orders=14, units=30, revenue=Decimal("801.20"))],
        next_best_books=[
            Recommendation(
                rank=1,
                key="9780141439549",
                name="Middlemarch",
                basis=Basis.SIMILAR,
                score=0.408248290464,
                customers=6,
                because=[RecommendationReason(key="9780141439587", name="Emma", both=2, similarity=0.408248290464)],
                categories=[],
            )
        ],
        no_next_best_books=None,
    )


def _lifetime_value(first: CustomerValue) -> LifetimeValue:
    return LifetimeValue(
        currency="EUR",
        months=12,
        discount=Decimal("0.01"),
        customers=2357,
        repeat_customers=946,
        not_positive=0,
        expected_alive=1917.28,
        expected_purchases=2093.88,
        lifetime_value=71508.0,
        mean_lifetime_value=30.3385,
        buying=_BUYING,
        spending=SpendingFit(
            customers=946, p=6.24957, q=3.74422, v=15.4435, log_likelihood=-4055.92, mean_value=35.1704
        ),
        calibration=Calibration(
            holdout_from=date(2025, 11, 2),
            holdout_weeks=13,
            customers=2357,
            buying=_EARLIER,
            predicted=720.606,
            actual=711,
            rows=[
                CalibrationRow(repeats=0, and_more=False, customers=1547, predicted=0.121191, actual=0.11570782159),
                CalibrationRow(repeats=7, and_more=True, customers=29, predicted=3.28044, actual=2.34482758621),
            ],
        ),
        no_calibration=None,
        top=[first],
    )
