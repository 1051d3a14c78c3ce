"""Rules of segments, drawn: over the very few values that drawn customers have, so that something is found."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from domain.customers.customer import CustomerStatus
from domain.customers.segment_rule import And, Compare, Fact, Has, Not, Op, Or, Rule

TAGS = ("vip", "news letter", 'a"b\\')
KEYS = ("shelf", "my shelf", 'x"\\', "and", "Ünal")
CURRENCIES = ("EUR", "JPY")
FIRST_DAY = date(2026, 3, 1)

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
