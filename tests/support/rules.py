"""Rules of segments and shoppers, drawn: of very few values, so that a rule finds some and not others."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import strategies as st

from domain.customers.consent import Consent, ConsentState
from domain.customers.customer import Customer, CustomerStatus
from domain.customers.segment_rule import And, Compare, CustomerFacts, Fact, Has, Not, Op, Or, Rule
from domain.orders.order import Order, OrderStatus
from domain.orders.returns import Return
from tests.support.belongings import an_entry
from tests.support.builders import MORNING, a_customer, a_line, a_lone_return, an_order, some_returned

TAGS = ("vip", "news letter", 'a"b\\')
KEYS = ("shelf", "my shelf", 'x"\\', "and", "a-b", "a-", "Ünal")
CURRENCIES = ("EUR", "JPY")
PURPOSES = ("newsletter", "mail-order", "3d")
FIRST_DAY = date(2026, 3, 1)
LATEST_MOMENT = datetime(2026, 3, 6, tzinfo=UTC)

ops = st.sampled_from(Op)
equality = st.sampled_from((Op.EQ, Op.NE))
days = st.integers(0, 4).map(lambda number: FIRST_DAY + timedelta(days=number))
moments = st.builds(
    lambda day, seconds: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds),
    days,
    st.sampled_from((-1, 0, 0.000001, 1, 43_200)),
)
amounts = st.sampled_from(("0", "-5", "9.99", "10", "10.0001", "20", "10000000000000", "-0.0001")).map(Decimal)

conditions: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Compare, st.just(Fact.STATUS), equality, st.sampled_from(CustomerStatus)),
    st.builds(Compare, st.just(Fact.TAG), equality, st.sampled_from(TAGS)),
    st.builds(Compare, st.just(Fact.METADATA), equality, st.sampled_from(("A3", "B\\1", "ä")), st.sampled_from(KEYS)),
    st.builds(Compare, st.just(Fact.CONSENT), equality, st.sampled_from(ConsentState), st.sampled_from(PURPOSES)),
    st.builds(
        Compare,
        st.sampled_from((Fact.CREATED_AT, Fact.UPDATED_AT, Fact.FIRST_ORDER_AT, Fact.LAST_ORDER_AT)),
        ops,
        days | moments,
    ),
    st.builds(Compare, st.sampled_from((Fact.ORDERS, Fact.RETURNS)), ops, st.sampled_from((0, 1, 2, 3, 999_999_999))),
    st.builds(Compare, st.just(Fact.SPENT), ops, amounts, st.sampled_from(CURRENCIES)),
    st.builds(Has, st.sampled_from((Fact.NAME, Fact.EMAIL, Fact.PHONE, Fact.REFERENCE, Fact.TAG))),
    st.builds(Has, st.just(Fact.METADATA), st.sampled_from(KEYS)),
)


def _several(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, parts), st.builds(Or, parts))


rules: st.SearchStrategy[Rule] = st.recursive(conditions, _several, max_leaves=8)


@dataclass(frozen=True)
class Shopper:
    """A customer, and what was bought and came back: the orders as they are now, cancelled and returned."""

    customer: Customer
    orders: tuple[Order, ...]
    returns: tuple[Return, ...]
    consents: tuple[Consent, ...] = ()


@st.composite
def _shopper(draw: st.DrawFn, number: int) -> Shopper:
    customer = a_customer(
        name=draw(st.sampled_from((None, "Ada", "Żółć"))),
        reference=f"K-{number}",
        email=draw(st.sampled_from((None, f"ada{number}@example.org"))),
        phone=draw(st.sampled_from((None, "+442079460958"))),
        status=draw(st.sampled_from(CustomerStatus)),
        tags=draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True)),
        metadata=draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("A3", "B\\1", "ä", "A")), max_size=2)),
        at=draw(moments),
    )
    if draw(st.booleans()):
        customer = replace(
            customer, details=replace(customer.details, reference=None, name=customer.details.name or "x")
        )
    if draw(st.sampled_from((False, False, False, True))):
        customer = customer.delete(at=LATEST_MOMENT, by="bob")[0]
    orders, returns = [], []
    for _ in range(draw(st.integers(0, 3))):
        order = an_order(
            a_line(unit_price=draw(st.sampled_from(("0", "5", "9.99", "0.0001"))), quantity=2),
            customer=customer,
            currency=draw(st.sampled_from(CURRENCIES)),
            placed_at=draw(moments),
        )
        fate = draw(st.sampled_from(("kept", "kept", "cancelled", "returned")))
        if fate == "cancelled":
            order = order.cancel(at=LATEST_MOMENT, by="bob")[0]
        elif fate == "returned":
            order, back = some_returned(order, {1: 1}, at=LATEST_MOMENT)
            returns.append(back)
        orders.append(order)
    if draw(st.sampled_from((False, False, True))):
        returns.append(a_lone_return(customer=customer, currency=draw(st.sampled_from(CURRENCIES))))
    consents: list[Consent] = []
    for purpose, states in draw(st.dictionaries(st.sampled_from(PURPOSES), st.integers(1, 3), max_size=2)).items():
        for turn in range(states):
            said = (ConsentState.GIVEN, ConsentState.WITHDRAWN)[turn % 2]
            consents.append(an_entry(customer, said, purpose=purpose, at=MORNING + timedelta(seconds=turn // 2)))
    return Shopper(customer, tuple(orders), tuple(returns), tuple(consents))


@st.composite
def _shoppers(draw: st.DrawFn) -> list[Shopper]:
    return [draw(_shopper(number)) for number in range(draw(st.integers(1, 5)))]


shoppers: st.SearchStrategy[list[Shopper]] = _shoppers()


def by_place(one: Consent) -> tuple[datetime, bool, UUID]:
    """A no counts where a yes came at the same moment, and then the later id."""
    return one.at, one.state is ConsentState.WITHDRAWN, one.id


def told_of(shopper: Shopper) -> CustomerFacts:
    """What a rule may ask about a shopper, counted line by line."""
    bought = [order for order in shopper.orders if order.status is OrderStatus.PLACED]
    spent: dict[str, Fraction] = {}
    for order in bought:
        for line in order.lines:
            worth = Fraction(line.unit_price) * line.quantity - Fraction(line.discount)
            spent[order.currency] = spent.get(order.currency, Fraction()) + worth
    for back in shopper.returns:
        for returned in back.lines:
            spent[back.currency] = spent.get(back.currency, Fraction()) - Fraction(returned.amount)
    return CustomerFacts(
        customer=shopper.customer,
        orders=len(bought),
        returns=len(shopper.returns),
        first_order_at=min((order.placed_at for order in bought), default=None),
        last_order_at=max((order.placed_at for order in bought), default=None),
        consents={
            one.purpose: max((each for each in shopper.consents if each.purpose == one.purpose), key=by_place).state
            for one in shopper.consents
        },
        spent={one: Decimal(sum_.numerator) / Decimal(sum_.denominator) for one, sum_ in spent.items()},
    )
