"""Frequent itemsets: all sets of items that are together in enough baskets, by Eclat over bitsets.

For each item, rarest first, the baskets that hold it are cut down to the less rare items beside it. Pairs that are too
few are found there by counting alone, which leaves out most of a shop's pairs before anything is intersected. The
others get a bitset each, over these baskets alone, and longer sets are intersections of them (Zaki 2000, IEEE TKDE
12(3)). Equal baskets are one place with a weight; the heavy ones lie lowest, so that their weights are short bitsets.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from domain.analytics.baskets import Baskets
from domain.shared.errors import Invalid

MOST_ITEMSETS = 200_000
# So many are still counted, to tell by how much there are too many.
_MOST_COUNTED = 10 * MOST_ITEMSETS

# Numbers of items, in one order for all.
Itemset = tuple[int, ...]
# An item, the baskets that hold it with all before it, and how many these are.
_Candidate = tuple[int, int, int]
# Powers of two and the positions whose weight, less one, has them.
_Planes = Sequence[tuple[int, int]]


def frequent_itemsets(
    supports: Sequence[int], baskets: Baskets, *, least: int, longest: int, most: int = MOST_ITEMSETS
) -> Mapping[Itemset, int]:
    """The sets of 2 to `longest` items that `least` baskets (from 1) hold, and how many do.

    `supports` are the baskets of each item, by its number; items of a set are in the order of (support, number). Raises
    Invalid with `too-many-itemsets`, and how many there are, when they are more than `most`.
    """
    found: dict[Itemset, int] = {}
    number = 0
    for number, (itemset, count) in enumerate(_itemsets(supports, baskets, least, longest), start=1):
        if number <= most:
            found[itemset] = count
        elif number > max(_MOST_COUNTED, most):
            break
    if number > most:
        many = f"{number:,}" if number <= max(_MOST_COUNTED, most) else f"more than {number - 1:,}"
        message = (
            f"{many} sets of items are in {least} baskets or more, and rules are made of at most {most:,}: ask for a "
            "greater min_support or min_count, or a smaller max_length"
        )
        raise Invalid.because("too-many-itemsets", message, "/min_support")
    return found


def _itemsets(supports: Sequence[int], baskets: Baskets, least: int, longest: int) -> Iterator[tuple[Itemset, int]]:
    order = sorted(range(len(supports)), key=lambda item: (supports[item], item))
    ranks = {item: rank for rank, item in enumerate(order)}
    sets = sorted(baskets, key=lambda one: -one[1])
    weights = [count for _, count in sets]
    ranked = [tuple(sorted(ranks[item] for item in items)) for items, _ in sets]
    holders: list[list[int]] = [[] for _ in order]
    for number, basket in enumerate(ranked):
        for rank in basket:
            holders[rank].append(number)
    for rank, holding in enumerate(holders):
        tails = [ranked[number][ranked[number].index(rank) + 1 :] for number in holding]
        for itemset, count in _beside(tails, [weights[number] for number in holding], least, longest - 1):
            yield (order[rank], *(order[other] for other in itemset)), count


def _beside(
    tails: Sequence[Itemset], weights: Sequence[int], least: int, longest: int
) -> Iterator[tuple[Itemset, int]]:
    """The sets of 1 to `longest` items that tails of so much weight hold; heavy tails come first."""
    together = Counter(chain.from_iterable(tails))
    for tail, weight in zip(tails, weights, strict=True):
        if weight == 1:
            break
        for other in tail:
            together[other] += weight - 1
    near = sorted(other for other, count in together.items() if count >= least)
    if longest == 1 or len(near) == 1:
        yield from (((other,), together[other]) for other in near)
        return
    positions: dict[int, list[int]] = {other: [] for other in near}
    for position, tail in enumerate(tails):
        for other in tail:
            if other in positions:
                positions[other].append(position)
    candidates = [(other, _bits(positions[other]), together[other]) for other in near]
    yield from _longer((), candidates, _planes(weights), least, longest)


def _longer(
    prefix: Itemset, candidates: Sequence[_Candidate], planes: _Planes, least: int, longest: int
) -> Iterator[tuple[Itemset, int]]:
    """The sets that begin with `prefix` and go on with one candidate or more; all candidates are frequent."""
    for number, (item, bits, count) in enumerate(candidates, start=1):
        itemset = (*prefix, item)
        yield itemset, count
        if len(itemset) == longest:
            continue
        later: list[_Candidate] = []
        for other, other_bits, _ in candidates[number:]:
            both = bits & other_bits
            weight = both.bit_count()
            for shift, plane in planes:
                weight += (both & plane).bit_count() << shift
            if weight >= least:
                later.append((other, both, weight))
        if later:
            yield from _longer(itemset, later, planes, least, longest)


def _planes(weights: Sequence[int]) -> _Planes:
    heaviest = max(weights, default=1) - 1
    return [
        (shift, _bits([place for place, weight in enumerate(weights) if (weight - 1) >> shift & 1]))
        for shift in range(heaviest.bit_length())
    ]


def _bits(places: Iterable[int]) -> int:
    """The number whose bits at these places, ascending, are set."""
    row = bytearray()
    for place in places:
        byte = place >> 3
        if byte >= len(row):
            row.extend(bytes(byte + 1 - len(row)))
        row[byte] |= 1 << (place & 7)
    return int.from_bytes(row, "little")
