"""Similar products: what is bought by the same customers, compared by the cosine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.analytics.pairs import NeighbourFacts
from domain.analytics.quotients import root
from domain.analytics.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarProduct:
    """A product (`key` is its SKU) and the one that is `rank` among those most like it.

    `customers` bought the first, `similar_customers` the other, `both` bought both;
    `cosine` = both / sqrt(customers x similar_customers), from 0 to 1 (the same customers).
    """

    key: str
    name: str
    rank: int
    similar: str
    similar_name: str
    customers: int
    similar_customers: int
    both: int
    cosine: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarProducts:
    """By key, then by rank; `product` is the one that was asked for, null for all, `products` how many have one.

    `customers` are the known customers with a purchase.
    """

    currency: str | None
    product: str | None
    customers: int
    products: int
    items: Sequence[SimilarProduct]


def similar_products(
    facts: Sequence[NeighbourFacts], names: Mapping[str, str], scope: Scope, *, product: str | None, customers: int
) -> SimilarProducts:
    """The answer that these facts (those of one product together, the nearest first) give."""
    items = list(_items(facts, names))
    return SimilarProducts(
        currency=scope.currency,
        product=product,
        customers=customers,
        products=len({one.key for one in items}),
        items=items,
    )


def _items(facts: Sequence[NeighbourFacts], names: Mapping[str, str]) -> Iterator[SimilarProduct]:
    for key, group in groupby(facts, lambda one: one.key):
        for rank, one in enumerate(group, start=1):
            yield SimilarProduct(
                key=key,
                name=names.get(key, key),
                rank=rank,
                similar=one.neighbour,
                similar_name=names.get(one.neighbour, one.neighbour),
                customers=one.n_i,
                similar_customers=one.n_j,
                both=one.n_ij,
                cosine=root(one.n_ij * one.n_ij, one.n_i * one.n_j),
            )
