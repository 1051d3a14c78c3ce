"""What is bought together: affinity of pairs, similar products, recommendations to a customer."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from uuid import UUID

from application.analytics.freshness import OR_A_WAREHOUSE
from application.analytics.models import Answer, Parameter
from application.analytics.questions import Question, bad_query
from application.analytics.specs import choice, decimal, report_spec, whole
from application.ports.purchases import PurchaseView
from domain.analytics.affinity import Affinity, affinity
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, PairQuestion, Unit
from domain.analytics.recommendations import (
    Basis,
    Filler,
    Recommendations,
    Scored,
    choose,
    keys_told,
    recommendations,
    scored,
)
from domain.analytics.scope import Scope
from domain.analytics.segments import SegmentTable
from domain.analytics.similar import SimilarProducts, similar_products

TOO_MANY_PAIRS = "too-many-pairs"

_COSINE_SOURCE = "Linden, Smith, York 2003, IEEE Internet Computing 7(1); Sarwar, Karypis, Konstan, Riedl 2001, WWW10"


def _min_count(default: int) -> Parameter:
    description = "How many baskets or customers must have both; pairs of fewer are not told."
    return whole("min_count", description, most=1_000_000, default=default, example=2)


AFFINITY = report_spec(
    "affinity",
    "What is bought together",
    Answer[Affinity],
    (
        choice("unit", Unit, Unit.BASKET, "basket: in one order. customer: by one known customer, in any order."),
        choice("by", By, By.PRODUCT, "Products by SKU, or authors or categories of the linked books."),
        _min_count(2),
        decimal("min_support", "The least part of all that must have both.", most=1, default="0", example="0.001"),
        decimal("min_confidence", "The least of the greater confidence of a pair.", most=1, default="0", example="0.5"),
        decimal("min_lift", "The least lift.", most=1_000_000, default="0", example="1.2"),
        choice("sort", Measure, Measure.SUPPORT, "What pairs are compared by, descending."),
        whole("limit", "How many pairs are told; the others are counted.", most=10_000, default=10, example=10),
    ),
    words=(
        "Pairs of products, authors or categories that are in the same basket or were bought by the same customer. A "
        "basket is the set of what one purchase holds, whatever the quantities; what comes back stays in it. Pairs are "
        "ordered by `sort`, descending, of the two confidences and convictions by the greater one, exactly (equal "
        "fractions are equal), then by the keys in the order of their bytes. Lines without a linked book have no "
        "author and no category; their baskets count all the same. Where a store would have to count more pairs than "
        "it is made for, the question is refused with their number."
    ),
    formula=(
        "n = all baskets, or known customers who bought; n_a, n_b, n_ab = those with a, b, both. support = n_ab / n; "
        "confidence_ab = n_ab / n_a; lift = n_ab n / (n_a n_b); leverage = n_ab / n - n_a n_b / n^2; conviction_ab = "
        "(1 - n_b / n) / (1 - confidence_ab), null (infinite) when that confidence is 1; jaccard = "
        "n_ab / (n_a + n_b - n_ab); cosine = n_ab / sqrt(n_a n_b)"
    ),
    source=(
        "Agrawal, Imielinski, Swami 1993, SIGMOD, for support and confidence; Brin, Motwani, Ullman, Tsur 1997, "
        "SIGMOD, for lift (there: interest) and conviction; Piatetsky-Shapiro 1991 for leverage; Tan, Kumar, "
        "Srivastava 2004, Information Systems 29(4), for all of them side by side."
    ),
    rows="pairs",
    charted=True,
)

SIMILAR_PRODUCTS = report_spec(
    "similar-products",
    "Products that the same customers bought",
    Answer[SimilarProducts],
    (
        Parameter(
            name="product",
            kind="text",
            description="The SKU of one product. Without it, of all.",
            example="9780141439549",
        ),
        _min_count(1),
        whole("limit", "How many are told of each product.", most=100, default=10, example=10),
    ),
    words=(
        "Of each product those that are most like it: products are alike as far as the same known customers bought "
        "them, in whatever order. By cosine, descending and exactly, then by key in the order of its bytes. Where a "
        "store would have to count more pairs than it is made for, the question about all products is refused with "
        "their number."
    ),
    formula="cosine = n_ij / sqrt(n_i n_j); n_i, n_j, n_ij = known customers who bought i, j, both",
    source=f"Item-to-item collaborative filtering over what was bought or not: {_COSINE_SOURCE}.",
    rows="items",
)

RECOMMENDATIONS = report_spec(
    "recommendations",
    "What a customer might buy next",
    Answer[Recommendations],
    (
        Parameter(
            name="customer",
            kind="text",
            description="The id of a customer. Without it, for somebody new.",
            example="01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e01",
        ),
        _min_count(1),
        whole("limit", "How many products.", most=100, default=10, example=10),
    ),
    words=(
        "Products that the customer has not bought, by score: what their similarities to everything the customer "
        "bought add up to. Each is told because of the bought products that it is most like. Where fewer than limit "
        "have a score, what is popular follows: first what shares a category with something that the customer bought, "
        "then anything, each by how many known customers bought it, descending, then by key. Scores that are equal to "
        "twelve digits are equal, and ordered by key."
    ),
    formula="score(j) = sum over the bought i of n_ij / sqrt(n_i n_j), the cosine of similar-products",
    source=f"Item-based top-N recommendation: Deshpande, Karypis 2004, ACM TOIS 22(1); the cosine: {_COSINE_SOURCE}.",
    names_customers=True,
    rows="items",
)


async def answer_affinity(view: PurchaseView, question: Question, _segments: SegmentTable) -> Affinity:
    """The first pairs. Raises BadQuery with `too-many-pairs`."""
    scope, unit, by = question.scope, Unit(question.text("unit")), By(question.text("by"))
    units = await view.units(scope, unit)
    by_support = ceil(Fraction(question.decimal("min_support")) * units)
    asked = PairQuestion(
        unit=unit,
        by=by,
        units=units,
        least=max(question.number("min_count"), by_support),
        confidence=_threshold(question, "min_confidence"),
        lift=_threshold(question, "min_lift"),
        measure=Measure(question.text("sort")),
        limit=question.number("limit"),
    )
    if view.most_pairs is not None:
        _refuse(await view.pairs_within(scope, unit, by, least=asked.least), view.most_pairs)
    facts = await view.pairs(scope, asked)
    names: Mapping[str, str] = {}
    if by is By.PRODUCT:
        names = await view.names(scope, sorted({key for pair in facts.top for key in (pair.a, pair.b)}))
    return affinity(facts, asked, names, scope)


async def answer_similar_products(view: PurchaseView, question: Question, _segments: SegmentTable) -> SimilarProducts:
    """The nearest products. Raises BadQuery with `too-many-pairs`."""
    scope, least = question.scope, question.number("min_count")
    product = question.text("product") if "product" in question.given else None
    if product is None and view.most_pairs is not None:
        _refuse(await view.pairs_within(scope, Unit.CUSTOMER, By.PRODUCT, least=least), view.most_pairs)
    facts = await view.neighbours(scope, product, least=least, limit=question.number("limit"))
    names = await view.names(scope, sorted({key for one in facts for key in (one.key, one.neighbour)}))
    customers = await view.units(scope, Unit.CUSTOMER)
    return similar_products(facts, names, scope, product=product, customers=customers)


async def answer_recommendations(view: PurchaseView, question: Question, _segments: SegmentTable) -> Recommendations:
    """What to buy next. Raises BadQuery with `unknown-customer` or `too-many-pairs`."""
    customer = _customer(question)
    if customer is not None and not await view.is_customer(customer):
        raise bad_query("customer", "unknown-customer", "there is no such customer, or none who is not deleted")
    return await recommended(
        view, question.scope, customer, least=question.number("min_count"), limit=question.number("limit")
    )


async def recommended(
    view: PurchaseView, scope: Scope, customer: UUID | None, *, least: int, limit: int
) -> Recommendations:
    """The first `limit` for this customer, or for somebody new. Raises BadQuery with `too-many-pairs`."""
    found: list[Scored] = []
    bought = 0
    if customer is not None:
        bought = await view.bought(scope, customer)
        if view.most_pairs is not None:
            _refuse(await view.pairs_beside(scope, customer, least=least), view.most_pairs)
        found = scored(await view.beside(scope, customer, least=least))
    fillers: list[Filler] = []
    for basis in (Basis.CATEGORY, Basis.POPULAR):
        if len(choose(found, fillers, limit)) < limit and (customer is not None or basis is Basis.POPULAR):
            # As many more as may be among those that are recommended already.
            more = await view.popular(scope, customer, limit=2 * limit, of_own_categories=basis is Basis.CATEGORY)
            fillers += [Filler(basis=basis, product=one) for one in more]
    names = await view.names(scope, sorted(keys_told(choose(found, fillers, limit))))
    return recommendations(found, fillers, names, scope, bought=bought, limit=limit)


def _threshold(question: Question, name: str) -> Fraction | None:
    return Fraction(question.decimal(name)) or None


def _customer(question: Question) -> UUID | None:
    if "customer" not in question.given:
        return None
    try:
        return UUID(question.text("customer"))
    except ValueError:
        raise bad_query("customer", "bad-id", "must be the id of a customer, a UUID") from None


def _refuse(pairs: int, most: int) -> None:
    if pairs > most:
        message = (
            f"would have this store count {pairs} pairs or more, and it counts {most} at most: ask for a greater "
            f"min_count or a later from, {OR_A_WAREHOUSE}"
        )
        raise bad_query("min_count", TOO_MANY_PAIRS, message)
