"""Recommendations: what a customer has not bought, and those who bought the same have; else what is popular."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.analytics.pairs import NeighbourFacts, PopularFacts
from domain.analytics.quotients import ROOT_PLACES, ratio, root, root_places
from domain.analytics.scope import Scope

_REASONS = 3


class Basis(StrEnum):
    """Why something is recommended: it is like what was bought, popular in the customer's categories, or popular."""

    SIMILAR = "similar"
    CATEGORY = "category"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationReason:
    """Because of this product (`key` is its SKU), which the customer bought.

    `both` is how many customers bought it and the recommended one, `similarity` the cosine of the two.
    """

    key: str
    name: str
    both: int
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A product (`key` is its SKU) that the customer has not bought.

    `score` adds up its similarities to all that the customer bought, and is null where it has none; `because` are
    the most similar of these, three at most; `categories` are those that it shares with what the customer bought, for
    basis `category`; `customers` bought it.
    """

    rank: int
    key: str
    name: str
    basis: Basis
    score: float | None
    customers: int
    because: Sequence[RecommendationReason]
    categories: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendations:
    """`bought` is how many products the customer has bought, `similar` how many others have a score."""

    currency: str | None
    bought: int
    similar: int
    items: Sequence[Recommendation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A product with a score, rounded to twelve digits, and what it is like: the most similar first."""

    key: str
    score: float
    neighbours: Sequence[NeighbourFacts]


def scored(beside: Iterable[NeighbourFacts]) -> list[Scored]:
    """The neighbours of what was bought with their scores, descending, then by key.

    Scores are added up in whole steps, so that no order of the facts changes them; what is equal to twelve digits is
    equal.
    """
    found: defaultdict[str, list[NeighbourFacts]] = defaultdict(list)
    for one in beside:
        found[one.neighbour].append(one)
    return sorted((_scored(key, facts) for key, facts in found.items()), key=lambda one: (-one.score, one.key))


def _scored(key: str, facts: Sequence[NeighbourFacts]) -> Scored:
    total = sum(root_places(one.n_ij * one.n_ij, one.n_i * one.n_j) for one in facts)
    neighbours = sorted(facts, key=lambda one: (-one.likeness, one.key))
    return Scored(key=key, score=ratio(total, 10**ROOT_PLACES) or 0.0, neighbours=neighbours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filler:
    """What is recommended where too little has a score, and why."""

    basis: Basis
    product: PopularFacts

    @property
    def key(self) -> str:
        """The product's."""
        return self.product.key


def recommendations(
    found: Sequence[Scored],
    fillers: Iterable[Filler],
    names: Mapping[str, str],
    scope: Scope,
    *,
    bought: int,
    limit: int,
) -> Recommendations:
    """The answer that these give; what has no name is called by its key."""
    chosen = choose(found, fillers, limit)
    return Recommendations(
        currency=scope.currency,
        bought=bought,
        similar=len(found),
        items=[
            _similar(rank, one, names) if isinstance(one, Scored) else _popular(rank, one, names)
            for rank, one in enumerate(chosen, start=1)
        ],
    )


def choose(found: Sequence[Scored], fillers: Iterable[Filler], limit: int) -> list[Scored | Filler]:
    """The first `limit` with a score, then the fillers in their order, each product once."""
    candidates: list[Scored | Filler] = [*found[:limit], *fillers]
    chosen: dict[str, Scored | Filler] = {}
    for one in candidates:
        if len(chosen) < limit:
            chosen.setdefault(one.key, one)
    return list(chosen.values())


def keys_told(chosen: Iterable[Scored | Filler]) -> list[str]:
    """The keys of all products that an answer with these names."""
    keys: dict[str, None] = {}
    for one in chosen:
        keys[one.key] = None
        if isinstance(one, Scored):
            keys |= dict.fromkeys(reason.key for reason in one.neighbours[:_REASONS])
    return list(keys)


def _similar(rank: int, one: Scored, names: Mapping[str, str]) -> Recommendation:
    return Recommendation(
        rank=rank,
        key=one.key,
        name=names.get(one.key, one.key),
        basis=Basis.SIMILAR,
        score=one.score,
        customers=one.neighbours[0].n_j,
        because=[
            RecommendationReason(
                key=reason.key,
                name=names.get(reason.key, reason.key),
                both=reason.n_ij,
                similarity=root(reason.n_ij * reason.n_ij, reason.n_i * reason.n_j),
            )
            for reason in one.neighbours[:_REASONS]
        ],
        categories=[],
    )


def _popular(rank: int, one: Filler, names: Mapping[str, str]) -> Recommendation:
    return Recommendation(
        rank=rank,
        key=one.key,
        name=names.get(one.key, one.key),
        basis=one.basis,
        score=None,
        customers=one.product.customers,
        because=[],
        categories=list(one.product.categories),
    )
