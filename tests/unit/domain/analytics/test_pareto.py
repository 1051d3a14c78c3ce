from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.digest import answer_digest
from domain.analytics.facts import Dimension, EarnerFacts, ParetoFacts
from domain.analytics.pareto import Pareto, pareto
from domain.analytics.scope import Scope

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")
SMALL = st.sampled_from([Decimal(text) for text in ("0", "1", "2", "5", "80", "0.0001", "-3", "-80.5")])
LARGE = st.decimals(-(10**13), 10**13, places=4, allow_nan=False, allow_infinity=False)


def answer(revenues: list[Decimal]) -> Pareto:
    ranked = sorted(enumerate(revenues), key=lambda one: (-one[1], one[0]))
    top = [EarnerFacts(key=f"{number:04}", id=None, name=None, revenue=revenue) for number, revenue in ranked]
    facts = ParetoFacts(amounts=sorted(Counter(revenues).items()), top=top, unattributed_lines=0)
    return pareto(facts, SCOPE, by=Dimension.PRODUCT)


def of(*revenues: int) -> Pareto:
    return answer([Decimal(one) for one in revenues])


def classes(found: Pareto) -> list[int]:
    return [one.items for one in found.classes]


def test_the_item_that_crosses_is_still_of_the_class() -> None:
    # Before the items stand 0, 79, 93, 97, 98 and 99 of 100.
    found = of(79, 1, 14, 1, 4, 1)
    assert [(str(one.revenue), one.abc) for one in found.items] == [
        ("79.00", "A"),
        ("14.00", "A"),
        ("4.00", "B"),
        ("1.00", "C"),
        ("1.00", "C"),
        ("1.00", "C"),
    ]
    assert classes(found) == [2, 1, 3]
    assert [(one.share, one.share_of_items) for one in found.classes] == [
        (0.93, 0.333333333333),
        (0.04, 0.166666666667),
        (0.03, 0.5),
    ]


def test_exactly_80_and_95_percent_before_are_the_next_class() -> None:
    assert [one.abc for one in of(80, 15, 5).items] == ["A", "B", "C"]


def test_equal_items_are_parted_by_the_cut() -> None:
    found = of(*[1] * 100)
    assert classes(found) == [80, 15, 5]
    assert Counter(one.abc for one in found.items) == {"A": 80, "B": 15, "C": 5}
    assert (found.gini, found.top_20_percent_share) == (0.0, 0.2)


def test_what_is_not_above_nothing_is_counted_beside() -> None:
    found = of(90, 10, 0, -40)
    assert (found.count, found.not_positive, str(found.whole)) == (4, 2, "100.00")
    assert str(found.not_positive_revenue) == "-40.00"
    assert classes(found) == [1, 1, 2]
    assert [(one.share, one.cumulative_share, one.abc) for one in found.items] == [
        (0.9, 0.9, "A"),
        (0.1, 1.0, "B"),
        (0.0, 1.0, "C"),
        (0.0, 1.0, "C"),
    ]
    # The mean difference of 90 and 10 is 40, over twice the mean of 50.
    assert (found.gini, found.top_20_percent_share) == (0.4, 0.9)


def test_without_anything_above_nothing_there_are_no_shares() -> None:
    for found in (of(), of(0, -1)):
        assert (found.gini, found.top_20_percent_share, found.whole) == (None, None, Decimal(0))
        assert [one.share for one in found.classes] == [None] * 3
        assert {one.abc for one in found.items} <= {"C"}
        assert classes(found) == [0, 0, found.count]


def test_one_item_has_it_all() -> None:
    found = of(10**13)
    assert (found.gini, found.top_20_percent_share, classes(found)) == (0.0, 1.0, [1, 0, 0])
    assert [one.items for one in found.curve] == [1] * 20


def test_an_id_is_not_in_the_digest() -> None:
    digests = set()
    for number in (1, 2):
        top = [EarnerFacts(key="K", id=UUID(int=number), name=None, revenue=Decimal(1))]
        facts = ParetoFacts(amounts=[(Decimal(1), 1)], top=top, unattributed_lines=0)
        digests.add(answer_digest(pareto(facts, SCOPE, by=Dimension.CUSTOMER)))
    assert len(digests) == 1


@given(st.lists(st.one_of(SMALL, LARGE), max_size=30))
def test_all_numbers_as_their_definitions_count_them_one_by_one(revenues: list[Decimal]) -> None:
    found = answer(revenues)
    positive = sorted((Fraction(one) for one in revenues if one > 0), reverse=True)
    n, whole = len(positive), sum(positive)
    assert (found.count, found.not_positive, Fraction(found.whole)) == (len(revenues), len(revenues) - n, whole)
    before = [Fraction(0), *accumulate(positive)][:n]
    expected = ["A" if 10 * b < 8 * whole else "B" if 100 * b < 95 * whole else "C" for b in before]
    assert [item.abc for item in found.items] == expected + ["C"] * (len(revenues) - n)
    for one in found.classes:
        own = [item.revenue for item in found.items if item.abc == one.abc]
        assert (one.items, Fraction(one.revenue)) == (len(own), sum(Fraction(each) for each in own if each > 0))
    if whole:
        difference = sum((abs(one - other) for one in positive for other in positive), Fraction(0))
        assert found.gini == rounded(difference / (2 * n * whole))
        assert [one.items for one in found.curve] == [ceil(Fraction(n * one.top_percent, 100)) for one in found.curve]
        assert [one.share for one in found.curve] == [
            rounded(sum(positive[: one.items]) / whole) for one in found.curve
        ]


def rounded(value: Fraction) -> float:
    """To twelve significant digits."""
    return float(f"{Decimal(value.numerator) / Decimal(value.denominator):.11e}")
