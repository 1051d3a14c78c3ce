"""The pairs of affinity as a matrix: who looks at it sees which things go together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from domain.analytics.affinity import AffinePair, Affinity
from domain.analytics.pairs import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixItem:
    """A product, author or category, and how many baskets or customers have it."""

    key: str
    name: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityMatrix:
    """Items by how often they occur, the most first, and what the pairs told of them are sorted by.

    `cells` are by row and column from 0, alike both ways, of `pairs` pairs; infinite where a conviction is.
    """

    items: Sequence[MatrixItem]
    cells: Mapping[tuple[int, int], float]
    pairs: int


def affinity_matrix(data: Affinity, most: int) -> AffinityMatrix:
    """The matrix of at most so many items: those of the first pairs, so that the strongest are there."""
    chosen: dict[str, MatrixItem] = {}
    for pair in data.pairs:
        new = {one.key: one for one in _items(pair) if one.key not in chosen}
        if len(chosen) + len(new) <= most:
            chosen |= new
    items = sorted(chosen.values(), key=lambda one: (-one.n, one.key))
    place = {one.key: number for number, one in enumerate(items)}
    shown = [pair for pair in data.pairs if pair.a in place and pair.b in place]
    cells: dict[tuple[int, int], float] = {}
    for pair in shown:
        a, b = place[pair.a], place[pair.b]
        cells[a, b] = cells[b, a] = _strength(pair, data.sort)
    return AffinityMatrix(items=items, cells=cells, pairs=len(shown))


def _items(pair: AffinePair) -> tuple[MatrixItem, MatrixItem]:
    return (
        MatrixItem(key=pair.a, name=pair.a_name, n=pair.n_a),
        MatrixItem(key=pair.b, name=pair.b_name, n=pair.n_b),
    )


def _strength(pair: AffinePair, measure: Measure) -> float:
    """The greater one of two confidences or convictions, as pairs are sorted."""
    match measure:
        case Measure.CONFIDENCE:
            values = [pair.confidence_ab, pair.confidence_ba]
        case Measure.CONVICTION:
            values = [pair.conviction_ab, pair.conviction_ba]
        case _:
            values = [getattr(pair, measure)]
    # Only a conviction of a pair that is there can have nothing to divide by.
    return max(inf if value is None else value for value in values)
