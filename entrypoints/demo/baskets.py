"""What somebody puts into a basket: what they like, more of the same author or series, and what everybody buys."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from entrypoints.demo.dice import Dice, Weighted
from entrypoints.demo.readers import Reader
from entrypoints.demo.stock import StockedBook

_TRIES = 6
_LARGEST = 9
_IN_FAVOUR = 8
_SEASON_DAYS = 91
_IN_SEASON = 4

Shelf = Weighted[StockedBook]


class Shelves:
    """The books by what they have in common, with those that are in season selling better."""

    def __init__(self, books: Sequence[StockedBook], dice: Dice, days: int) -> None:
        self._dice = dice
        self._everything = _shelf(books)
        self._by_taste = _shelves(((one.category, one.language), one) for one in books)
        self._by_category = _shelves((one.category, one) for one in books)
        self._by_author = _shelves((one.author, one) for one in books)
        self._by_series = _shelves((one.series, one) for one in books if one.series)
        self._seasons = [
            _shelf([dice.one_of(books) for _ in range(_IN_FAVOUR)]) for _ in range(days // _SEASON_DAYS + 1)
        ]

    def fill(self, reader: Reader | None, day: int, owned: set[str]) -> list[StockedBook]:
        """From one to nine different books; those that the reader owns seldom come again."""
        size = 1
        while size < _LARGEST and self._dice.chance(0.48):
            size += 1
        basket: list[StockedBook] = []
        for _ in range(size):
            for _ in range(_TRIES):
                book = self._next(reader, day, basket)
                if book not in basket and (book.isbn not in owned or self._dice.chance(0.03)):
                    basket.append(book)
                    break
        return basket or [self._everything.draw(self._dice)]

    def _next(self, reader: Reader | None, day: int, basket: Sequence[StockedBook]) -> StockedBook:
        dice, luck = self._dice, self._dice.random()
        if basket:
            last = dice.one_of(basket)
            if luck < 0.30 and last.series:
                return self._by_series[last.series].draw(dice)
            if luck < 0.50:
                return self._by_author[last.author].draw(dice)
            if luck < 0.65:
                return self._by_taste[last.category, last.language].draw(dice)
        if dice.chance(0.08):
            return self._seasons[day // _SEASON_DAYS].draw(dice)
        if reader is None or dice.chance(0.25):
            return self._everything.draw(dice)
        category = dice.one_of(reader.favourites)
        return self._by_taste.get((category, reader.language), self._by_category[category]).draw(dice)


def _shelf(books: Sequence[StockedBook]) -> Shelf:
    return Weighted(books, [one.weight for one in books])


def _shelves(labelled: Iterable[tuple[Hashable, StockedBook]]) -> Mapping[Hashable, Shelf]:
    shelves: dict[Hashable, list[StockedBook]] = {}
    for label, book in labelled:
        shelves.setdefault(label, []).append(book)
    return {label: _shelf(books) for label, books in shelves.items()}
