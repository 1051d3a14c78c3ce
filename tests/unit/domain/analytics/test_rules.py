import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import inf, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analytics.baskets import Baskets, ItemFacts
from domain.analytics.facts import By
from domain.analytics.itemsets import frequent_itemsets
from domain.analytics.rules import BasketRules, RuleMeasure, RuleQuestion, basket_rules, mine_rules
from domain.analytics.scope import Scope
from domain.shared.errors import Invalid
from tests.support.data import data_file

SCOPE = Scope(as_of=date(2026, 4, 1), currency="EUR")
ITEMS = "ABCDEF"
BASKETS = st.lists(st.frozensets(st.sampled_from(ITEMS), max_size=6), max_size=12).flatmap(
    # Some baskets many times, so that they weigh more than one.
    lambda few: st.tuples(*(st.tuples(st.just(one), st.sampled_from((1, 1, 2, 5, 64))) for one in few))
)
THRESHOLDS = st.sampled_from([Fraction(text) for text in ("0", "1/3", "1/2", "3/4", "1")])
Shop = Sequence[tuple[frozenset[str], int]]


def asked(shop: Shop, least: int = 1, **more: Any) -> RuleQuestion:
    given: dict[str, Any] = {
        "confidence": Fraction(0),
        "lift": Fraction(0),
        "longest": 10,
        "measure": RuleMeasure.LIFT,
        "limit": 10_000,
        **more,
    }
    return RuleQuestion(n=sum(many for _, many in shop), least=least, **given)


def facts(shop: Shop, least: int) -> tuple[list[ItemFacts], Baskets]:
    """What a store would tell."""
    counts: Counter[str] = Counter()
    for basket, many in shop:
        for item in basket:
            counts[item] += many
    items = [ItemFacts(key=key, name=None, baskets=count) for key, count in sorted(counts.items()) if count >= least]
    numbers = {item.key: number for number, item in enumerate(items)}
    sets: Counter[tuple[int, ...]] = Counter()
    for basket, many in shop:
        sets[tuple(sorted(numbers[item] for item in basket if item in numbers))] += many
    return items, Baskets.of((numbered, many) for numbered, many in sets.items() if len(numbered) > 1)


def mined(shop: Shop, question: RuleQuestion) -> BasketRules:
    items, baskets = facts(shop, question.least)
    found = mine_rules([item.baskets for item in items], baskets, question)
    return basket_rules(items, found, question, SCOPE, by=By.PRODUCT)


def once(*baskets: str) -> Shop:
    return [(frozenset(basket), 1) for basket in baskets]


# ---- the definition, by force: every set of items is looked for in every basket


def holds(shop: Shop, items: Iterable[str]) -> int:
    return sum(many for basket, many in shop if set(items) <= basket)


def by_force(shop: Shop, question: RuleQuestion) -> dict[tuple[tuple[str, ...], str], dict[str, Fraction | float]]:
    n, found = Fraction(question.n), {}
    for size in range(2, min(question.longest, len(ITEMS)) + 1):
        for together in combinations(ITEMS, size):
            n_ac = holds(shop, together)
            if n_ac < question.least:
                continue
            for c in together:
                a = tuple(item for item in together if item != c)
                both, left, right = n_ac / n, holds(shop, a) / n, holds(shop, c) / n
                confidence = both / left
                lift = confidence / right
                if confidence < question.confidence or lift < question.lift:
                    continue
                chance = max(both * (1 - left), left * (right - both))
                found[a, c] = {
                    "support": both,
                    "confidence": confidence,
                    "lift": lift,
                    "leverage": both - left * right,
                    "conviction": inf if confidence == 1 else (1 - right) / (1 - confidence),
                    "zhang": (both - left * right) / chance if chance else -inf,
                    "jaccard": both / (left + right - both),
                    "cosine": sqrt(both * both / (left * right)),
                    "kulczynski": (both / left + both / right) / 2,
                }
    return found


@settings(deadline=None)
@given(BASKETS, st.sampled_from((1, 1, 2, 6)), THRESHOLDS, st.sampled_from((0, 1, 2)), st.integers(2, 7))
def test_rules_are_those_of_the_definition(
    shop: Shop, least: int, confidence: Fraction, lift: int, longest: int
) -> None:
    question = asked(shop, least, confidence=confidence, lift=Fraction(lift), longest=longest)
    found, expected = mined(shop, question), by_force(shop, question)
    assert (found.count, found.n) == (len(expected), question.n)
    assert {(tuple(one.antecedent), one.consequent) for one in found.rules} == expected.keys()
    for one in found.rules:
        measures = expected[tuple(one.antecedent), one.consequent]
        assert one.n_ac == holds(shop, (*one.antecedent, one.consequent))
        assert (one.n_a, one.n_c) == (holds(shop, one.antecedent), holds(shop, one.consequent))
        for name, value in measures.items():
            told = getattr(one, name)
            assert told is None if value in (inf, -inf) else told == pytest.approx(float(value), rel=1e-11, abs=1e-15)


@settings(deadline=None)
@given(BASKETS, st.sampled_from(RuleMeasure), st.integers(1, 9))
def test_the_first_rules_are_those_of_all_in_the_exact_order(shop: Shop, measure: RuleMeasure, limit: int) -> None:
    question = asked(shop, measure=measure, limit=limit)
    expected = by_force(shop, question)

    def place(rule: tuple[tuple[str, ...], str]) -> Any:
        value = expected[rule]["lift" if measure is RuleMeasure.COSINE else measure]
        if measure is RuleMeasure.COSINE:
            # Not by the root, which is rounded.
            value = expected[rule]["confidence"] * holds(shop, (*rule[0], rule[1])) / Fraction(holds(shop, rule[1]))
        return -value, -holds(shop, (*rule[0], rule[1])), rule

    found = mined(shop, question)
    assert [(tuple(one.antecedent), one.consequent) for one in found.rules] == sorted(expected, key=place)[:limit]
    assert (found.count, [one.rank for one in found.rules]) == (len(expected), list(range(1, len(found.rules) + 1)))


@settings(deadline=None)
@given(BASKETS, st.sampled_from((1, 2, 6)), st.integers(2, 7))
def test_frequent_itemsets_are_counted_as_they_are(shop: Shop, least: int, longest: int) -> None:
    items, baskets = facts(shop, least)
    found = frequent_itemsets([item.baskets for item in items], baskets, least=least, longest=longest)
    expected = {
        frozenset(together): holds(shop, together)
        for size in range(2, longest + 1)
        for together in combinations(ITEMS, size)
        if holds(shop, together) >= least
    }
    assert {frozenset(items[number].key for number in itemset): many for itemset, many in found.items()} == expected
    assert len(found) == len(expected)


# ---- by hand


def test_a_rule_by_hand() -> None:
    # 10 baskets: A and B together in 4, C in 5, all three in 3.
    shop = once("ABC", "ABC", "ABC", "AB", "C", "C", "D", "D", "D", "D")
    one = next(
        rule for rule in mined(shop, asked(shop, 3)).rules if (rule.antecedent, rule.consequent) == (["A", "B"], "C")
    )
    assert (one.n_a, one.n_c, one.n_ac) == (4, 5, 3)
    assert (one.support, one.confidence, one.lift, one.leverage, one.conviction) == (0.3, 0.75, 1.5, 0.1, 2.0)
    assert (one.jaccard, one.cosine, one.kulczynski) == (0.5, 0.670820393250, 0.675)
    assert one.zhang == 0.555555555556  # .1 / max(.3 x .6, .4 x .2)


def test_a_certain_rule_has_an_infinite_conviction_which_is_told_as_null_and_comes_first() -> None:
    shop = once("AB", "AB", "B", "BC", "C", "AC")
    found = mined(shop, asked(shop, measure=RuleMeasure.CONVICTION))
    assert [one.conviction is None for one in found.rules] == [one.confidence == 1 for one in found.rules]
    sure = once("AB", "AB", "B")
    first = mined(sure, asked(sure, measure=RuleMeasure.CONVICTION)).rules[0]
    assert (first.antecedent, first.consequent, first.confidence, first.conviction) == (["A"], "B", 1.0, None)


def test_without_a_chance_to_be_compared_with_zhang_is_null() -> None:
    shop = once("AB", "A")
    by_antecedent = {one.antecedent[0]: one.zhang for one in mined(shop, asked(shop)).rules}
    assert by_antecedent == {"A": None, "B": 0.0}


def test_thresholds_are_reached_by_what_is_equal_to_them() -> None:
    shop = once("AB", "A", "A")
    for least, confidence, count in ((1, "1/3", 2), (1, "333333333333/1000000000000", 2), (2, "0", 0)):
        assert mined(shop, asked(shop, least, confidence=Fraction(confidence))).count == count
    assert mined(shop, asked(shop, confidence=Fraction("333333333334/1000000000000"))).count == 1
    assert mined(shop, asked(shop, lift=Fraction(1))).count == 2
    assert mined(shop, asked(shop, lift=Fraction("1.000000000001"))).count == 0


def test_ties_go_by_how_many_baskets_then_by_keys() -> None:
    shop = once("AB", "AB", "CD", "EF", "EF")
    found = mined(shop, asked(shop, measure=RuleMeasure.CONFIDENCE))
    assert [(*one.antecedent, one.consequent) for one in found.rules] == [
        ("A", "B"),
        ("B", "A"),
        ("E", "F"),
        ("F", "E"),
        ("C", "D"),
        ("D", "C"),
    ]


def test_nothing_makes_no_rules() -> None:
    for shop in ([], once("A", "B"), once("")):
        found = mined(shop, asked(shop))
        assert (found.count, found.rules, found.itemsets) == (0, [], 0)


# ---- too many


def test_more_itemsets_than_may_be_are_refused_with_their_number() -> None:
    shop = once("ABCDEFG")
    items, baskets = facts(shop, 1)
    supports = [item.baskets for item in items]
    # 2^7 subsets, without 7 single items and nothing.
    assert len(frequent_itemsets(supports, baskets, least=1, longest=7, most=120)) == 120
    with pytest.raises(Invalid, match="120 sets of items are in 1 baskets or more") as refused:
        frequent_itemsets(supports, baskets, least=1, longest=7, most=119)
    assert [(one.pointer, one.code) for one in refused.value.problems] == [("/min_support", "too-many-itemsets")]
    assert len(frequent_itemsets(supports, baskets, least=1, longest=3, most=119)) == 56


def test_far_too_many_are_counted_no_further() -> None:
    # 2^40 sets of items.
    baskets = Baskets.of([(range(40), 1)])
    with pytest.raises(Invalid, match="more than 2,000,000 sets of items"):
        frequent_itemsets([1] * 40, baskets, least=1, longest=20)


# ---- published


def test_charles_book_club() -> None:
    """Rules of 4,000 customers of a book club (Shmueli et al.), as mlxtend gives them (DEFINITIONS.md beside them)."""
    path = data_file("expected/charles_book_club.json")
    published = json.loads(path.read_text(encoding="utf-8"))
    names = list(published["item_counts"])
    with data_file("purchases/CharlesBookClub.csv").open(encoding="utf-8", newline="") as file:
        shop = [(frozenset(name for name in names if int(row[name])), 1) for row in csv.DictReader(file)]
    found = mined(shop, asked(shop, 200, confidence=Fraction(1, 2)))
    rules = published["rules_supp0_05_conf0_5"]
    assert (found.n, found.count) == (published["customers"], rules["got"])
    told = {(tuple(sorted(one["lhs"])), one["rhs"][0]): one for one in rules["by_lift"]}
    first = {(tuple(one.antecedent), one.consequent): one for one in found.rules[: len(told)]}
    assert first.keys() == told.keys()
    for rule, one in first.items():
        for measure in ("support", "confidence", "lift", "leverage", "conviction"):
            assert getattr(one, measure) == pytest.approx(told[rule][measure], rel=1e-11)
