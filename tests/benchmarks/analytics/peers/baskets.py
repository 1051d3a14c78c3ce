"""What is the same for all peers once baskets are counted: rules and recommendations, and the thresholds."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, Final

from tests.benchmarks.analytics.peers.figures import Figures

MIN_COUNT: Final = 10
"""Baskets that have both of a pair that is told."""
PAIRS: Final = 1_000
NEIGHBOURS: Final = 10
"""How many are told of each product, and how many are recommended."""
MIN_CONFIDENCE: Final = 0.1
RULES: Final = 100
_PER_MILLE: Final = 1


def least_of_rule(baskets: int) -> int:
    """How many baskets hold all of a rule at least: one in a thousand, and two."""
    return max(-(-_PER_MILLE * baskets // 1000), 2)


def rules(
    baskets: int,
    items: Mapping[str, int],
    pairs: Iterable[Sequence[Any]],
    triples: Iterable[Sequence[Any]],
) -> Figures:
    """Rules of two and three items with one consequent; a pair and a triple are their items and how many have all."""
    counts: dict[tuple[str, ...], int] = {(a, b): n for a, b, n in pairs}
    sides = counts | {(item,): n for item, n in items.items()}
    found = []
    for itemset, together in [*counts.items(), *(((a, b, c), n) for a, b, c, n in triples)]:
        for place, consequent in enumerate(itemset):
            antecedent = itemset[:place] + itemset[place + 1 :]
            if together >= MIN_CONFIDENCE * sides[antecedent]:
                lift = together / (sides[antecedent] * items[consequent])
                found.append((-lift, -together, antecedent, consequent, sides[antecedent], items[consequent]))
    found.sort()
    return {
        "n": baskets,
        "count": len(found),
        "rules": [[list(a), c, n_a, n_c, -together] for _, together, a, c, n_a, n_c in found[:RULES]],
    }


def recommended(bought: set[str], beside: Iterable[Sequence[Any]], customers: Mapping[str, int]) -> Figures:
    """From rows of a bought product, another one and how many customers have both."""
    scores: dict[str, float] = {}
    for one, other, both in beside:
        if other not in bought:
            scores[other] = scores.get(other, 0.0) + both / sqrt(customers[one] * customers[other])
    ranked = sorted(scores.items(), key=lambda item: (-float(f"{item[1]:.12g}"), item[0]))
    return {
        "bought": len(bought),
        "similar": len(scores),
        "items": [list(pair) for pair in ranked[:NEIGHBOURS]],
    }
