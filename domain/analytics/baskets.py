"""What baskets hold, as a store tells it: the items that are in enough of them, and the baskets cut down to these."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """One product (`key` is its SKU), author or category, and how many baskets hold it; only products have a name."""

    key: str
    name: str | None
    baskets: int


def _numbers() -> "array[int]":
    return array("I")


@dataclass(frozen=True, slots=True)
class Baskets:
    """Distinct sets of items, and how many baskets are of each set.

    Items are numbers, ascending in a set. A million sets are some megabytes here: they lie end to end in `items`, with
    the size of each in `sizes` and its baskets in `counts`.
    """

    items: "array[int]" = field(default_factory=_numbers)
    sizes: "array[int]" = field(default_factory=_numbers)
    counts: "array[int]" = field(default_factory=_numbers)

    @classmethod
    def of(cls, sets: Iterable[tuple[Sequence[int], int]]) -> "Baskets":
        """These sets, each with how many baskets are of it."""
        found = cls()
        for items, count in sets:
            found.items.extend(items)
            found.sizes.append(len(items))
            found.counts.append(count)
        return found

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], int]]:
        end = 0
        for size, count in zip(self.sizes, self.counts, strict=True):
            end += size
            yield tuple(self.items[end - size : end]), count
