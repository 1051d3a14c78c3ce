"""Lifetime value and churn: what they mean, and what may be asked of them."""

from application.analytics.models import Answer, AnswerPage, Parameter
from application.analytics.specs import choice, decimal, report_spec, whole
from application.listing import DEFAULT_LIMIT, MAX_LIMIT
from domain.analytics.churn import Churn, ChurnCustomer
from domain.analytics.lifetime_facts import Late
from domain.analytics.lifetime_value import LifetimeValue
from domain.analytics.profile import CustomerProfile
from domain.analytics.rfm import Method

_WHO = (
    "Known customers whose first purchase ever lies in the scope. Several purchases on one local day are one; x are "
    "the purchase days after the first, t_x the weeks from the first to the last, T those to the last day before as_of."
)
_BG_NBD = (
    "L(r, alpha, a, b | x, t_x, T) = Gamma(r+x) alpha^r / Gamma(r) (B(a,b+x)/B(a,b) (alpha+T)^-(r+x) + "
    "1{x>0} B(a+1,b+x-1)/B(a,b) (alpha+t_x)^-(r+x)); "
    "P(alive) = 1 / (1 + 1{x>0} a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x))"
)
_BG_NBD_SOURCE = (
    'BG/NBD: Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24(2), equations 6 and '
    "10"
)
_FITTED = "Fitted by maximum likelihood; numbers of a model are told to six significant digits."

_MONTHS = whole("months", "How far ahead, in months of 4.345 weeks.", most=60, default=12, example=12)
_DISCOUNT = decimal(
    "discount", "What money is worth less for each month that it comes later.", most=1, default="0.01", example="0.01"
)

LIFETIME_VALUE = report_spec(
    "lifetime-value",
    "What customers will be worth",
    Answer[LifetimeValue],
    (
        _MONTHS,
        _DISCOUNT,
        whole(
            "holdout_weeks",
            "The last weeks before as_of, which are kept from a second model that is then held against them.",
            most=520,
            default=26,
            example=26,
        ),
        whole("limit", "How many customers are told.", most=1_000, default=10, example=10),
    ),
    words=(
        f"{_WHO} While alive a customer buys at a rate of their own, and stops after each purchase with a chance of "
        "their own (BG/NBD); purchases are worth about a mean of their own (Gamma-Gamma, of the purchase days after "
        "the first, less what came back after it; customers for whom that is not above 0 are counted and left out). "
        "The value of a customer is what the purchases expected in the coming months are worth, discounted; the first "
        "by value are told, those with values equal to six digits in the order of their keys. Calibration: a model of "
        f"the time before the holdout, and what it says of the holdout beside what happened. {_FITTED}"
    ),
    formula=(
        f"{_BG_NBD}; E[Y(t)] = P(alive) (a+b+x-1)/(a-1) (1 - ((alpha+T)/(alpha+T+t))^(r+x) "
        "2F1(r+x, b+x; a+b+x-1; t/(alpha+T+t))); E[M] = p (v + x m) / (p x + q - 1), x m what the repeats came to; "
        "value = sum over i = 1..months of E[M] (E[Y(4.345 i)] - E[Y(4.345 (i-1))]) / (1 + discount)^i"
    ),
    source=(
        f"{_BG_NBD_SOURCE}. Gamma-Gamma: Fader, Hardie 2013, The Gamma-Gamma Model of Monetary Value, note 025 "
        "(brucehardie.com)."
    ),
    names_customers=True,
    rows="top",
    charted=True,
)

_CHURN_WORDS = (
    f"{_WHO} The probability to have stopped buying is 1 - P(alive) of the model BG/NBD, which says of who bought once "
    "only that they have not. Late is who has been idle, from the last purchase day to as_of, for longer than the 90th "
    f"percentile of their own gaps between purchase days; with one purchase day there is no gap. {_FITTED}"
)
_CHURN_FORMULA = (
    f"{_BG_NBD}; churn = 1 - P(alive); late: as_of - last purchase day > the quantile at .9 of the own gaps (type 7, "
    "linear)"
)
_CHURN_SOURCE = (
    f"{_BG_NBD_SOURCE}. Hyndman, Fan 1996, The American Statistician 50(4), for type 7; late is Daybook's own."
)

CHURN = report_spec(
    "churn",
    "How many customers have probably stopped",
    Answer[Churn],
    (),
    words=_CHURN_WORDS,
    formula=_CHURN_FORMULA,
    source=_CHURN_SOURCE,
    rows="bands",
)

CHURN_CUSTOMERS = report_spec(
    "churn-customers",
    "The customers behind churn",
    AnswerPage[ChurnCustomer],
    (
        choice("late", Late, Late.ALL, "Only those who are late, or who are not."),
        whole(
            "limit",
            f"How many on a page; more than {MAX_LIMIT} is taken as {MAX_LIMIT}.",
            most=MAX_LIMIT,
            default=DEFAULT_LIMIT,
            example=DEFAULT_LIMIT,
            clamped=True,
        ),
        Parameter(
            name="cursor",
            kind="text",
            description="The next_cursor of the page before; it holds as_of and currency of the first page.",
            example="WyI0ZjU2Il0",
        ),
    ),
    words=_CHURN_WORDS,
    formula=_CHURN_FORMULA,
    source=_CHURN_SOURCE,
    names_customers=True,
)

CUSTOMER_PROFILE = report_spec(
    "customer-profile",
    "What the reports say of one customer",
    Answer[CustomerProfile],
    (
        choice("method", Method, Method.QUANTILE, "How values become scores, as in rfm."),
        _MONTHS,
        _DISCOUNT,
        whole("limit", "How many favourite categories and next best books are told.", most=100, default=5, example=5),
    ),
    words=(
        "One customer, in the numbers of rfm-customers, churn-customers and lifetime-value with the same parameters, "
        "the categories of which they bought in the most orders, ties in the order of their bytes, and the first of "
        "recommendations. Where no model can be fitted, what needs one is null, and no_model says why; next best books "
        "are null where the store would have to count more pairs than it is made for."
    ),
    formula="each number is that of its own report",
    source="As the reports that it puts together.",
    segmented=True,
    names_customers=True,
)

# What a model is fitted for: refused where there is too little to fit it to.
FITTED = frozenset({LIFETIME_VALUE.name, CHURN.name, CHURN_CUSTOMERS.name})
