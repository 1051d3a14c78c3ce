"""The report of association rules."""

from fractions import Fraction
from math import ceil

from application.analytics.deferred import Deferred
from application.analytics.freshness import OR_A_WAREHOUSE
from application.analytics.models import Answer, Parameter
from application.analytics.questions import Question, bad_query
from application.analytics.specs import choice, decimal, report_spec, whole
from application.ports.purchases import PurchaseView
from domain.analytics.facts import By
from domain.analytics.itemsets import MOST_ITEMSETS
from domain.analytics.pairs import Unit
from domain.analytics.rules import BasketRules, MinedRules, RuleMeasure, RuleQuestion, basket_rules, mine_rules
from domain.analytics.segments import SegmentTable

TOO_MANY_BASKET_ITEMS = "too-many-basket-items"

BASKET_RULES = report_spec(
    "basket-rules",
    "Rules of what is bought together",
    Answer[BasketRules],
    (
        choice("by", By, By.PRODUCT, "Products by SKU, or authors or categories of the linked books."),
        decimal(
            "min_support",
            "The least part of all baskets that must hold all of a rule.",
            most=1,
            default="0.001",
            example="0.001",
        ),
        whole(
            "min_count",
            "How many baskets must hold all of a rule, if that is more than min_support comes to.",
            most=1_000_000,
            default=2,
            example=2,
        ),
        decimal("min_confidence", "The least confidence.", most=1, default="0.5", example="0.8"),
        decimal("min_lift", "The least lift.", most=1_000_000, default="0", example="1.2"),
        Parameter(
            name="max_length",
            kind="integer",
            minimum=2,
            maximum=20,
            default="10",
            description="How many items a rule has at most, on both sides together.",
            example="3",
        ),
        choice("sort", RuleMeasure, RuleMeasure.LIFT, "What rules are compared by, descending."),
        whole("limit", "How many rules are told; the others are counted.", most=10_000, default=10, example=10),
    ),
    words=(
        "Rules A -> c: of the baskets that hold all items of A, so many hold the item c as well. A basket is the set "
        "of what one purchase holds, whatever the quantities; what comes back stays in it. All rules are found that "
        "reach every threshold, compared exactly (what is equal to a threshold reaches it), whatever their length up "
        "to max_length. Rules are ordered by `sort`, descending and exactly, then by how many baskets hold all of "
        "them, descending, then by the keys of A, which are in the order of their bytes, and of c. Lines without a "
        "linked book have no author and no category; their baskets count all the same. Rules are made of at most "
        f"{MOST_ITEMSETS:,} sets of items; where more are frequent, the question is refused with their number, and so "
        "it is where a store would have to tell more of its baskets than it is made for."
    ),
    formula=(
        "n = all baskets; n_A, n_c, n_Ac = those that hold A, c, both. support = n_Ac / n; confidence = n_Ac / n_A; "
        "lift = n_Ac n / (n_A n_c); leverage = n_Ac / n - n_A n_c / n^2; conviction = (1 - n_c / n) / (1 - "
        "confidence), null (infinite) when confidence is 1; zhang = leverage / max(support (1 - n_A / n), n_A / n "
        "(n_c / n - support)); jaccard = n_Ac / (n_A + n_c - n_Ac); cosine = n_Ac / sqrt(n_A n_c); kulczynski = "
        "(n_Ac / n_A + n_Ac / n_c) / 2"
    ),
    source=(
        "Agrawal, Srikant 1994, VLDB, for rules of any length; Hahsler, Gruen, Hornik 2005, Journal of Statistical "
        "Software 14(15) (the R package arules), for rules with one consequent and their measures; Zaki 2000, IEEE "
        "TKDE 12(3), for the search; Brin, Motwani, Ullman, Tsur 1997, SIGMOD, for lift and conviction; "
        "Piatetsky-Shapiro 1991 for leverage; Zhang 2000, PAKDD, for his measure; Wu, Chen, Han 2010, Data Mining and "
        "Knowledge Discovery 21(3), for Kulczynski."
    ),
    computed=True,
    rows="rules",
)


async def answer_basket_rules(view: PurchaseView, question: Question, _segments: SegmentTable) -> Deferred[BasketRules]:
    """The frequent items and the baskets of these; rules are then mined apart from the store.

    Raises BadQuery with `too-many-basket-items`, later Invalid with `too-many-itemsets`.
    """
    scope, by = question.scope, By(question.text("by"))
    n = await view.units(scope, Unit.BASKET)
    asked = RuleQuestion(
        n=n,
        least=max(question.number("min_count"), ceil(Fraction(question.decimal("min_support")) * n)),
        confidence=Fraction(question.decimal("min_confidence")),
        lift=Fraction(question.decimal("min_lift")),
        longest=question.number("max_length"),
        measure=RuleMeasure(question.text("sort")),
        limit=question.number("limit"),
    )
    items = await view.basket_items(scope, by, least=asked.least)
    _refuse(sum(item.baskets for item in items), view.most_basket_items)
    baskets = await view.item_sets(scope, by, least=asked.least)

    def told(mined: MinedRules) -> BasketRules:
        return basket_rules(items, mined, asked, scope, by=by)

    return Deferred(work=mine_rules, parts=([item.baskets for item in items], baskets, asked), then=told)


def _refuse(items: int, most: int | None) -> None:
    if most is not None and items > most:
        message = (
            f"the baskets hold {items:,} of items that are in so many baskets, and this store tells {most:,} at most: "
            f"ask for a greater min_support or min_count or a later from, {OR_A_WAREHOUSE}"
        )
        raise bad_query("min_support", TOO_MANY_BASKET_ITEMS, message)
