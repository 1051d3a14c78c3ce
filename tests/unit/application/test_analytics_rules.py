from typing import Any

import pytest

from application.analytics.service import AnalyticsService
from application.errors import BadQuery
from domain.analytics.history import PurchaseHistory
from domain.analytics.itemsets import MOST_ITEMSETS
from domain.analytics.rules import BasketRules, RuleMeasure
from tests.support.builders import a_line, an_order
from tests.support.definition import AtNoon, AtOnce, Definition, analytics

Pairs = list[tuple[str, str]]


def shop(*baskets: str) -> PurchaseHistory:
    """An order for each basket, with a line for each letter."""
    return PurchaseHistory(
        orders=[an_order(*(a_line(number, sku=sku) for number, sku in enumerate(basket, 1))) for basket in baskets]
    )


async def rules(history: PurchaseHistory, *asked: tuple[str, str]) -> BasketRules:
    data = (await analytics(Definition(history)).ask("basket-rules", asked)).data
    assert isinstance(data, BasketRules)
    return data


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        ([], 2),
        ([("min_count", "1")], 1),
        # Of three baskets exactly a third is one, and anything more is two.
        ([("min_count", "1"), ("min_support", "0.333333333333")], 1),
        ([("min_count", "1"), ("min_support", "0.333333333334")], 2),
        ([("min_count", "1"), ("min_support", "0.34")], 2),
        ([("min_count", "2"), ("min_support", "0")], 2),
        ([("min_count", "1"), ("min_support", "1")], 3),
        ([("min_count", "3"), ("min_support", "0.5")], 3),
    ],
)
async def test_how_many_baskets_must_hold_a_rule(asked: Pairs, least: int) -> None:
    assert (await rules(shop("AB", "AB", "AB"), *asked)).least_n_ac == least


async def test_a_threshold_is_one_question_however_it_is_written() -> None:
    history = shop("AB", "AB", "A")
    answers = [
        await analytics(Definition(history)).ask("basket-rules", [("min_confidence", text)])
        for text in ("0.66", "0.660", "00.66000")
    ]
    assert [answer.parameters["min_confidence"] for answer in answers] == ["0.66"] * 3
    # Two thirds are more than 0.66, and less than 0.67.
    assert (await rules(history, ("min_confidence", "0.66"))).count == 2
    assert (await rules(history, ("min_confidence", "0.67"))).count == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("min_support", text) for text in ("1.1", "-0.1", ".5", "1e-3", "NaN", "")),
        ("min_confidence", "1.000000000001"),
        ("min_support", "0.0000000000001"),
        ("min_lift", "1000001"),
        ("min_count", "0"),
        ("max_length", "1"),
        ("max_length", "21"),
        ("limit", "10001"),
    ],
)
async def test_a_threshold_that_cannot_be(name: str, text: str) -> None:
    with pytest.raises(BadQuery) as refused:
        await rules(shop("AB"), (name, text))
    assert [(one.pointer, one.code) for one in refused.value.problems] == [(name, "out-of-range")]


async def test_too_many_sets_of_items_are_a_bad_query_that_tells_how_many() -> None:
    letters = "".join(map(chr, range(0x100, 0x100 + 18)))
    with pytest.raises(BadQuery) as refused:
        await rules(shop(letters, letters), ("max_length", "20"))
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("min_support", "too-many-itemsets")
    # 2^18 subsets, without 18 single items and nothing.
    assert problem.message.startswith(f"{2**18 - 19:,} sets of items are in 2 baskets or more")
    assert f"at most {MOST_ITEMSETS:,}" in problem.message
    assert (await rules(shop(letters, letters), ("max_length", "3"))).itemsets == 153 + 816


async def test_the_view_is_over_before_rules_are_mined() -> None:
    told: list[str] = []

    class Watched(Definition):
        async def read(self, question: Any) -> Any:
            found = await super().read(question)
            told.append("the view is over")
            return found

    class Mining(AtOnce):
        async def run(self, work: Any, *parts: object) -> Any:
            told.append(work.__name__)
            return await super().run(work, *parts)

    service = AnalyticsService(facts=Watched(shop("AB")), clock=AtNoon(), computation=Mining())
    await service.ask("basket-rules", [("sort", RuleMeasure.COSINE)])
    assert told == ["the view is over", "mine_rules"]
