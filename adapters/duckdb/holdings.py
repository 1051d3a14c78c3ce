"""What baskets or customers hold, in arrays: pairs are counted here, for which statements would spill to the disk.

Everything is a number: owners (a basket or a customer each) and items (the place of a key in the order of its bytes).
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from adapters.duckdb.ranking import first_by
from domain.analytics.baskets import Baskets
from domain.analytics.pairs import NeighbourFacts

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]


class _Lists:
    """A list of numbers for each number from 0, all of them end to end."""

    def __init__(self, sizes: Numbers, values: Places) -> None:
        self.sizes = sizes
        self.values = values
        self._ends = np.cumsum(sizes)

    def of(self, number: int) -> Places:
        """One list."""
        end = int(self._ends[number])
        return self.values[end - int(self.sizes[number]) : end]

    def of_all(self, numbers: Places) -> Places:
        """Several lists, end to end."""
        sizes = self.sizes[numbers]
        places = np.repeat(self._ends[numbers] - np.cumsum(sizes), sizes)
        places += np.arange(len(places))
        return self.values[places]


class Holdings:
    """Which owners hold which of the `keys`: `owner` and `item` are those of a line, and may say a thing twice.

    It takes some 10 bytes of memory a line, and three times as many while it is made.
    """

    def __init__(self, owner: Places, item: Places, keys: Sequence[str]) -> None:
        self.keys = keys
        self._numbers = {key: number for number, key in enumerate(keys)}
        held = _sorted(owner, item, len(keys))
        owners, items = _apart(held[np.diff(held, prepend=-1) > 0], len(keys))
        del held
        self._of_owner = _Lists(np.bincount(owners), items)
        _, by_item = _apart(_sorted(items, owners, len(self._of_owner.sizes)), len(self._of_owner.sizes))
        self._of_item = _Lists(np.bincount(items, minlength=len(keys)), by_item)
        # How many owners hold anything.
        self.owners = int(np.count_nonzero(self._of_owner.sizes))

    @property
    def counts(self) -> Numbers:
        """How many owners hold each item."""
        return self._of_item.sizes

    def items(self, keys: Iterable[str]) -> list[int]:
        """The numbers of those of the keys that are there, ascending."""
        return sorted(self._numbers[key] for key in keys if key in self._numbers)

    def frequent(self, least: int) -> list[int]:
        """The items that so many owners hold, ascending."""
        return np.flatnonzero(self.counts >= least).tolist()

    def together(self, item: int) -> Numbers:
        """How many owners hold this item and each other one; 0 for itself."""
        both = np.bincount(self._of_owner.of_all(self._of_item.of(item)), minlength=len(self.keys))
        both[item] = 0
        return both

    def neighbours(self, item: int, *, least: int, limit: int) -> list[NeighbourFacts]:
        """The first `limit` items by likeness to this one, and those that may be among them, the most alike first."""
        both = self.together(item)
        others = np.flatnonzero(both >= least)
        both = both[others]
        near = first_by(both * both, self.counts[others], limit)
        return list(self._facts(item, others[near], both[near]))

    def beside(self, own: Sequence[int], *, least: int) -> Iterator[NeighbourFacts]:
        """Each of these items beside each other one that `least` owners hold with it, by their numbers."""
        for item in own:
            both = self.together(item)
            both[own] = 0
            others = np.flatnonzero(both >= least)
            yield from self._facts(item, others, both[others])

    def _facts(self, item: int, others: Numbers, both: Numbers) -> Iterator[NeighbourFacts]:
        key, n_i = self.keys[item], int(self.counts[item])
        rows = zip(others.tolist(), self.counts[others].tolist(), both.tolist(), strict=True)
        return (
            NeighbourFacts(key=key, neighbour=self.keys[other], n_i=n_i, n_j=n_j, n_ij=n_ij)
            for other, n_j, n_ij in rows
        )

    def pairs_of(self, items: Sequence[int], *, least: int) -> tuple[Numbers, Numbers, Numbers]:
        """Each of these items, each greater one that `least` owners hold with it, and how many do; in their order."""
        found = []
        for item in items:
            both = self.together(item)[item + 1 :]
            others = np.flatnonzero(both >= least)
            found.append((np.full(len(others), item), others + item + 1, both[others]))
        a, b, both = (np.concatenate(each) for each in zip(*found, strict=True))
        return a, b, both

    def most_held(self, limit: int) -> Iterator[tuple[str, int]]:
        """The first `limit` keys by how many owners hold them, descending, then by key."""
        first = np.argsort(-self.counts, kind="stable")[:limit]
        rows = zip(first.tolist(), self.counts[first].tolist(), strict=True)
        return ((self.keys[item], many) for item, many in rows if many)

    def sets(self, least: int) -> Baskets:
        """What each owner holds of the items that `least` hold, where it is two or more; these are numbered from 0."""
        frequent = self.counts >= least
        kept = frequent[self._of_owner.values]
        items = (np.cumsum(frequent) - 1)[self._of_owner.values[kept]]
        owners = np.repeat(np.arange(len(self._of_owner.sizes)), self._of_owner.sizes)[kept]
        sizes = np.bincount(owners)[owners]
        found = Baskets()
        for size in np.unique(sizes[sizes > 1]).tolist():
            rows, many = np.unique(items[sizes == size].reshape(-1, size), axis=0, return_counts=True)
            found.items.extend(_plain(rows))
            found.sizes.extend(array("I", [size]) * len(many))
            found.counts.extend(_plain(many))
        return found


def alone_and_repeated(marks: Numbers) -> tuple[int, list[int]]:
    """How many of these numbers stand there once, and which stand there more often."""
    ordered = np.sort(marks)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    many = np.searchsorted(ordered, repeated, "right") - np.searchsorted(ordered, repeated, "left")
    return len(ordered) - int(many.sum()), repeated.tolist()


def _sorted(first: Places, second: Places, seconds: int) -> Numbers:
    """Pairs, the second of which is below `seconds`, as one number each: sorted seven times as fast as an argsort."""
    pairs = first.astype(np.int64)
    pairs *= max(seconds, 1)
    pairs += second
    pairs.sort()
    return pairs


def _apart(pairs: Numbers, seconds: int) -> tuple[Places, Places]:
    """The first and the second of each pair of `_sorted`."""
    first = pairs // max(seconds, 1)
    pairs -= first * max(seconds, 1)
    return first.astype(np.int32), pairs.astype(np.int32)


def _plain(numbers: Numbers) -> "array[int]":
    return array("I", numbers.astype(np.uintc).tobytes())
